"""The one page of the simulator, in Chinese or English, without scripts."""

from collections.abc import Mapping
from html import escape

from .people import Citizen

STYLE = """
body{font-family:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;margin:0;background:#f4f6f8;color:#1a2129}
main{max-width:40rem;margin:0 auto;padding:24px 16px}h1{font-size:1.5rem}
.warn{background:#fff4d6;border-left:4px solid #b97f00;padding:12px 16px}
.err{background:#fde8e8;border-left:4px solid #b42318;padding:12px 16px}
fieldset{background:#fff;border:1px solid #d5dbe1;border-radius:8px;margin:16px 0;padding:16px}legend{font-weight:600}
label{display:flex;gap:8px;align-items:baseline;padding:8px 0;min-height:28px}
.note{color:#566370;font-size:.9rem}
input[type=text]{font:inherit;padding:8px;border:1px solid #7a8794;border-radius:4px;flex:1}
button{font:inherit;padding:12px 24px;border-radius:6px;border:1px solid #0b5cad;background:#0b5cad;color:#fff;cursor:pointer}
button.plain{background:#fff;color:#0b5cad}
:focus-visible{outline:3px solid #ffbf47;outline-offset:2px}
"""

WORDS = {
    "zh": {
        "title": "实名身份认证（模拟）",
        "warn": "这是省级实名身份认证平台的模拟程序，只用于演示和测试，不核验任何真实身份。",
        "choose": "选择一位演示群众",
        "or": "或者填写姓名和公民身份号码（顺序码须为001—009）",
        "name": "姓名",
        "number": "公民身份号码",
        "phone": "手机号码",
        "level": "认证等级",
        "verified": "实人实名（高）",
        "basic": "基础实名（低）",
        "go": "同意并继续",
        "cancel": "取消",
        "unknown": "请选择一位演示群众，或填写正确的姓名和号码。",
        "firms": "可代表：",
    },
    "en": {
        "title": "Real-name identity (simulated)",
        "warn": "A simulation of the provincial identity platform, for demonstration and tests. It checks no real identity.",
        "choose": "Choose a demo citizen",
        "or": "Or type a name and a citizen number (sequence 001–009)",
        "name": "Name",
        "number": "Citizen number",
        "phone": "Mobile number",
        "level": "Level of assurance",
        "verified": "Verified in person (high)",
        "basic": "Basic (low)",
        "go": "Agree and continue",
        "cancel": "Cancel",
        "unknown": "Choose a demo citizen, or type a correct name and number.",
        "firms": "may represent: ",
    },
}


def authorize_page(
    people: Mapping[str, Citizen], language: str, problem: str, form: Mapping[str, str] | None = None
) -> str:
    """Choose who to be, or type it."""
    w, form = WORDS[language], form or {}
    choices = "".join(_choice(citizen, w) for citizen in people.values())
    problem_html = f'<p class="err" role="alert">{w["unknown"]}</p>' if problem else ""
    fields = "".join(
        f'<label>{w[word]} <input type="text" name="{name}" value="{escape(form.get(name, ""))}" autocomplete="off"></label>'
        for word, name in (("name", "name"), ("number", "id_number"), ("phone", "phone"))
    )
    levels = "".join(
        f'<label><input type="radio" name="level" value="{level}"{" checked" if level == "verified" else ""}> {w[level]}</label>'
        for level in ("verified", "basic")
    )
    return _frame(
        language,
        w["title"],
        f'<h1>{w["title"]}</h1><p class="warn">{w["warn"]}</p>{problem_html}<form method="post">'
        f"<fieldset><legend>{w['choose']}</legend>{choices}</fieldset>"
        f"<fieldset><legend>{w['or']}</legend>{fields}</fieldset>"
        f"<fieldset><legend>{w['level']}</legend>{levels}</fieldset>"
        f'<button>{w["go"]}</button> <button class="plain" name="cancel" value="1">{w["cancel"]}</button></form>',
    )


def _choice(citizen: Citizen, w: Mapping[str, str]) -> str:
    firms = "、".join(firm["name"] for firm in citizen.legal_persons)
    note = "；".join(part for part in (citizen.note, w["firms"] + firms if firms else "") if part)
    masked = citizen.id_number[:6] + "********" + citizen.id_number[-4:]
    return (
        f'<label><input type="radio" name="citizen" value="{escape(citizen.key)}"> <span>{escape(citizen.name)} '
        f'<span class="note">{masked} {escape(note)}</span></span></label>'
    )


def error_page(why: str) -> str:
    """A request that must not be sent back to where it says it came from."""
    return _frame("zh", "Error", f'<h1>请求有误 / Bad request</h1><p class="err">{escape(why)}</p>')


def _frame(language: str, title: str, body: str) -> str:
    lang = "en" if language == "en" else "zh-Hans"
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="/style.css"></head><body><main>{body}</main></body></html>'
    )
