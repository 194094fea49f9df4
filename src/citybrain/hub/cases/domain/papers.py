"""Documents of a case file (文书 B1–B99) and how their content is put together. [V2:FUZHOU link and document codes]"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.cases.domain.machine import FieldSpec

NAMES: dict[str, dict[str, str]] = {
    "B1": {"zh": "收件材料接收凭证", "en": "Receipt of materials"},
    "B2": {"zh": "即审即办信用承诺书", "en": "Credit promise for instant handling"},
    "B4": {"zh": "不予受理通知书", "en": "Notice of non-acceptance"},
    "B5": {"zh": "特殊程序告知书", "en": "Notice of special procedure"},
    "B6": {"zh": "容缺受理信用承诺书", "en": "Promise to add missing items"},
    "B7": {"zh": "办理结果交接单", "en": "Hand-over sheet of results"},
    "B8": {"zh": "受理承诺单", "en": "Acceptance commitment"},
    "B9": {"zh": "确认补齐通知书", "en": "Confirmation that items are complete"},
    "B10": {"zh": "审批替代信用承诺书", "en": "Credit promise instead of approval"},
    "B13": {"zh": "办结通知书", "en": "Notice of closing"},
    "B14": {"zh": "不予许可通知书", "en": "Notice of rejection"},
    "B15": {"zh": "退件通知书", "en": "Notice of return"},
    "B16": {"zh": "收件通知书", "en": "Notice of receipt"},
    "B17": {"zh": "业务审批单", "en": "Approval sheet"},
    "B18": {"zh": "补齐补正通知书", "en": "Notice to correct and complete"},
    "B19": {"zh": "送达回执", "en": "Receipt of delivery"},
    "B20": {"zh": "受理材料接收凭证", "en": "Acceptance receipt"},
    "B21": {"zh": "整改通知书", "en": "Notice to rectify"},
    "B99": {"zh": "其他文书", "en": "Other document"},
}
PUBLIC = {"B1", "B4", "B5", "B6", "B8", "B9", "B13", "B14", "B15", "B16", "B18", "B19", "B20"}


def rows(fields: list[FieldSpec], data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What was said, as labelled rows; choices by their names."""
    found = []
    for spec in fields:
        value = data.get(spec.name)
        if value in (None, "", [], False):
            continue
        names = {choice.value: choice.name.as_dict() for choice in spec.choices}
        if isinstance(value, str) and value in names:
            value = names[value]
        elif value is True:
            value = {"zh": "是", "en": "yes"}
        found.append({"label": spec.label.as_dict(), "value": value})
    return found
