"""Drawings of the icons: 24 by 24, strokes only, coloured by the text around them. An unknown name draws ``info``.

Written in Python and not as a macro because a page draws dozens of them: each is put together once per process.
"""

import functools

from markupsafe import Markup, escape

PATHS = {
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m20 20-4.8-4.8"/>',
    "user": '<circle cx="12" cy="8" r="4"/><path d="M4 21c.8-4.2 4-6.5 8-6.5s7.2 2.3 8 6.5"/>',
    "home": '<path d="m3 11 9-8 9 8"/><path d="M5.5 9.5V20h13V9.5M10 20v-6h4v6"/>',
    "list": '<path d="M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "cross": '<path d="M6 6l12 12M18 6 6 18"/>',
    "info": '<circle cx="12" cy="12" r="9.5"/><path d="M12 11v6M12 7.2v.1"/>',
    "alert": '<path d="M12 3 2 20.5h20z"/><path d="M12 9.5v5M12 17.4v.1"/>',
    "stop": '<path d="M8 2.5h8l5.5 5.5v8L16 21.5H8L2.5 16V8z"/><path d="M12 7.5v6M12 16.6v.1"/>',
    "done": '<circle cx="12" cy="12" r="9.5"/><path d="m7.5 12.5 3 3 6-6.5"/>',
    "clock": '<circle cx="12" cy="12" r="9.5"/><path d="M12 6.5V12l3.5 2.5"/>',
    "file": '<path d="M6 2.5h8l5 5V21.5H6z"/><path d="M14 2.5V8h5"/>',
    "upload": '<path d="M12 16V4m-5 5 5-5 5 5"/><path d="M4 16v4.5h16V16"/>',
    "download": '<path d="M12 4v12m-5-5 5 5 5-5"/><path d="M4 16v4.5h16V16"/>',
    "print": '<path d="M7 8V3h10v5M7 17H4V8h16v9h-3"/><path d="M7 14h10v7H7z"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15z"/><path d="M10 20.5a2 2 0 0 0 4 0"/>',
    "phone": '<path d="M5 3h4l1.5 5-2.5 2a13 13 0 0 0 6 6l2-2.5 5 1.5v4a2 2 0 0 1-2 2A17 17 0 0 1 3 5a2 2 0 0 1 2-2z"/>',
    "globe": '<circle cx="12" cy="12" r="9.5"/><path d="M2.5 12h19M12 2.5c5 5.5 5 13.5 0 19M12 2.5c-5 5.5-5 13.5 0 19"/>',
    "text": '<path d="M3 19 8.5 5h1L15 19M5 14.5h8M15.5 19l3-8h1l3 8M17 16h5"/>',
    "wallet": '<rect x="3" y="6" width="18" height="14" rx="2"/><path d="M3 10h18M16 15h2"/>',
    "building": '<path d="M4 21V4h10v17M14 9h6v12M2 21h20M7.5 8h3M7.5 12h3M7.5 16h3"/>',
    "place": '<path d="M12 21.5c5-5.5 7.5-9 7.5-12a7.5 7.5 0 0 0-15 0c0 3 2.5 6.5 7.5 12z"/><circle cx="12" cy="9.5" r="2.5"/>',
    "star": '<path d="m12 3 2.8 5.8 6.2.9-4.5 4.4 1.1 6.3L12 17.4l-5.6 3 1.1-6.3L3 9.7l6.2-.9z"/>',
    "chart": '<path d="M3 3v18h18"/><path d="m6.5 15.5 4-5 3.5 3 5.5-7"/>',
    "settings": '<circle cx="12" cy="12" r="3"/><path d="M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M5.3 18.7l2.1-2.1M16.6 7.4l2.1-2.1"/>',
    "exit": '<path d="M14 4H5v16h9M10 12h11m-4-4 4 4-4 4"/>',
    "menu": '<path d="M3.5 6h17M3.5 12h17M3.5 18h17"/>',
    "next": '<path d="m9 5 7 7-7 7"/>',
    "previous": '<path d="m15 5-7 7 7 7"/>',
    "edit": '<path d="M4 20h4L20 8l-4-4L4 16zM13 7l4 4"/>',
    "lock": '<rect x="4.5" y="10" width="15" height="11" rx="2"/><path d="M8 10V7a4 4 0 0 1 8 0v3"/>',
    "empty": '<path d="M3 14.5 6 5h12l3 9.5V20H3z"/><path d="M3 14.5h5.5l1 2.5h5l1-2.5H21"/>',
    "certificate": '<rect x="3" y="3.5" width="18" height="13" rx="2"/><path d="M7 8h7M7 11.5h4"/><circle cx="16" cy="15" r="3"/><path d="m14.5 17.5-.5 4 2-1.2 2 1.2-.5-4"/>',
    "light": '<rect x="8" y="2" width="8" height="20" rx="4"/><path d="M12 6.5v.1M12 12v.1M12 17.5v.1"/>',
    "desk": '<path d="M2.5 10h19M4.5 10v10M19.5 10v10M4.5 15h7V10M8 6h6v4"/>',
    "rate": '<path d="M4 20V11h4v9zM8 11l4-8c2 0 2.5 1.5 2 3.5L13.5 9H20l-1.5 11H8"/>',
    "hands": '<path d="M3 12.5 8 8l4 2 4-2 5 4.5M8 16l3 3 2-2M11 13l4 4 2-2"/><path d="M3 12.5 8 16M21 12.5 17 15"/>',
    "stamp": '<path d="M9 13V9.5a3.5 3.5 0 1 1 6 0V13M4 13h16v4.5H4zM5 21h14"/>',
    "users": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2 .8 3.2 2.6 3.5 5.5"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.8a3.5 3.5 0 0 1 0 6.4M18 14.5c2 .8 3.2 2.6 3.5 5.5"/>',
    "database": '<ellipse cx="12" cy="5.5" rx="8.5" ry="3"/><path d="M3.5 5.5v13c0 1.7 3.8 3 8.5 3s8.5-1.3 8.5-3v-13M3.5 12c0 1.7 3.8 3 8.5 3s8.5-1.3 8.5-3"/>',
    "book": '<path d="M6.5 3h12v18h-12A2.5 2.5 0 0 1 4 18.5V5.5A2.5 2.5 0 0 1 6.5 3zM4 18.5A2.5 2.5 0 0 1 6.5 16h12M8.5 7.5h6"/>',
    "code": '<rect x="2.5" y="4" width="19" height="16" rx="2"/><path d="m6.5 9 3.5 3-3.5 3M12.5 15.5h5"/>',
    "layers": '<path d="m12 3 9.5 4.5L12 12 2.5 7.5zM2.5 12l9.5 4.5 9.5-4.5M2.5 16.5 12 21l9.5-4.5"/>',
    "plug": '<path d="M9 2.5V8M15 2.5V8M6 8h12v3.5a6 6 0 0 1-12 0zM12 17.5v4"/>',
    "eye": '<path d="M2 12c2.5-4.5 6-6.5 10-6.5s7.5 2 10 6.5c-2.5 4.5-6 6.5-10 6.5S4.5 16.5 2 12z"/><circle cx="12" cy="12" r="3"/>',
}


def icon(name: str, label: str = "") -> Markup:
    """The drawing as inline SVG: decoration, or an image with ``label`` where it stands alone."""
    return _drawn(str(name)) if not label else _svg(str(name), f'role="img" aria-label="{escape(label)}"')


@functools.cache
def _drawn(name: str) -> Markup:
    return _svg(name, 'aria-hidden="true" focusable="false"')


def _svg(name: str, attributes: str) -> Markup:
    path = PATHS.get(name, PATHS["info"])
    return Markup(f'<svg class="icon" viewBox="0 0 24 24" {attributes}>{path}</svg>')  # noqa: S704 - our own drawings
