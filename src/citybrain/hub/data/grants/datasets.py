"""The operational dataset ``data.sharing_use``: what left by sharing, one row a delivery, without any value."""

from citybrain.hub.data.data import Column, Dataset
from citybrain.hub.data.domain.registry import register_dataset
from citybrain.kernel.text import Text


def _column(name: str, kind: str, zh: str, en: str) -> Column:
    return Column(name, kind, Text(zh=zh, en=en))  # type: ignore[arg-type]  # kinds written here


register_dataset(
    Dataset(
        key="data.sharing_use",
        room="data",
        title=Text(zh="数据共享使用", en="Use of shared data"),
        description=Text(zh="每次共享交付一行，不含数据内容", en="One row a delivery, without its contents"),
        columns=(
            _column("at", "datetime", "时间", "Time"),
            _column("resource", "text", "数据资源", "Resource"),
            _column("consumer", "text", "使用部门", "Consumer"),
            _column("way", "text", "共享方式", "Way"),
            _column("grade", "text", "分级", "Grade"),
            _column("purpose", "text", "用途", "Purpose"),
            _column("rows", "number", "行数", "Rows"),
        ),
        sql="data_sharelog",
        time_column="at",
        organisation_column="consumer",
    )
)
