"""Translations per room: extract msgids, update the Chinese catalogue, report what is missing, compile for use.

msgids are English; ``<room>/locale/zh_Hans/LC_MESSAGES/django.po`` is written by people. Compiled ``.mo`` files are
built, never committed. Refuses nothing by itself: ``problems`` lists, the caller decides.
"""

import io
import os
from pathlib import Path

from citybrain.project.config import ROOT

PACKAGE = ROOT / "src" / "citybrain"
LOCALE = Path("locale") / "zh_Hans" / "LC_MESSAGES" / "django.po"
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/migrations/**", "ignore"),
    ("**.py", "python"),
    ("**/templates/**.html", "jinja2"),
]
OPTIONS = {
    "**/templates/**.html": {
        "extensions": "jinja2.ext.do",
        "trim_blocks": "true",
        "lstrip_blocks": "true",
        "silent": "false",
    }
}
CHANGING = tuple(
    f'"{name}' for name in ("POT-", "PO-Rev", "Last-", "Report-", "Project-", "Language-Team", "Generated")
)
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "pgettext_lazy": ((1, "c"), 2), "npgettext": ((1, "c"), 2, 3),
}  # fmt: skip


def rooms() -> list[Path]:
    """Folders that may have translations: every room, and the project itself."""
    single = [PACKAGE / "kernel", PACKAGE / "ui", PACKAGE / "connectors", PACKAGE / "project"]
    return single + sorted(
        p.parent for p in [*PACKAGE.glob("hub/*/apps.py"), *PACKAGE.glob("apps/*/apps.py")]
    )


def compile_all() -> int:
    """Build every .mo that is older than its .po; returns how many were built."""
    built = 0
    for po in PACKAGE.glob(f"**/{LOCALE}"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns >= po.stat().st_mtime_ns:
            continue
        from babel.messages.mofile import write_mo
        from babel.messages.pofile import read_po

        with open(po, "rb") as source:
            catalogue = read_po(source, locale="zh_Hans")
        partial = mo.with_suffix(f".{os.getpid()}.mo")
        with open(partial, "wb") as target:
            write_mo(target, catalogue)
        partial.replace(mo)
        built += 1
    return built


def template(room: Path):
    """Catalogue of all msgids found in a room's code and pages."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract_from_dir

    found = Catalog(project="citybrain")
    rows = extract_from_dir(
        room, method_map=METHODS, options_map=OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",)
    )
    for name, line, message, comments, context in rows:
        if message and message != "":
            found.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return found


def existing(room: Path):
    from babel.messages.catalog import Catalog
    from babel.messages.pofile import read_po

    path = room / LOCALE
    if not path.exists():
        return Catalog(locale="zh_Hans", project="citybrain", charset="utf-8")
    with open(path, "rb") as source:
        return read_po(source, locale="zh_Hans")


def update(room: Path) -> int:
    """Bring a room's .po in line with its msgids, keeping every translation. Number of msgids, 0 = no file."""
    from babel.messages.pofile import write_po

    found, known = template(room), existing(room)
    if not len(found):
        return 0
    known.update(found, no_fuzzy_matching=True)
    path = room / LOCALE
    path.parent.mkdir(parents=True, exist_ok=True)
    known.header_comment = (
        f"# Chinese of the room {room.name}: written by people, brought up to date by ./citybrain translate."
    )
    known.fuzzy = False
    draft = io.BytesIO()
    write_po(draft, known, sort_output=True, include_lineno=False, ignore_obsolete=True, width=110)
    lines = draft.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(CHANGING)), encoding="utf-8")
    return len(found)


def shared() -> list:
    """Catalogues whose words every room may use: those of the floors below."""
    return [existing(PACKAGE / "ui"), existing(PACKAGE / "kernel")]


def complaint(message, catalogue, floors: list) -> str:
    """What is wrong with one message's translation; empty when all is well."""
    key = message.id if isinstance(message.id, str) else message.id[0]
    for known in (catalogue, *floors):
        have = known.get(key, message.context)
        if have is None or not (have.string if isinstance(have.string, str) else all(have.string)):
            continue
        if have.fuzzy:
            return "translation is marked fuzzy"
        return "placeholders differ" if any(have.check(known)) else ""
    return "not translated"


def problems(room: Path) -> list[str]:
    """Untranslated, fuzzy or damaged messages of a room, one line each with the first place of use."""
    listed, catalogue, floors = [], existing(room), shared()
    for message in template(room):
        wrong = complaint(message, catalogue, floors) if message.id else ""
        if wrong:
            name, line = message.locations[0] if message.locations else ("?", 0)
            listed.append(f"{(room / name).relative_to(ROOT)}:{line}: {wrong}: {message.id!r}")
    return listed


def main(arguments: list[str]) -> int:
    """``translate [room …]`` updates catalogues and lists what people still have to write; ``--check`` only lists."""
    words = [word for word in arguments if not word.startswith("-")]
    chosen = [room for room in rooms() if not words or room.name in words]
    if "--check" not in arguments:
        for room in chosen:
            count = update(room)
            if count:
                print(f"  {room.relative_to(PACKAGE)}: {count} messages")
    listed = [line for room in chosen for line in problems(room)]
    for line in listed:
        print(line)
    print(f"{len(listed)} translations missing" if listed else "all messages are translated")
    return 1 if listed else 0
