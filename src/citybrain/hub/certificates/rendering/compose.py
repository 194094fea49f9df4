"""The facts of a certificate set on a page by typst. Pure: the same facts give the same page."""

from __future__ import annotations

import io
import json
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import segno
import typst
from django.conf import settings

from citybrain.hub.certificates.domain import rows
from citybrain.hub.certificates.domain.certificate_type import CertificateType
from citybrain.hub.certificates.models import Certificate
from citybrain.hub.certificates.queries.records import facts_of
from citybrain.hub.certificates.rendering.fonts import font_folders
from citybrain.kernel import clock

SAMPLE = "样本"
LAYOUTS = Path(__file__).resolve().parent / "layouts"


def public_origin() -> str:
    """Where the public reaches this city, for the square code."""
    origin = getattr(settings, "PUBLIC_URL", "") or f"http://127.0.0.1:{getattr(settings, 'PORT', 8000)}"
    return origin.rstrip("/")


def verify_url(row: Certificate) -> str:
    """The address in the square code: verification with identifier and short code filled in."""
    return f"{public_origin()}/certificates/verify/?{urlencode({'n': row.identifier, 'c': row.verify_code})}"


def square_code(text: str) -> str:
    """A QR code as SVG, error correction M, with the quiet zone the standard asks for."""
    sink = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        sink, kind="svg", border=2, scale=6, xmldecl=False, svgns=True
    )
    return sink.getvalue().decode()


def page_frame(kind: CertificateType) -> dict[str, Any]:
    """What every certificate of a type shares."""
    title = kind.heading or kind.name
    return {
        "layout": kind.layout,
        "title": title.zh,
        "title_en": title.en,
        "notes": [note.zh for note in kind.notes],
        "verify_label": "扫码核验 校验码",
        "seal_label": "电子签章",
    }


def page_data(row: Certificate, kind: CertificateType) -> dict[str, Any]:
    """Everything the layout prints."""
    lines = rows.rows(kind, facts_of(row), row.data)
    return {
        **page_frame(kind),
        "issuer": row.issuer_name.get("zh", ""),
        "rows": [
            {"label": r["label"]["zh"], "label_en": r["label"].get("en", ""), "text": r["text"]}
            for r in lines
        ],
        "issued_on": rows.day(clock.local(row.issued_at).date()),
        "identifier": f"电子证照标识 {row.identifier}",
        "version_label": f"第{row.version:03d}版",
        "code": f"{row.verify_code[:4]}-{row.verify_code[4:]}",
        "qr": square_code(verify_url(row)),
        "demo": row.demo,
        "demo_mark": "演示",
    }


_typesetters = threading.local()


def typesetter() -> typst.Compiler:
    """This thread's compiler; it keeps the fonts open, which is most of the work of a page."""
    if not hasattr(_typesetters, "held"):
        _typesetters.held = typst.Compiler(
            root=str(LAYOUTS), font_paths=list(font_folders()), ignore_system_fonts=True
        )
    return _typesetters.held


def compose(row: Certificate, kind: CertificateType) -> bytes:
    """The unsigned PDF."""
    return typeset(page_data(row, kind))


def compose_sample(kind: CertificateType) -> bytes:
    """What a certificate of this type looks like: invented facts, a watermark, no number that could be verified."""
    document = {
        **page_frame(kind),
        "issuer": SAMPLE,
        "rows": [{"label": f.label.zh, "label_en": f.label.en, "text": SAMPLE} for f in kind.fields],
        "issued_on": rows.day(clock.today()),
        "identifier": "",
        "version_label": "",
        "code": "",
        "qr": square_code(f"{public_origin()}/certificates/verify/"),
        "demo": True,
        "demo_mark": SAMPLE,
    }
    return typeset(document)


def typeset(document: dict[str, Any]) -> bytes:
    """One page from its data."""
    made = typesetter().compile(
        input=str(LAYOUTS / "certificate.typ"),
        sys_inputs={"doc": json.dumps(document, ensure_ascii=False)},
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made
