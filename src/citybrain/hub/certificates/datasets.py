"""The facts certificates publish to the catalogue: what was issued, by whom, in what state. No holder."""

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

Column = data.Column

data.register_dataset(
    data.Dataset(
        key="certificates.certificate",
        room="certificates",
        title=Text(zh="电子证照", en="Certificates"),
        sql=(
            "select id::text as id, type_key, number, version, issuer_org, matter, case_id::text as case_id, trust,"
            " issued_at, valid_from, valid_to, demo,"
            " case when state in ('valid','suspended') and valid_to < (now() at time zone 'Asia/Shanghai')::date"
            " then 'expired' else state end as status from certificates_certificate"
        ),
        columns=(
            Column("id", "text", Text(zh="标识", en="Id"), "L2"),
            Column("type_key", "text", Text(zh="证照类型", en="Type"), "L1"),
            Column("number", "text", Text(zh="证照编号", en="Number"), "L2"),
            Column("version", "number", Text(zh="版本", en="Version"), "L1"),
            Column("issuer_org", "text", Text(zh="颁发单位", en="Issuer"), "L1"),
            Column("matter", "text", Text(zh="事项", en="Matter"), "L1"),
            Column("case_id", "text", Text(zh="办件标识", en="Case id"), "L2"),
            Column("trust", "text", Text(zh="可信等级", en="Trust level"), "L1"),
            Column("status", "text", Text(zh="状态", en="State"), "L1"),
            Column("issued_at", "datetime", Text(zh="颁发时间", en="Issued at"), "L1"),
            Column("valid_from", "date", Text(zh="有效期起", en="Valid from"), "L1"),
            Column("valid_to", "date", Text(zh="有效期止", en="Valid to"), "L1"),
            Column("demo", "bool", Text(zh="演示数据", en="Demo data"), "L1"),
        ),
        time_column="issued_at",
        organisation_column="issuer_org",
        matter_column="matter",
        permission="certificates.view",
        link="certificates:detail",
        link_column="id",
    )
)
