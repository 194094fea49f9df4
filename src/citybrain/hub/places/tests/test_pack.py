"""The divisions part refuses contradictory packs in plain words."""

from types import SimpleNamespace

from citybrain.hub.places.pack import Divisions
from citybrain.hub.places.schema import DivisionDocument


def problems(db_documents):
    """Codes of the problems the checker finds."""
    docs = [
        SimpleNamespace(data=DivisionDocument.model_validate(body), file=f"x/{n}.yaml")
        for n, body in enumerate(db_documents)
    ]
    context = SimpleNamespace(problem=lambda doc, pointer, *, code, zh, en: (code, pointer))
    return [code for code, _pointer in Divisions().check(context, docs)]


PROVINCE = {"code": "350000000000", "name": "福建省", "kind": "province"}
CITY = {"code": "350900000000", "name": "宁德市", "kind": "city", "parent": "350000000000"}


def test_a_sound_document_has_no_problems(db):
    assert problems([{"divisions": [PROVINCE, CITY]}]) == []


def test_twice_the_same_code_unknown_parents_and_reversed_dates_are_found(db):
    late = {**CITY, "valid_from": "2025-01-01", "valid_to": "2024-01-01"}
    assert problems([{"divisions": [PROVINCE, CITY]}, {"divisions": [CITY]}]) == ["twice"]
    assert problems([{"divisions": [{**CITY, "parent": "110000000000"}]}]) == ["unknown_division"]
    assert problems([{"divisions": [PROVINCE, late]}]) == ["validity"]
    assert problems([{"divisions": [{**PROVINCE, "parent": "350900000000"}, CITY]}]) == ["parent_level"]
