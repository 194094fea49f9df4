"""Schema errors as plain sentences in both languages."""

from __future__ import annotations

from typing import Any

SENTENCES: dict[str, tuple[str, str]] = {
    "missing": ("缺少“{field}”", "“{field}” is missing"),
    "extra_forbidden": ("没有“{field}”这一项（是否写错？）", "there is no “{field}” here (misspelt?)"),
    "string_type": (
        "“{field}”应是文本；编码类的数字请加引号",
        "“{field}” must be text; put codes made of digits in quotes",
    ),
    "string_too_short": ("“{field}”太短", "“{field}” is too short"),
    "string_too_long": ("“{field}”太长", "“{field}” is too long"),
    "string_pattern_mismatch": ("“{field}”的写法不符合规则", "“{field}” does not have the required form"),
    "int_type": ("“{field}”应是整数", "“{field}” must be a whole number"),
    "int_parsing": ("“{field}”应是整数", "“{field}” must be a whole number"),
    "float_type": ("“{field}”应是数字", "“{field}” must be a number"),
    "decimal_type": ("“{field}”应是数字", "“{field}” must be a number"),
    "decimal_parsing": ("“{field}”应是数字", "“{field}” must be a number"),
    "bool_type": ("“{field}”应是 true 或 false", "“{field}” must be true or false"),
    "bool_parsing": ("“{field}”应是 true 或 false", "“{field}” must be true or false"),
    "list_type": ("“{field}”应是列表", "“{field}” must be a list"),
    "tuple_type": ("“{field}”应是列表", "“{field}” must be a list"),
    "dict_type": ("“{field}”应是键值对", "“{field}” must be a mapping"),
    "model_type": ("“{field}”应是键值对", "“{field}” must be a mapping"),
    "model_attributes_type": ("“{field}”应是键值对", "“{field}” must be a mapping"),
    "literal_error": ("“{field}”只能是 {expected}", "“{field}” must be one of {expected}"),
    "enum": ("“{field}”只能是 {expected}", "“{field}” must be one of {expected}"),
    "too_short": ("“{field}”至少要有 {min_length} 项", "“{field}” needs at least {min_length} items"),
    "too_long": ("“{field}”最多 {max_length} 项", "“{field}” may have at most {max_length} items"),
    "greater_than": ("“{field}”应大于 {gt}", "“{field}” must be greater than {gt}"),
    "greater_than_equal": ("“{field}”不能小于 {ge}", "“{field}” must be at least {ge}"),
    "less_than": ("“{field}”应小于 {lt}", "“{field}” must be less than {lt}"),
    "less_than_equal": ("“{field}”不能大于 {le}", "“{field}” must be at most {le}"),
    "date_parsing": ("“{field}”应是日期，如 2026-11-23", "“{field}” must be a date such as 2026-11-23"),
    "date_from_datetime_parsing": (
        "“{field}”应是日期，如 2026-11-23",
        "“{field}” must be a date such as 2026-11-23",
    ),
    "date_type": ("“{field}”应是日期，如 2026-11-23", "“{field}” must be a date such as 2026-11-23"),
    "union_tag_invalid": ("“{field}”的种类不认识：{tag}", "“{field}” has an unknown kind: {tag}"),
}


def sentence(error: dict[str, Any]) -> tuple[str, str]:
    """(zh, en) of one pydantic error."""
    where = [str(w) for w in error.get("loc", ())]
    field = ".".join(where) or "文件"
    zh, en = SENTENCES.get(error["type"], ("", ""))
    context = {"field": field, **(error.get("ctx") or {})}
    try:
        if zh:
            return zh.format(**context), en.format(**context)
    except (KeyError, IndexError):
        pass
    cause: Any = (error.get("ctx") or {}).get("error")
    if cause is not None and hasattr(cause, "zh"):
        return f"“{field}”：{cause.zh}", f"“{field}”: {cause.en}"
    message = str(error.get("msg", "")).removeprefix("Value error, ")
    return f"“{field}”不正确：{message}", f"“{field}” is wrong: {message}"
