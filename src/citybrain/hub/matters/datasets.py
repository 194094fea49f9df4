"""The catalogue as a dataset, so that indicators and open data count matters like anything else."""

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

COLUMNS = (
    data.Column("key", "text", Text(zh="事项标识", en="Key")),
    data.Column("name", "text", Text(zh="事项名称", en="Name")),
    data.Column("type", "text", Text(zh="事项类型", en="Type")),
    data.Column("department", "text", Text(zh="部门", en="Department")),
    data.Column("base_code", "text", Text(zh="基本编码", en="Base code")),
    data.Column("state", "text", Text(zh="状态", en="State")),
    data.Column("published", "bool", Text(zh="在用", en="In force")),
    data.Column("online", "bool", Text(zh="可网上办理", en="Online")),
    data.Column("online_depth", "number", Text(zh="网办深度", en="Online depth")),
    data.Column("visits", "number", Text(zh="到现场次数", en="Visits")),
    data.Column("materials_total", "number", Text(zh="材料数", en="Materials")),
    data.Column("materials_government", "number", Text(zh="政府部门出具的材料数", en="Government materials")),
    data.Column(
        "materials_substituted", "number", Text(zh="已免提交的政府材料数", en="Government materials spared")
    ),
    data.Column(
        "all_government_materials_substituted", "bool", Text(zh="免证办", en="No certificate needed")
    ),
    data.Column("window", "bool", Text(zh="综合窗口受理", en="Comprehensive window")),
    data.Column(
        "comprehensive_window", "bool", Text(zh="综合窗口受理（同window）", en="Comprehensive window")
    ),
    data.Column("single_login", "bool", Text(zh="统一身份认证登录", en="Single sign-on")),
    data.Column("single_sign_on", "bool", Text(zh="统一身份认证登录（同single_login）", en="Single sign-on")),
    data.Column("high_frequency", "bool", Text(zh="高频事项", en="High frequency")),
    data.Column("cross_province", "bool", Text(zh="跨省通办", en="Cross-province")),
    data.Column("weak_elements", "number", Text(zh="待核实要素数", en="Elements to be confirmed")),
    data.Column("published_at", "datetime", Text(zh="发布时间", en="Published at")),
)
SQL = """
SELECT m.key, m.name ->> 'zh' AS name, m.type, m.department, v.base_code, m.state,
       (m.state = 'active' AND NOT m.hidden) AS published, v.online, v.depth AS online_depth, v.visits,
       v.materials_total, v.materials_government, v.materials_substituted,
       v.no_certificate_needed AS all_government_materials_substituted,
       v.comprehensive_window AS "window", v.comprehensive_window, v.single_sign_on AS single_login, v.single_sign_on,
       v.high_frequency, v.cross_province, v.weak_elements, v.published_at
FROM matters_matter m JOIN matters_matterversion v ON v.matter_id = m.id AND v.version = m.current
"""

data.register_dataset(
    data.Dataset(
        key="matters.matter",
        room="matters",
        title=Text(zh="政务服务事项目录", en="Catalogue of matters"),
        columns=COLUMNS,
        sql=SQL,
        time_column="published_at",
        permission="data.read",
    )
)
