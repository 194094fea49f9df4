"""What this room publishes to the catalogue: open datasets, for the plan's target M19."""

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

Column = data.Column

data.register_dataset(
    data.Dataset(
        key="opendata.dataset",
        room="opendata",
        title=Text(zh="开放数据集", en="Open datasets"),
        sql=(
            "select slug, kind, state, theme, provider as organisation, cycle, rows, downloads, calls, published_at,"
            " updated_at, due_at, demo, (state = 'published' and (due_at is null or due_at > now())) as alive"
            " from opendata_opendataset where state in ('published', 'withdrawn')"
        ),
        columns=(
            Column("slug", "text", Text(zh="标识", en="Identifier")),
            Column("kind", "text", Text(zh="来源（自有、采集）", en="Kind (own, harvested)")),
            Column("state", "text", Text(zh="状态", en="State")),
            Column("theme", "text", Text(zh="主题", en="Theme")),
            Column("organisation", "text", Text(zh="提供单位", en="Provider")),
            Column("cycle", "text", Text(zh="更新周期", en="Update cycle")),
            Column("rows", "number", Text(zh="行数", en="Rows")),
            Column("downloads", "number", Text(zh="下载次数", en="Downloads")),
            Column("calls", "number", Text(zh="接口调用次数", en="Calls")),
            Column("published_at", "datetime", Text(zh="发布时间", en="Published at")),
            Column("updated_at", "datetime", Text(zh="更新时间", en="Updated at")),
            Column("due_at", "datetime", Text(zh="更新期限", en="To be updated by")),
            Column("demo", "bool", Text(zh="演示数据", en="Demo data")),
            Column("alive", "bool", Text(zh="在更新周期内", en="Within its cycle")),
        ),
        time_column="published_at",
        organisation_column="organisation",
        permission="data.read",
    )
)
