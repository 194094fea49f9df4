"""The operational dataset ``sharing.request``: data requests, one row each, for indicators and boards."""

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text


def _column(name: str, kind: str, zh: str, en: str) -> data.Column:
    return data.Column(name, kind, Text(zh=zh, en=en))  # type: ignore[arg-type]  # kinds written here


data.register_dataset(
    data.Dataset(
        key="sharing.request",
        room="sharing",
        title=Text(zh="数据申请", en="Data requests"),
        description=Text(zh="每件数据申请一行", en="One row a data request"),
        columns=(
            _column("case_no", "text", "编号", "Number"),
            _column("resource", "text", "数据资源", "Resource"),
            _column("consumer", "text", "申请部门", "Asked by"),
            _column("provider", "text", "提供部门", "Provider"),
            _column("state", "text", "状态", "State"),
            _column("answered_late", "bool", "超期未答复", "Unanswered in time"),
            _column("opened_at", "datetime", "申请时间", "Asked at"),
            _column("decided_at", "datetime", "办结时间", "Decided at"),
            _column("due_at", "datetime", "到期时间", "Due at"),
            _column("demo", "bool", "演示数据", "Demo data"),
        ),
        sql="sharing_datarequest",
        time_column="opened_at",
        organisation_column="provider",
    )
)
