"""Screens: they show what can be done, keep what was typed, and give nothing to strangers."""

import re

import pytest
from django.test import RequestFactory

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.tests.factories import OTHER, accepted, citizen, official, open_permit, received
from citybrain.hub.cases.views import bench, case, files, types
from citybrain.kernel.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain_files(plain_files):
    """Every page here is asked for without collected static files."""


def ask(view, actor, *args, path="/cases/", post=None, lang="zh-hans", **kw):
    from django.contrib.messages.storage.fallback import FallbackStorage
    from django.contrib.sessions.backends.signed_cookies import SessionStore
    from django.utils import translation

    factory = RequestFactory()
    request = factory.post(path, post) if post is not None else factory.get(path)
    request.actor, request.session = actor, SessionStore()
    request._messages = FallbackStorage(request)
    with translation.override(lang):
        response = view(request, *args, **kw)
        return response


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_worklist_and_case_show_number_clock_steps_and_actions(staff, lang):
    record = received(staff)
    text = ask(bench.worklist, staff.reviewer, lang=lang).content.decode()
    assert record.case_no in text
    page = ask(case.detail, staff.reviewer, record.id, lang=lang).content.decode()
    assert f"/cases/{record.id}/act/accept/" in page
    assert "林小梅" in page
    assert 'aria-current="step"' in page
    assert "style=" not in page
    assert ("受理" if lang == "zh-hans" else "Accept") in page


def test_wrong_input_shows_the_page_again_with_what_was_typed(staff):
    record = accepted(staff)
    post = {"field.reason": "布局不符合要求", "revision": record.revision}
    response = ask(case.act, staff.decider, record.id, "reject", post=post)
    assert response.status_code == 422
    assert "布局不符合要求" in response.content.decode()
    assert 'href="#field-basis"' in response.content.decode() or "field.basis" in response.content.decode()


def test_a_step_from_the_page_is_done_once(staff):
    record = received(staff)
    for _turn in range(2):
        post = {"revision": record.revision, "key": "page-1"}
        assert ask(case.act, staff.reviewer, record.id, "accept", post=post).status_code == 302
    assert cases.case_for(staff.reviewer, record.id).record.state == "accepted"


def test_strangers_and_readers_are_kept_apart(staff):
    record = received(staff)
    for actor in (citizen(), official("reviewer", org=OTHER)):
        with pytest.raises(NotFound):
            ask(case.detail, actor, record.id)
    with pytest.raises(NotAllowed):
        ask(bench.worklist, staff.citizen)
    with pytest.raises(NotAllowed):
        ask(bench.export, staff.reviewer)
    reader = official("reader")
    page = case._page
    assert page
    text = ask(case.detail, reader, record.id).content.decode()
    assert "林小梅" not in text


def test_what_a_citizen_has_not_submitted_is_not_for_officials(staff):
    draft = open_permit(staff.citizen)
    with pytest.raises(NotFound):
        ask(case.detail, staff.leader, draft.id)
    with pytest.raises(NotFound):
        cases.case_for(staff.reviewer, draft.id)
    for address in ("/cases/?all=1", "/cases/?q=闽东小馆", "/cases/?done=1"):
        assert str(draft.id) not in ask(bench.worklist, staff.leader, path=address).content.decode()
    told = b"".join(
        ask(bench.export, staff.leader, path="/cases/export.csv?all=1").streaming_content
    ).decode()
    assert "闽东小馆" not in told
    assert cases.case_for(staff.citizen, draft.id).record.id == draft.id
    at_window = open_permit(staff.citizen, channel="window")
    assert cases.case_for(staff.receiver, at_window.id).record.id == at_window.id


def test_export_holds_no_names_and_no_formulas(staff):
    received(staff, title="=cmd()", matter_name={"zh": "=HYPERLINK(1)"})
    text = b"".join(
        ask(bench.export, staff.leader, path="/cases/export.csv?done=0").streaming_content
    ).decode()
    assert "林" not in text
    assert "'=HYPERLINK" in text
    assert bench.data.safe_cell("@x") == "'@x"


def test_bulk_receive_does_what_it_can_and_says_the_rest(staff):
    from citybrain.hub.cases.tests.factories import open_permit

    record = open_permit(staff.citizen)
    cases.act(record.id, "submit", by=staff.citizen)
    post = {"bulk": "receive", "row": [f"{record.id}:{record.id}"]}
    assert ask(bench.bulk, staff.receiver, post=post).status_code == 302
    assert cases.case_for(staff.receiver, record.id).record.state == "received"


def test_files_leave_only_as_downloads(staff):
    from citybrain.hub.cases.tests.test_files import PDF, PNG, upload

    record = received(staff)
    paper = cases.attach(record.id, upload(PDF, "a.pdf"), by=staff.receiver)
    image = cases.attach(record.id, upload(PNG, "a.png"), by=staff.receiver)
    response = ask(files.download, staff.citizen, record.id, paper.id)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    response.file_to_stream.close()
    shown = ask(files.preview, staff.citizen, record.id, image.id)
    assert shown["Content-Type"] == "image/png"
    assert "sandbox" in shown["Content-Security-Policy"]
    shown.file_to_stream.close()
    with pytest.raises(NotFound):
        ask(files.preview, staff.citizen, record.id, paper.id)
    with pytest.raises(NotFound):
        ask(files.download, citizen(), record.id, paper.id)


def test_documents_print_for_both_sides_but_internal_ones_only_inside(staff):
    record = accepted(staff)
    papers = {d.code: d for d in cases.documents(staff.citizen, record.id)}
    assert set(papers) == {"B1", "B20", "B8"}
    text = ask(files.document, staff.citizen, record.id, papers["B20"].id).content.decode()
    assert "受理材料接收凭证" in text
    with pytest.raises(NotFound):
        ask(files.document, citizen(), record.id, papers["B20"].id)


def test_case_types_are_drawn_and_travel_as_bpmn(staff):
    assert "permit" in ask(types.index, staff.reviewer).content.decode()
    page = ask(types.detail, staff.reviewer, "permit").content.decode()
    assert "<svg" in page
    assert "综合窗口收件员" in page
    exported = ask(types.export_bpmn, staff.reviewer, "permit").content
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = ask(
        types.import_bpmn, staff.reviewer, post={"file": SimpleUploadedFile("p.bpmn", exported)}
    ).content.decode()
    assert re.search(r"key: permit", text)


@pytest.mark.parametrize(("lang", "said"), [("zh-hans", "无法读取"), ("en", "It cannot be read")])
@pytest.mark.parametrize(
    "text", [b"<definitions>", b'<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>']
)
def test_a_broken_or_hostile_diagram_is_refused_in_words(staff, text, lang, said):
    from django.core.files.uploadedfile import SimpleUploadedFile

    upload = {"file": SimpleUploadedFile("p.bpmn", text)}
    answer = ask(types.import_bpmn, staff.reviewer, post=upload, lang=lang)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "DTDForbidden" not in answer.content.decode()
