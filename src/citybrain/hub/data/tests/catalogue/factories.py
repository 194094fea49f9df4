"""Descriptions that can be published, and what is in them."""

from typing import Any


def described(**values: Any) -> dict[str, Any]:
    """Core metadata without a fault."""
    return {
        "title": {"zh": "食品经营许可", "en": "Food licences"},
        "description": {"zh": "食品经营许可证的登记信息", "en": "Food business licences"},
        "owner": "350902-scjg", "classification": "301001", "layer": "raw", "format": "database", "cycle": "daily",
        "sharing": "conditional", "sharing_condition": "用于审批核验", "sharing_ways": ["api", "verify"],
        "opening": "none", "opening_basis": "含个人信息", "security_owner": "信息科 张科长", "retention_months": 120,
        "keywords": ["食品证", "卫生许可"], **values,
    }  # fmt: skip


def licence_items(**more: Any) -> list[dict[str, Any]]:
    """Number, name of the firm, person in charge, phone."""
    return [
        {"name": "licence_no", "type": "text", "title": {"zh": "许可证编号", "en": "Licence number"}, "is_key": True},
        {"name": "firm", "type": "text", "title": {"zh": "经营者名称", "en": "Firm"}},
        {
            "name": "chief", "type": "text", "title": {"zh": "法定代表人", "en": "Person in charge"}, "grade": "L3",
            "personal": "name",
        },
        {"name": "remark", "type": "text", "title": {"zh": "备注", "en": "Remark"}, **more},
    ]  # fmt: skip
