"""Words of quality (GB/T 36344-2018, reference §6.5): dimensions, kinds of rules, formats. Each kind says what it needs."""

from dataclasses import dataclass

from citybrain.kernel.text import Text

DIMENSIONS: dict[str, Text] = {
    "normativity": Text(zh="规范性", en="Normativity"),
    "completeness": Text(zh="完整性", en="Completeness"),
    "accuracy": Text(zh="准确性", en="Accuracy"),
    "consistency": Text(zh="一致性", en="Consistency"),
    "timeliness": Text(zh="时效性", en="Timeliness"),
    "accessibility": Text(zh="可访问性", en="Accessibility"),
}
# How much a dimension counts in a resource's score until the city decides otherwise [D].
WEIGHTS = {
    "normativity": 20, "completeness": 25, "accuracy": 25, "consistency": 15, "timeliness": 10, "accessibility": 5,
}  # fmt: skip
SEVERITIES: dict[str, Text] = {
    "mandatory": Text(zh="强制", en="Mandatory"),
    "advisory": Text(zh="建议", en="Advisory"),
}
ORIGINS: dict[str, Text] = {
    "auto": Text(zh="自动", en="Automatic"),
    "pack": Text(zh="场景包", en="Pack"),
    "screen": Text(zh="页面编写", en="Written on screen"),
}


@dataclass(frozen=True)
class Kind:
    """``items``: how many items it is about (least, most); ``needs`` and ``may``: its parameters.

    ``reads``: ``scan`` answered by the one scan of a table, ``own`` reads the table (and another) again, ``table`` is
    about the table as a whole and reads no rows.
    """

    title: Text
    dimension: str
    items: tuple[int, int]
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    reads: str = "scan"


KINDS: dict[str, Kind] = {
    "required": Kind(Text(zh="必填", en="Required"), "completeness", (1, 20)),
    "format": Kind(Text(zh="类型与格式", en="Type and format"), "normativity", (1, 1), ("format",)),
    "pattern": Kind(Text(zh="正则表达式", en="Pattern"), "normativity", (1, 1), ("pattern",)),
    "length": Kind(Text(zh="长度", en="Length"), "normativity", (1, 1), (), ("least", "most")),
    "code": Kind(Text(zh="代码表", en="Code table"), "normativity", (1, 1), (), ("table", "codes")),
    "identifier": Kind(Text(zh="证号校验位", en="Check digit"), "accuracy", (1, 1), ("identifier",)),
    "range": Kind(Text(zh="取值范围", en="Range"), "accuracy", (1, 1), (), ("least", "most")),
    "condition": Kind(Text(zh="自定义条件", en="Own condition"), "accuracy", (0, 20), ("condition",)),
    "unique": Kind(Text(zh="唯一", en="Unique"), "accuracy", (1, 8), reads="own"),
    "relation": Kind(
        Text(zh="关联存在", en="Exists elsewhere"), "consistency", (1, 1), ("resource", "item"), reads="own"
    ),
    "same_value": Kind(
        Text(zh="两源一致", en="Same in two sources"),
        "consistency", (1, 1), ("resource", "item", "key", "other_key"), reads="own",
    ),
    "row_count": Kind(
        Text(zh="应有行数", en="Expected rows"), "completeness", (0, 0), (), ("least", "most"), reads="table"
    ),
    "timely": Kind(
        Text(zh="按周期更新", en="Delivered within cycle"), "timeliness", (0, 0), (), ("within", "unit"), reads="table"
    ),
    "reachable": Kind(Text(zh="接口可达", en="Reachable"), "accessibility", (0, 0), reads="table"),
}  # fmt: skip

FORMATS: dict[str, Text] = {
    "integer": Text(zh="整数", en="Whole number"),
    "number": Text(zh="数字", en="Number"),
    "date": Text(zh="日期(2026-11-30 或 20261130)", en="Date (2026-11-30 or 20261130)"),
    "datetime": Text(zh="日期时间", en="Date and time"),
    "mobile": Text(zh="手机号", en="Mobile number"),
    "postcode": Text(zh="邮政编码", en="Postcode"),
    "email": Text(zh="电子邮箱", en="E-mail address"),
    "plate": Text(zh="机动车号牌", en="Number plate"),
    "division": Text(zh="区划代码(6、9、12位)", en="Division code (6, 9, 12 digits)"),
}
IDENTIFIERS: dict[str, Text] = {
    "citizen_number": Text(zh="公民身份号码(GB 11643)", en="Citizen number (GB 11643)"),
    "uscc": Text(zh="统一社会信用代码(GB 32100)", en="Unified social credit code (GB 32100)"),
}
