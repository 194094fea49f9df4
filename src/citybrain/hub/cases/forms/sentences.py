"""What is wrong with an answer, in plain words, in both languages. One code, one sentence."""

from __future__ import annotations

from typing import Any

from citybrain.kernel.errors import FieldProblem
from citybrain.kernel.text import Text

SENTENCES: dict[str, tuple[str, str]] = {
    "required": ("请填写“{title}”", "Enter: {title}"),
    "required_choice": ("请选择“{title}”", "Choose: {title}"),
    "required_material": ("请提交“{title}”", "Provide: {title}"),
    "too_short": ("“{title}”至少要有{limit}个字", "{title}: write at least {limit} characters"),
    "too_long": ("“{title}”最多{limit}个字，现在有{got}个", "{title}: at most {limit} characters; you wrote {got}"),
    "pattern": ("“{title}”的格式不对", "{title}: this is not in the right form"),
    "not_number": ("“{title}”只能填数字，例如 12 或 12.5", "{title}: write a number, such as 12 or 12.5"),
    "not_integer": ("“{title}”要填整数", "{title}: write a whole number"),
    "too_small": ("“{title}”不能小于{limit}", "{title}: must be {limit} or more"),
    "too_large": ("“{title}”不能大于{limit}", "{title}: must be {limit} or less"),
    "decimals": ("“{title}”最多{limit}位小数", "{title}: at most {limit} decimal places"),
    "not_date": ("“{title}”要填真实的日期，例如 2026-03-02", "{title}: write a real date, such as 2026-03-02"),
    "not_past": ("“{title}”不能晚于今天", "{title}: must not be after today"),
    "not_future": ("“{title}”不能早于今天", "{title}: must not be before today"),
    "not_choice": ("“{title}”请从列出的选项中选择", "{title}: choose one of the options shown"),
    "not_boolean": ("“{title}”请选择是或者否", "{title}: choose yes or no"),
    "phone": ("“{title}”要填11位手机号码，或者带区号的固定电话", "{title}: write an 11-digit mobile number, or a landline with area code"),
    "email": ("“{title}”要填完整的邮箱地址，例如 name@example.cn", "{title}: write a full e-mail address, such as name@example.cn"),
    "division_unknown": ("“{title}”：没有这个行政区划", "{title}: there is no such division"),
    "division_level": ("“{title}”要选到{level}", "{title}: choose down to the {level}"),
    "not_file": ("“{title}”请重新上传", "{title}: please upload again"),
    "too_few": ("“{title}”至少填写{limit}项", "{title}: give at least {limit}"),
    "too_many": ("“{title}”最多填写{limit}项", "{title}: give at most {limit}"),
    "unreadable": ("“{title}”里有无法识别的内容，请重新填写", "{title}: part of this cannot be read; please write it again"),
    "too_much_input": ("一次提交的内容太多，请分步填写", "Too much was sent at once; please fill in page by page"),
    "promise": ("请阅读并勾选“{title}”", "Read and tick: {title}"),
    "readonly": ("“{title}”不能修改", "{title}: this cannot be changed"),
}  # fmt: skip
LEVELS = {
    "county": ("县（市、区）", "county"),
    "town": ("乡镇（街道）", "town or street"),
    "village": ("村（社区）", "village or community"),
}


def sentence(code: str, title: Text | None = None, **values: Any) -> Text:
    """The sentence of a code with its values filled in, both languages."""
    zh, en = SENTENCES[code]
    level = LEVELS.get(str(values.pop("level", "")), ("", ""))
    return Text(
        zh=zh.format(title=title.zh if title else "", level=level[0], **values),
        en=en.format(title=title.say("en") if title else "", level=level[1], **values),
    )


def problem(path: str, code: str, title: Text | None = None, **values: Any) -> FieldProblem:
    """A problem at a field, with the sentence of its code."""
    return FieldProblem(path, code, sentence(code, title, **values))  # type: ignore[arg-type]


def said(path: str, code: str, message: Text) -> FieldProblem:
    """A problem whose sentence comes from the form itself."""
    return FieldProblem(path, code, message)  # type: ignore[arg-type]
