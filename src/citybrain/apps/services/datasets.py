"""The facts this room publishes to the catalogue."""

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

Column = data.Column

data.register_dataset(
    data.Dataset(
        key="services.rating",
        room="services",
        title=Text(zh="政务服务好差评", en="Ratings of service cases"),
        sql=(
            "select case_id, matter, organisation, division, grade, channel, rated_at, rectify_due_at,"
            " rectified_at, demo from services_rating where not excluded"
        ),
        columns=(
            Column("case_id", "text", Text(zh="办件标识", en="Case id"), "L2"),
            Column("matter", "text", Text(zh="事项", en="Matter"), "L1"),
            Column("organisation", "text", Text(zh="办理单位", en="Handling unit"), "L1"),
            Column("division", "text", Text(zh="行政区划", en="Division"), "L1"),
            Column("grade", "number", Text(zh="评价等级（1–5）", en="Grade (1–5)"), "L1"),
            Column("channel", "text", Text(zh="评价渠道", en="Channel"), "L1"),
            Column("rated_at", "datetime", Text(zh="评价时间", en="Rated at"), "L1"),
            Column("rectify_due_at", "datetime", Text(zh="整改期限", en="Rectify by"), "L1"),
            Column("rectified_at", "datetime", Text(zh="整改时间", en="Rectified at"), "L1"),
            Column("demo", "bool", Text(zh="演示数据", en="Demo data"), "L1"),
        ),
        time_column="rated_at",
        organisation_column="organisation",
        division_column="division",
        permission="services.ratings",
        link="cases:detail",
        link_column="case_id",
    )
)
