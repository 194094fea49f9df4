"""Operational datasets of quality: ``data.valid_records`` and ``data.quality_score``, a resource and day, for indicators."""

from citybrain.hub.data.data import Column, Dataset
from citybrain.hub.data.domain.registry import register_dataset
from citybrain.kernel.text import Text


def _column(name: str, kind: str, zh: str, en: str, sql: str = "") -> Column:
    return Column(name, kind, Text(zh=zh, en=en), sql=sql)  # type: ignore[arg-type]  # kinds written here


register_dataset(
    Dataset(
        key="data.valid_records",
        room="data",
        title=Text(zh="有效数据", en="Valid records"),
        description=Text(
            zh="每个数据资源每天的有效行数:主键非空、通过强制规则、不重复、属于已发布目录、在更新周期内或标为历史数据",
            en="Valid rows of each resource and day: key not null, mandatory rules passed, no duplicate, catalogued, within cycle or historical",
        ),
        columns=(
            _column("resource", "text", "数据资源", "Resource"),
            _column("day", "date", "日期", "Day"),
            _column("current", "bool", "最新", "Newest"),
            _column("owner", "text", "提供单位", "Provider"),
            _column("layer", "text", "层", "Layer"),
            _column("demo", "bool", "演示数据", "Demo data"),
            _column("counted", "bool", "计入指标", "Counts for the target"),
            _column("rows", "number", "行数", "Rows"),
            _column("unpublished", "number", "目录未发布", "Not published"),
            _column("no_key", "number", "主键为空", "No key"),
            _column("broken_rule", "number", "未通过强制规则", "Breaks a mandatory rule"),
            _column("past_cycle", "number", "超过更新周期", "Past its cycle"),
            _column("duplicate", "number", "重复", "Duplicate"),
            _column("valid", "number", "有效行数", "Valid rows"),
        ),
        sql="data_validrecords",
        time_column="day",
        organisation_column="owner",
    )
)

register_dataset(
    Dataset(
        key="data.quality_score",
        room="data",
        title=Text(zh="数据质量得分", en="Scores of data quality"),
        description=Text(
            zh="资源、部门和全市每天的质量得分", en="Scores of resources, departments and the city by day"
        ),
        columns=(
            _column("day", "date", "日期", "Day"),
            _column("level", "text", "层级", "Level"),
            _column("subject", "text", "对象", "Subject"),
            _column("current", "bool", "最新", "Newest"),
            _column("owner", "text", "提供单位", "Provider"),
            _column("score", "number", "得分", "Score"),
            _column("rows", "number", "行数", "Rows"),
            _column("problems", "number", "问题数", "Problems"),
            _column("demo", "bool", "演示数据", "Demo data"),
        ),
        sql="data_qualityscore",
        time_column="day",
        organisation_column="owner",
    )
)
