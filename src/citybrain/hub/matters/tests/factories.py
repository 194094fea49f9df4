"""A matter that is ready to publish, and how to spoil it."""

from copy import deepcopy
from typing import Any

from citybrain.hub.matters.domain.document import MatterDocument

READY: dict[str, Any] = {
    "key": "tea-permit",
    "name": {"zh": "茶馆许可", "en": "Tea house permit"},
    "summary": "开茶馆要先办这个。",
    "main_item": {"name": "茶馆许可"},
    "type": "licence",
    "basis": [{"law": "茶馆法", "article": "第一条", "evidence": "K?"}],
    "authority": {"level": "county"},
    "bodies": [{"department": "scjg", "levels": ["county"]}],
    "time": {"statutory": "20 workday", "promised": "7 workday"},
    "kind": {"case": "committed", "mode": "review_first"},
    "who": {
        "objects": ["person", "company"],
        "person_topics": ["access-permit"],
        "corp_topics": ["access-permit"],
    },
    "how": {
        "forms": ["window", "web"],
        "online": True,
        "online_steps": ["receive", "accept", "handle"],
        "visits": 0,
    },
    "conditions": {"accept": ["有茶"]},
    "materials": [
        {"key": "plan", "name": "平面图", "basis": "茶馆法第二条"},
        {
            "key": "licence",
            "name": "营业执照",
            "source": "government",
            "issuer": "市场监管部门",
            "certificate": "business-licence",
            "substitute": "certificate",
            "basis": "茶馆法第二条",
        },
        {"key": "kitchen", "name": "厨房图", "when": 'kitchen = "yes"', "basis": "茶馆法第三条"},
        {"key": "big", "name": "大店说明", "when": "area > 200", "basis": "茶馆法第三条", "tolerable": True},
    ],
    "flow": [
        {"key": "receive", "name": "收件"},
        {"key": "accept", "name": "受理", "limit": "1 workday"},
        {"key": "review", "name": "审核", "limit": "3 workday"},
        {"key": "site_check", "name": "现场核查", "limit": "1 workday", "when": 'kitchen = "yes"'},
        {"key": "decide", "name": "审批", "limit": "1 workday"},
        {"key": "finish", "name": "办结", "limit": "1 workday"},
        {"key": "deliver", "name": "送达", "limit": "10 workday"},
    ],
    "fee": {"charged": False},
    "result": {
        "name": "茶馆许可证",
        "kind": "certificate",
        "finish": "certificate_issued",
        "certificate": "tea-permit",
        "sample": "certificate:tea-permit",
    },
    "place": {
        "name": "政务服务中心",
        "address": "政务服务中心2楼3号窗口",
        "hours": "工作日9:00—17:00",
        "consult_phone": "0593-2822345",
        "complaint_phone": "0593-12345",
    },
    "remedies": {"review": "60日内", "litigation": "6个月内"},
    "faq": [{"question": "要钱吗？", "answer": "不要。"}],
    "situations": [
        {
            "key": "kitchen",
            "question": "有厨房吗？",
            "options": [{"value": "yes", "label": "有"}, {"value": "no", "label": "没有"}],
        },
        {
            "key": "only_water",
            "question": "只卖白开水吗？",
            "when": 'kitchen = "no"',
            "options": [
                {"value": "no", "label": "不是"},
                {"value": "yes", "label": "是", "refuse": "不用办许可。", "go_to": "water-filing"},
            ],
        },
    ],
    "form": "tea-permit",
    "keywords": ["茶馆", "茶楼"],
    "evidence": {"*": "K", "time.statutory": "V:XKF", "place": "K?"},
}


def make_document(**changes: Any) -> MatterDocument:
    """The ready matter with changes by dotted path (``time__promised="30 workday"``)."""
    raw = deepcopy(READY)
    for path, value in changes.items():
        *way, last = path.split("__")
        at = raw
        for word in way:
            at = at[int(word)] if isinstance(at, list) else at.setdefault(word, {})
        if isinstance(at, list):
            at[int(last)] = value
        else:
            at[last] = value
    return MatterDocument.model_validate(raw)
