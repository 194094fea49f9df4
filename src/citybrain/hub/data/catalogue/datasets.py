"""The operational dataset ``data.resource``: the catalogue itself, one row a resource, for indicators and boards."""

from citybrain.hub.data.data import CYCLE_DAYS, Column, Dataset
from citybrain.hub.data.domain.registry import register_dataset
from citybrain.kernel.text import Text

# What came last is younger than the cycle allows, with a day of grace for deliveries by night.
_ENDS = " ".join(f"WHEN '{cycle}' THEN interval '{days + 1} days'" for cycle, days in CYCLE_DAYS.items())
FRESH = f"""CASE WHEN d.cycle IN ('', 'irregular') THEN NULL
 ELSE coalesce(d.received_at > now() - CASE d.cycle {_ENDS} END, false) END"""


def _column(name: str, kind: str, zh: str, en: str, sql: str = "") -> Column:
    return Column(name, kind, Text(zh=zh, en=en), sql=sql)  # type: ignore[arg-type]  # kinds written here


register_dataset(
    Dataset(
        key="data.resource",
        room="data",
        title=Text(zh="数据资源目录", en="Catalogue of data resources"),
        description=Text(zh="每个数据资源一行，不含数据内容", en="One row a resource, without its contents"),
        columns=(
            _column("key", "text", "资源标识", "Key"),
            _column("kind", "text", "种类", "Kind"),
            _column("layer", "text", "层", "Layer"),
            _column("owner", "text", "提供部门", "Provider"),
            _column("state", "text", "状态", "State"),
            _column("grade", "text", "分级", "Grade"),
            _column("sharing", "text", "共享类型", "Sharing"),
            _column("opening", "text", "开放属性", "Opening"),
            _column("cycle", "text", "更新周期", "Cycle"),
            _column("rows", "number", "行数", "Rows"),
            _column("received_at", "datetime", "最近到数", "Last delivery"),
            _column("fresh", "bool", "在更新周期内", "Within its cycle", FRESH),
            _column("demo", "bool", "演示数据", "Demo data"),
            _column("alive", "bool", "有效", "Alive"),
        ),
        sql="data_resource",
        time_column="received_at",
        organisation_column="owner",
    )
)
