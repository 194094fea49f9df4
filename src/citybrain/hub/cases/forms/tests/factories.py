"""Small forms for tests, written as packs write them."""

from typing import Any

from citybrain.hub.cases.forms import api as forms

ELEMENTS: dict[str, dict[str, Any]] = {
    "person_name": {
        "title": "姓名",
        "type": "text",
        "min_length": 2,
        "max_length": 20,
        "prefill": ["identity:name"],
    },
    "id_number": {"title": "公民身份号码", "type": "id_number", "sensitivity": "sensitive"},
    "uscc": {"title": "统一社会信用代码", "type": "uscc"},
    "phone": {"title": {"zh": "手机号码", "en": "Mobile number"}, "type": "phone"},
    "email": {"title": "邮箱", "type": "email"},
    "area": {"title": "面积", "type": "number", "min": 1, "max": 1000, "decimals": 2, "unit": "平方米"},
    "kitchen": {"title": "厨房面积", "type": "number", "min": 0},
    "count": {"title": "数量", "type": "integer", "min": 1, "max": 99},
    "fee": {"title": "金额", "type": "money"},
    "day": {"title": "日期", "type": "date", "past": True},
    "agent": {"title": "委托代办", "type": "boolean"},
    "way": {"title": "方式", "type": "choice", "options": ["window", {"mail": "邮寄"}]},
    "items": {"title": "项目", "type": "choices", "options": ["hot", "cold", "raw"]},
    "note": {"title": "说明", "type": "textarea", "max_length": 50},
    "place": {"title": "所在地", "type": "division", "level": "village"},
    "files": {"title": "附件", "type": "attachment"},
    "code": {"title": "编号", "type": "text", "pattern": "^JY[0-9]{4}$", "pattern_message": "编号不对"},
}

EVERYTHING: dict[str, Any] = {
    "key": "everything",
    "title": {"zh": "什么都问", "en": "Everything"},
    "given": {"operator": "text"},
    "pages": [
        {
            "key": "who",
            "title": "谁",
            "fields": ["person_name", "id_number", "phone", {"element": "email", "required": False}],
        },
        {
            "key": "what",
            "title": "什么",
            "fields": [
                "area",
                {"element": "kitchen", "required": False},
                {"element": "count", "required": False},
                {"element": "fee", "required": False},
                {"element": "day", "required": False},
                {"element": "items", "required": False},
                {"element": "note", "required": False},
                {"element": "files", "required": False},
                {"element": "place", "required": False},
                {"element": "uscc", "when": 'operator = "company"'},
            ],
        },
        {
            "key": "how",
            "title": "怎么办",
            "fields": [
                "agent",
                "way",
                {"element": "note", "name": "mail_to", "when": 'way = "mail"'},
                {
                    "repeat": "people",
                    "title": "人员",
                    "min": 0,
                    "max": 3,
                    "fields": ["person_name", {"element": "phone", "required": False}],
                },
            ],
        },
        {
            "key": "proxy",
            "title": "代办人",
            "when": "agent = true",
            "fields": [{"element": "person_name", "name": "proxy_name"}],
        },
    ],
    "rules": [{"must": "kitchen <= area", "field": "kitchen", "message": "厨房不能大于总面积"}],
}

GOOD: dict[str, Any] = {
    "person_name": "林小梅",
    "id_number": "11010519491231002X",
    "phone": "13805931234",
    "area": "86.5",
    "agent": "false",
    "way": "window",
}


def make_form(document: dict[str, Any] | None = None, elements: dict[str, Any] | None = None) -> forms.Form:
    """A compiled form."""
    specs = {
        key: forms.ElementSpec.model_validate(spec) for key, spec in {**ELEMENTS, **(elements or {})}.items()
    }
    return forms.compile_form(forms.FormDocument.model_validate(document or EVERYTHING), specs)
