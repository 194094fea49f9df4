"""Correction (补正): what is wrong is said at its field, everything typed and every good file stays."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from citybrain.apps.services.tests import factories as f
from citybrain.apps.services.traffic.answers import SCAN
from citybrain.hub.cases import api as cases

pytestmark = pytest.mark.django_db
NOTE = "已重新拍摄"


def asked(items="photo"):
    """A case of the demo citizen in which the reviewer asks for the photo again."""
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    cases.act(record.id, "request_correction", by=f.official("reviewer"), data={"items": items})
    return record


def send(client, record, **post):
    return client.post(f"/my/cases/{record.id}/correct/", {"key": "k1", **post})


def photo(name="photo.pdf", content=SCAN):
    return SimpleUploadedFile(name, content, "application/octet-stream")


def state(record):
    return cases.case_for(f.citizen(), record.id, purpose="own").record.state


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_wrong_file_is_told_at_its_field_and_the_words_stay(visit, lang):
    record, client = asked(), visit(f.CITIZEN, lang)
    page = client.get(f"/my/cases/{record.id}/").content.decode()
    assert 'name="material.photo"' in page
    answer = send(
        client,
        record,
        **{"field.note": NOTE, "material.photo": photo("evil.exe", b"MZ\0\0"), "asked": "photo"},
    )
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "error-summary" in body
    assert 'href="#f-material-photo"' in body
    assert "evil.exe" in body
    assert "f-material-photo-error" in body
    assert NOTE in body
    assert state(record) == "correcting"


def test_a_good_file_beside_a_wrong_one_need_not_be_chosen_again(visit):
    record, client = asked(), visit(f.CITIZEN)
    answer = send(client, record, **{"material.photo": [photo(), photo("x.exe", b"MZ")], "asked": "photo"})
    assert answer.status_code == 422
    assert "photo.pdf" in answer.content.decode()
    assert send(client, record).status_code == 302
    case = cases.case_for(f.citizen(), record.id, purpose="own")
    assert (
        case.record.state,
        [a.name for m in case.materials if m.key == "photo" for a in m.attachments][-1],
    ) == ("received", "photo.pdf")


def test_too_long_a_note_is_told_at_the_note(visit):
    record, client = asked(), visit(f.CITIZEN)
    answer = send(client, record, **{"field.note": "长" * 2001})
    body = answer.content.decode()
    assert answer.status_code == 422
    assert "f-field-note-error" in body
    assert "长" * 2001 in body


def test_handing_in_twice_and_too_late_is_said_on_the_page(visit):
    record, client = asked(), visit(f.CITIZEN)
    assert send(client, record, **{"field.note": NOTE}).status_code == 302
    answer = send(client, record, key="another")
    assert answer.status_code in (403, 409)
    assert "error-summary" in answer.content.decode()


@pytest.mark.parametrize(
    "post", [{"field.note": "\x00"}, {"field.": "x"}, {"key": "k" * 9000}, {"asked": "\u202e " * 500}]
)
def test_malformed_corrections_get_an_answer(visit, post):
    record = asked()
    assert send(visit(f.CITIZEN), record, **post).status_code in (302, 400, 409, 422)


def test_nobody_corrects_for_somebody_else(visit):
    record = asked()
    assert send(visit(f.STRANGER), record, **{"material.photo": photo()}).status_code == 404


def test_a_reviewer_ticks_what_is_wrong_and_the_applicant_reads_its_name(visit):
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    client = visit("reviewer.rsj")
    page = f.read(client.get(f"/cases/{record.id}/"))
    form = page.form("/act/request_correction/")
    assert [c.value for c in form.controls if c.name == "field.items" and c.type == "checkbox"].count(
        "photo"
    ) == 1
    post = {c.name: c.value for c in form.controls if c.type == "hidden"}
    sent = client.post(form.action, {**post, "field.items": ["photo", "说明也要改"]})
    assert sent.status_code == 302
    told = visit(f.CITIZEN).get(f"/my/cases/{record.id}/").content.decode()
    assert "证件照" in told
    assert "说明也要改" in told
    assert 'name="material.photo"' in told
    paper = next(d for d in cases.documents(f.citizen(), record.id) if d.code == "B18")
    told = cases.document_for(f.citizen(), paper.id).content["rows"][0]["value"]
    assert told[0]["zh"] == "证件照"
    assert told[1] == "说明也要改"
