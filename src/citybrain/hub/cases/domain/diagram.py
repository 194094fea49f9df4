"""The machine as a picture: SVG with the current state lit and the way so far marked.

Accessible (title, description, role), styled by classes only (the page's CSP forbids inline styles), safe (every text
escaped). Not an editor.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from citybrain.hub.cases.domain.layout import Arrow, Box, Layout, place
from citybrain.hub.cases.domain.machine import Machine

LINE_MAX = 9  # Chinese characters that fit a line of a box
LETTERS_MAX = 18


def svg(
    machine: Machine, *, current: str = "", visited: Iterable[str] = (), walked: Iterable[tuple[str, str]] = (),
    lang: str | None = None, ident: str = "machine",
) -> str:  # fmt: skip
    """The SVG text. ``visited`` are states the case has been in, ``walked`` (from, to) pairs it went."""
    layout, visited, walked = place(machine), set(visited), set(walked)
    title = machine.name.say(lang)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="machine" role="img" viewBox="0 0 {layout.width:.0f} '
        f'{layout.height:.0f}" width="{layout.width:.0f}" height="{layout.height:.0f}" '
        f'aria-labelledby="{ident}-title {ident}-desc">',
        f'<title id="{ident}-title">{escape(title)}</title>',
        f'<desc id="{ident}-desc">{escape(_description(machine, current, lang))}</desc>',
        f'<defs><marker id="{ident}-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
        'markerUnits="userSpaceOnUse" '
        'orient="auto-start-reverse"><path d="M0 0 L8 4 L0 8 z" class="machine-tip"/></marker></defs>',
    ]
    names = {t.action: t.name.say(lang) for t in machine.transitions}
    for arrow in sorted(layout.arrows, key=lambda a: (a.source, a.target) in walked):
        parts.append(_arrow(arrow, names, (arrow.source, arrow.target) in walked, ident))
    for key, box in layout.boxes.items():
        parts.append(_box(machine, key, box, key == current, key in visited, lang))
    parts.append("</svg>")
    return "".join(parts)


def _description(machine: Machine, current: str, lang: str | None) -> str:
    names = [state.name.say(lang) for state in machine.states.values()]
    zh = (lang or "zh").startswith("zh")
    listed = "、".join(names) if zh else ", ".join(names)
    if current not in machine.states:
        return listed
    here = machine.states[current].name.say(lang)
    return f"当前状态：{here}。全部状态：{listed}" if zh else f"Current state: {here}. All states: {listed}"


def _arrow(arrow: Arrow, names: dict[str, str], walked: bool, ident: str) -> str:
    path = "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in arrow.points)
    classes = "machine-arrow" + (" is-back" if arrow.back else "") + (" is-walked" if walked else "")
    said = " / ".join(names.get(a, a) for a in arrow.actions)
    return (
        f'<path class="{classes}" d="{path}" marker-end="url(#{ident}-tip)" '
        f"data-actions={quoteattr(' '.join(arrow.actions))}><title>{escape(said)}</title></path>"
    )


def _box(machine: Machine, key: str, box: Box, current: bool, visited: bool, lang: str | None) -> str:
    state = machine.states[key]
    classes = f"machine-state is-{state.kind}"
    classes += " is-current" if current else " is-visited" if visited else ""
    lines = _lines(state.name.say(lang))
    first = box.middle[1] + 5 - (len(lines) - 1) * 8
    text = "".join(
        f'<tspan x="{box.middle[0]:.1f}" y="{first + i * 17:.1f}">{escape(line)}</tspan>'
        for i, line in enumerate(lines)
    )
    mark = (
        f'<circle class="machine-here" cx="{box.x + 12:.1f}" cy="{box.y + 12:.1f}" r="5"/>' if current else ""
    )
    here = ' aria-current="step"' if current else ""
    return (
        f'<g class="{classes}" data-state="{key}"{here}><rect x="{box.x:.1f}" y="{box.y:.1f}" rx="8" '
        f'width="{box.width}" height="{box.height}"/>{mark}<text text-anchor="middle">{text}</text></g>'
    )


def _lines(text: str) -> list[str]:
    if text.isascii():
        words, lines = text.split(), [""]
        for word in words:
            if lines[-1] and len(lines[-1]) + len(word) + 1 > LETTERS_MAX:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
        return lines[:3]
    return [text[i : i + LINE_MAX] for i in range(0, len(text), LINE_MAX)][:3]


__all__ = ["Layout", "svg"]
