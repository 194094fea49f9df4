"""Operational datasets of cases, for indicators, boards and archives: ``cases.case``, one row per case, no names."""

from citybrain.hub.data import api as data
from citybrain.kernel.text import Text

C = data.Column


def _t(zh: str, en: str) -> Text:
    return Text(zh=zh, en=en)


LIGHT = """CASE WHEN due_at IS NULL THEN '' WHEN paused THEN 'paused' WHEN due_at < now() THEN 'red'
 WHEN yellow_at <= now() THEN 'yellow' ELSE 'green' END"""
DAYS = """CASE WHEN limits->'{0}'->>'unit' IN ('workday', 'day') THEN (limits->'{0}'->>'value')::int END"""

data.register_dataset(
    data.Dataset(
        key="cases.case",
        room="cases",
        title=_t("办件", "Cases"),
        columns=(
            C("id", "text", _t("办件标识", "Case id"), sql="id::text"),
            C("case_no", "text", _t("办件编号", "Case number")),
            C("case_type", "text", _t("办件类型", "Case type")),
            C("matter", "text", _t("事项", "Matter")),
            C("matter_name", "text", _t("事项名称", "Name of the matter"), sql="matter_name->>'zh'"),
            C("organisation", "text", _t("办理单位", "Unit")),
            C("division", "text", _t("区划", "Division")),
            C("channel", "text", _t("渠道", "Channel")),
            C("state", "text", _t("状态", "State")),
            C("outcome", "text", _t("结果", "Outcome")),
            C("subject_kind", "text", _t("申请人类型", "Kind of applicant")),
            C("demo", "bool", _t("演示数据", "Demo data")),
            C("opened_at", "datetime", _t("创建时间", "Opened at")),
            C("submitted_at", "datetime", _t("提交时间", "Submitted at")),
            C("received_at", "datetime", _t("收件时间", "Received at")),
            C("accepted_at", "datetime", _t("受理时间", "Accepted at")),
            C("decided_at", "datetime", _t("决定时间", "Decided at")),
            C("delivered_at", "datetime", _t("送达时间", "Delivered at")),
            C("closed_at", "datetime", _t("办结时间", "Closed at")),
            C("due_at", "datetime", _t("到期时间", "Due at")),
            C("statutory_due_at", "datetime", _t("法定到期时间", "Statutory due at")),
            C(
                "overdue",
                "bool",
                _t("是否超期", "Overdue"),
                sql="coalesce(decided_late, NOT paused AND due_at IS NOT NULL AND due_at < now())",
            ),
            C("on_time", "bool", _t("是否按时", "On time"), sql="NOT decided_late"),
            C("light", "text", _t("灯", "Light"), sql=LIGHT),
            C("worked_days", "number", _t("用时（工作日）", "Working days used")),
            C(
                "statutory_days",
                "number",
                _t("法定时限（日）", "Statutory days"),
                sql=DAYS.format("statutory"),
            ),
            C("promised_days", "number", _t("承诺时限（日）", "Promised days"), sql=DAYS.format("promised")),
            C("materials_total", "number", _t("材料数", "Materials")),
            C(
                "materials_no_upload",
                "number",
                _t("免提交材料数", "Materials not asked for"),
                sql="materials_free",
            ),
            C(
                "certificate_type",
                "text",
                _t("结果证照类型", "Certificate type"),
                sql="coalesce(context->'certificate'->>'type', '')",
            ),
            C("parent_id", "text", _t("所属一件事", "Bundle"), sql="parent_id::text"),
        ),
        sql="cases_case",
        time_column="received_at",
        organisation_column="organisation",
        division_column="division",
        matter_column="matter",
        permission="data.read",
        link="cases:detail",
    )
)
