"""Door of forms (re-exported as ``cases.forms``).

``form(key, version=None)`` -> Form (compiled; NotFound). ``read_page`` / ``check`` -> Answers(values, raw, problems).
``offers`` -> prefill with provenance. ``page_view`` / ``review_view`` -> what the templates show.
``json_schema`` -> JSON Schema 2020-12 of the answers. None of them raises on malformed answers.
"""

from citybrain.hub.cases.forms import sources as _sources  # noqa: F401  the prefill sources register on import
from citybrain.hub.cases.forms.answers import read, tidy
from citybrain.hub.cases.forms.json_schema import json_schema
from citybrain.hub.cases.forms.prefill import Offer, corrected, merge, offers, register_source
from citybrain.hub.cases.forms.runtime import (
    Field,
    Form,
    FormError,
    Page,
    Repeat,
    Upload,
    compile_form,
    holds,
    names_of,
)
from citybrain.hub.cases.forms.schema import ElementsDocument, ElementSpec, FormDocument
from citybrain.hub.cases.forms.sentences import problem, said, sentence
from citybrain.hub.cases.forms.store import elements, form, has_form, mark_used
from citybrain.hub.cases.forms.submission import Answers, check, flat, raw_page, read_page
from citybrain.hub.cases.forms.view import WORDS, page_view, review_view, say_value

__all__ = [
    "WORDS", "Answers", "ElementSpec", "ElementsDocument", "Field", "Form", "FormDocument", "FormError", "Offer", "Page",
    "Repeat", "Upload", "check", "compile_form", "corrected", "elements", "flat", "form", "has_form", "holds",
    "json_schema", "mark_used", "merge", "names_of", "offers", "page_view", "problem", "raw_page", "read", "read_page",
    "register_source", "review_view", "said", "say_value", "sentence", "tidy",
]  # fmt: skip
