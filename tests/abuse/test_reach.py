"""Another person's things: by id, search, export, kept page or a different capacity, there is nothing to find."""

import re
from datetime import timedelta

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.identity import api as identity
from citybrain.hub.messages import api as messages
from citybrain.kernel import clock

from . import people

pytestmark = [pytest.mark.django_db]
OTHER_UNIT = ("reviewer.gaj", "decider.gaj", "window.fuan", "reviewer.fuan", "reviewer", "decider", "issuer")
ADMINISTRATORS = ("sysadmin", "secadmin", "auditor")


@pytest.fixture
def things(city, db):
    """Everything lin.xiaomei has, as addresses; each one opens for her."""
    draft, case = people.draft(), people.finished()
    photo = cases.attach(draft.id, people.upload(), by=people.citizen(), material=people.PHOTO)
    lin = people.citizen()
    document = cases.documents(lin, case.id)[0]
    certificate = certificates.wallet(lin)[0]
    message = messages.inbox(lin).items[0]
    return {
        "the draft": f"/apply/{draft.id}/",
        "a page of the draft": f"/apply/{draft.id}/review/",
        "the case": f"/my/cases/{case.id}/",
        "the receipt of the case": f"/apply/{case.id}/done/",
        "the rating": f"/my/cases/{case.id}/rate/",
        "a file": f"/cases/{draft.id}/files/{photo.id}/",
        "a preview": f"/cases/{draft.id}/files/{photo.id}/preview/",
        "a document": f"/cases/{case.id}/documents/{document.id}/",
        "the certificate": f"/certificates/{certificate.id}/",
        "the certificate's file": f"/certificates/{certificate.id}/file/",
        "a message": f"/messages/{message.id}/",
    }


def test_the_owner_opens_everything_and_nothing_may_be_kept_by_a_cache(things, lin):
    for what, path in things.items():
        answer = lin.get(path)
        assert answer.status_code in {200, 302}, f"{what}: {answer.status_code}"
        assert "no-store" in answer["Cache-Control"], what
        for mark in ("ETag", "Last-Modified"):
            assert mark not in answer, (
                f"{what}: a {mark} tells a cache, and who shares it, that nothing changed"
            )
        head = lin.head(path)
        assert head.status_code in {answer.status_code, 405}, what
        assert head.body == b"", what


def test_another_citizen_finds_nothing_and_learns_nothing(things, stranger, visit):
    """The answer for a thing that is not theirs is the answer for a thing that is not there."""
    absent = "0190a0a0-0000-7000-8000-000000000000"
    for what, path in things.items():
        answer = stranger.get(path)
        assert answer.status_code == 404, f"{what}: {answer.status_code}"
        text = answer.content.decode()
        assert "林小梅" not in text
        nowhere = stranger.get(re.sub(r"[0-9a-f-]{36}", absent, path))
        assert nowhere.status_code == 404, what
        assert heading(nowhere) == heading(answer), what
        assert visit().get(path).status_code == 302, what
        assert stranger.head(path).status_code in {404, 405}, what
        assert "林小梅" not in stranger.options(path).content.decode(), what
        kept = {
            "If-None-Match": "*",
            "If-Modified-Since": "Mon, 23 Nov 2026 00:00:00 GMT",
            "Range": "bytes=0-9",
        }
        assert stranger.get(path, headers=kept).status_code == 404, what


def heading(answer):
    return re.findall(r"<h1[^>]*>(.*?)</h1>", answer.content.decode(), re.S)


def test_another_citizen_writes_nothing(things, stranger):
    before = snapshot()
    for path in things.values():
        for tail in (
            "",
            "basic/",
            "withdraw/",
            "materials/",
            "act/withdraw/",
            "attach/",
            "comment/",
            "show/",
        ):
            answer = stranger.post(
                path + tail, {"declared": "yes", "grade": "5", "key": "x", "_action": "later"}
            )
            assert answer.status_code in {403, 404, 405}, f"{path}{tail}: {answer.status_code}"
    assert snapshot() == before


def snapshot():
    lin = people.citizen()
    return [(c.id, c.state, c.revision) for c in cases.my_cases(lin).rows], messages.unread_count(lin)


def test_search_and_lists_of_another_citizen_do_not_know_them(things, lin, stranger):
    case = cases.my_cases(people.citizen()).rows[0]
    number = certificates.wallet(people.citizen())[0].number
    words = [case.case_no or "林小梅", str(case.id), number, "林小梅", "' or 1=1 --", "%", "_"]
    assert f"/{case.id}/" in lin.get("/my/cases/", {"q": words[0]}).content.decode(), (
        "the search finds nothing at all"
    )
    for path in ("/my/cases/", "/my/", "/messages/", "/certificates/", "/search/"):
        for word in words:
            text = stranger.get(path, {"q": word}).content.decode().replace(f'value="{word}"', "")
            assert f"/{case.id}/" not in text
            assert "林小梅" not in text.replace("“林小梅”", "").replace(f">{word}<", "")


@pytest.mark.parametrize("username", OTHER_UNIT)
def test_officials_of_another_unit_or_matter_find_nothing(things, visit, username):
    """The case belongs to the human resources bureau of 蕉城: police, market supervision and 福安 have no part in it."""
    official = visit(username)
    case = next(c for c in cases.my_cases(people.citizen()).rows if c.case_no)
    for what, path in things.items():
        answer = official.get(path)
        assert answer.status_code in {403, 404}, f"{what} for {username}: {answer.status_code}"
    assert official.get(f"/cases/{case.id}/").status_code == 404
    assert visit("decider.rsj").get(f"/cases/{case.id}/").status_code == 200
    for query in ({"all": "1"}, {"done": "1"}, {"q": case.case_no}, {"q": "林小梅"}, {"matter": people.CARD}):
        text = official.get("/cases/", query).content.decode()
        assert f"/cases/{case.id}/" not in text, f"{username} {query}"


@pytest.mark.parametrize("username", ADMINISTRATORS)
def test_administrators_administer_and_read_no_cases(things, visit, username):
    browser = visit(username)
    for what, path in things.items():
        assert browser.get(path).status_code in {403, 404}, f"{what} for {username}"
    assert browser.get("/cases/").status_code == 403


def test_an_export_holds_what_its_reader_may_see_and_nothing_else(things, visit):
    case = next(c for c in cases.my_cases(people.citizen()).rows if c.case_no)
    inside = visit("hall").get("/cases/export.csv", {"all": "1", "done": "1"})
    assert case.case_no in inside.body.decode(), "the export is empty for everybody"
    assert "no-store" in inside["Cache-Control"]
    outside = visit("leader").get("/cases/export.csv", {"all": "1", "done": "1"})
    assert outside.status_code == 200
    assert case.case_no not in outside.body.decode()
    assert visit("lin.xiaomei").get("/cases/export.csv").status_code == 403
    for username in ("lin.xiaomei", "window", "reviewer", "sysadmin"):
        answer = visit(username).post("/data/cases.case/export/", {"purpose": "curious"})
        assert answer.status_code in {403, 404}, username


def test_rows_behind_a_figure_obey_the_same_rule(things, visit):
    case = next(c for c in cases.my_cases(people.citizen()).rows if c.case_no)
    opened = visit("hall").get("/indicators/SVC01/rows/numerator/").body.decode()
    assert case.case_no in opened or str(case.id) in opened, "nobody sees rows: this would prove nothing"
    for username in ("lin.xiaomei", "leader", "reviewer.fuan"):
        browser = visit(username)
        for code in ("SVC01", "SVC02", "SVC06"):
            for query in ({}, {"format": "csv"}):
                answer = browser.get(f"/indicators/{code}/rows/numerator/", query)
                assert answer.status_code < 500
                text = answer.body.decode()
                assert case.case_no not in text, f"{username} {code}"
                assert str(case.id) not in text


def test_a_file_is_reached_only_under_its_own_case(things, lin, stranger):
    """One's own case in the address does not open another case's file, document or task."""
    foreign = people.draft("wu.jianguo")
    photo = cases.attach(foreign.id, people.upload(), by=people.citizen("wu.jianguo"), material=people.PHOTO)
    mine = things["a file"].split("/")[2]
    for tail in (f"files/{photo.id}/", f"files/{photo.id}/preview/", f"documents/{photo.id}/"):
        assert lin.get(f"/cases/{mine}/{tail}").status_code == 404
        assert lin.get(f"/cases/{foreign.id}/{tail}").status_code == 404
    assert stranger.get(f"/cases/{foreign.id}/files/{photo.id}/").status_code == 200


def test_a_certificate_of_another_cannot_be_presented_for_ones_own_case(things):
    theirs = certificates.wallet(people.citizen())[0]
    with pytest.raises(Exception) as refused:
        certificates.present(
            people.citizen("wu.jianguo"), theirs.id, purpose="apply", case_id=None, matter="x"
        )
    assert getattr(refused.value, "status", 500) in {403, 404}


# acting for others --------------------------------------------------------------------------------------------------


@pytest.fixture
def agency(city, db):
    """wu.jianguo may act for lin.xiaomei in one matter, for a day; the key of that capacity."""
    row = identity.grant_delegation(
        by=people.citizen(),
        agent_name=identity.subject_of(people.citizen("wu.jianguo")).name,
        agent_number=identity.subject_of(people.citizen("wu.jianguo")).id_number,
        expires_at=clock.now() + timedelta(days=1),
        consent="同意",
        matters=[people.CARD],
    )
    return f"delegation:{row}"


def test_an_agent_acts_until_the_end_and_not_a_second_longer(agency, stranger):
    draft = people.draft()
    path = f"/apply/{draft.id}/review/"
    assert (
        stranger.post("/identity/account/as/", {"capacity": agency, "as": agency, "key": agency}).status_code
        < 400
    )
    assert stranger.get(path).status_code == 200
    with clock.travel(timedelta(days=2)):
        answer = stranger.get(path)
        assert answer.status_code in {302, 403, 404}
        assert "林小梅" not in answer.content.decode()
        assert stranger.post(path, {"declared": "yes", "key": "k"}).status_code in {302, 403, 404}
    assert cases.case_for(people.citizen(), draft.id, purpose="own").record.state == "draft"


def test_an_agent_ends_with_the_consent(agency, stranger):
    draft = people.draft()
    stranger.post("/identity/account/as/", {"capacity": agency, "as": agency, "key": agency})
    identity.revoke_delegation(by=people.citizen(), delegation_id=agency.split(":")[1])
    assert stranger.get(f"/apply/{draft.id}/review/").status_code in {302, 403, 404}


def test_nobody_takes_a_capacity_that_was_not_given(agency, visit):
    third = visit("lei.afu")
    for key in (agency, "legal_person:0190a0a0-0000-7000-8000-000000000000", "own\x0b", "system", "post:1"):
        assert third.post("/identity/account/as/", {"capacity": key, "as": key, "key": key}).status_code in {
            400,
            404,
            422,
        }
        assert third.get("/identity/account/").wsgi_request.actor.authority == "own"
