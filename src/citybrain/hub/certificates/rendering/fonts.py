"""Where the Chinese fonts are. We use Debian's fonts-noto-cjk; a clear message says what is missing."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from citybrain.kernel.errors import Unavailable

NEEDED = (
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJK-Bold.ttc",
    "NotoSerifCJK-Regular.ttc",
    "NotoSerifCJK-Bold.ttc",
)
PLACES = (
    "/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts",
)  # fmt: skip
ADVICE = (
    "install the package fonts-noto-cjk (apt install fonts-noto-cjk) or set CITYBRAIN_FONTS to their folder"
)


@lru_cache(maxsize=1)
def font_folders() -> tuple[str, ...]:
    """Folders that together hold all needed fonts; Unavailable with advice when one is missing."""
    found: dict[str, Path] = {}
    for place in filter(None, (os.environ.get("CITYBRAIN_FONTS", ""), *PLACES)):
        home = Path(place).expanduser()
        for name in NEEDED:
            if name not in found and home.is_dir():
                match = next(iter(sorted(home.rglob(name))), None)
                if match:
                    found[name] = match.parent
        if len(found) == len(NEEDED):
            return tuple(sorted({str(p) for p in found.values()}))
    raise Unavailable(
        f"Chinese fonts are missing: {', '.join(n for n in NEEDED if n not in found)}", retry_after=600, todo=ADVICE,
        code="fonts_missing",
    )  # fmt: skip


def doctor() -> list[str]:
    """What ``./citybrain doctor`` should say about fonts; empty when all is well."""
    try:
        font_folders()
    except Unavailable as missing:
        return [f"{missing.message}; {missing.todo}"]
    return []
