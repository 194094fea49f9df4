"""The words of the catalogue's fields (reference §6.2, §12.1): key → how it is said; and back from what a form says."""

from collections.abc import Mapping

from citybrain.kernel.text import Text


def _said(**words: str) -> dict[str, Text]:
    """``key="中文|English"`` as texts."""
    return {key: Text(zh=both.split("|")[0], en=both.split("|")[1]) for key, both in words.items()}


KINDS = _said(
    operational="业务模块数据|facts of a room",
    lake="湖表|table of the lake",
    harvested="外部目录|described elsewhere",
)
LAYERS = _said(
    operational="业务层|operational", raw="原始层|raw", standard="标准层|standard", register="基础库层|register",
    theme="主题层|theme", product="产品层|product",
)  # fmt: skip
STATES = _said(draft="草稿|draft", published="已发布|published", withdrawn="已撤回|withdrawn")
CYCLES = _said(
    live="实时|live", daily="每日|daily", weekly="每周|weekly", monthly="每月|monthly", quarterly="每季度|quarterly",
    half_yearly="每半年|half-yearly", yearly="每年|yearly", irregular="不定期|irregular",
)  # fmt: skip
SHARING = _said(
    unconditional="无条件共享|shared without condition", conditional="有条件共享|shared on condition", none="不予共享|not shared"
)  # fmt: skip
OPENING = _said(
    unconditional="普遍开放|open to all", conditional="依申请开放|open on request", none="不予开放|not open"
)
WAYS = _said(
    api="接口|interface", exchange="库表交换|table exchange", file="文件|file", verify="核验|verification",
    batch="批量查询|batch query", browse="在线浏览|online view",
)  # fmt: skip
FORMATS = _said(
    database="数据库|database", spreadsheet="电子表格|spreadsheet", file="电子文件|document", image="图形图像|image",
    stream="流媒体|stream", self_describing="自描述|self-describing",
)  # fmt: skip
GRADES = _said(
    L1="L1 公开|L1 public", L2="L2 内部|L2 internal", L3="L3 敏感|L3 sensitive", L4="L4 严控|L4 restricted"
)
DATA_CLASSES = _said(
    general="一般数据|general data", important="重要数据|important data", core="核心数据|core data"
)
TYPES = _said(
    text="文本|text", integer="整数|whole number", number="数值|number", real="浮点数|real number", bool="是否|yes or no",
    date="日期|date", datetime="时间|time",
)  # fmt: skip
CLASS_KINDS = _said(base="基础类|base", theme="主题类|theme", department="部门类|department")
YES_NO = _said(yes="是|yes", no="否|no")
TAGS = _said(
    V="原件核实|verified", V2="二手核实|verified second hand", T="复算|recomputed", K="据常识|from knowledge",
    **{"K?": "待核实|to be confirmed"}, D="建议|proposal",
)  # fmt: skip

BY_FIELD: dict[str, dict[str, Text]] = {
    "layer": LAYERS, "cycle": CYCLES, "sharing": SHARING, "opening": OPENING, "format": FORMATS, "grade": GRADES,
    "grade_floor": GRADES, "data_class": DATA_CLASSES, "type": TYPES, "state": STATES, "kind": KINDS,
}  # fmt: skip


def options(words: Mapping[str, Text], *, empty: str = "") -> list[tuple[str, str]]:
    """(key, said) pairs for a select; ``empty`` adds a first choice of nothing."""
    first = [("", empty)] if empty else []
    return [*first, *((key, text.say()) for key, text in words.items())]


def key_of(words: Mapping[str, Text], said: str) -> str | None:
    """The key for what a form says in either language (or the key itself); None when it is no choice."""
    wanted = said.strip().lower()
    for key, text in words.items():
        if wanted in (key.lower(), text.zh.lower(), text.en.lower(), text.zh.split(" ")[0].lower()):
            return key
    return None


def say_choice(field: str, key: str) -> str:
    """How a field's key is said; the key itself when the field has no list."""
    words = BY_FIELD.get(field, {})
    return words[key].say() if key in words else key
