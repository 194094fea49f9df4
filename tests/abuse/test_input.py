"""What is typed and what is uploaded: ten thousand malformed submissions, hostile files, hostile names."""

import io
import random
import re
import zipfile

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from citybrain.hub.cases import api as cases
from citybrain.hub.cases.actions import files as stored
from citybrain.kernel.errors import FieldProblem

from . import people

pytestmark = [pytest.mark.django_db]
FORMS = {
    "social-security-card": ("holder", "adult"),
    "food-licence-new": ("operator", "company"),
    "food-licence-change": ("operator", "individual"),
}
BATCH, BATCHES = 25, 400  # ten thousand submissions
NASTY = (
    "", " ", "\u3000", "²", "９", "Ⅷ", "-0", "+1", "1e999", "NaN", "Infinity", "9" * 5000, "0x10", "1_000", "2026-02-30",
    "0000-00-00", "99999-01-01", "2026-13-45T99:99", "11010519491231002X", "350902000000", "000000000000", "\ud800", "\u202e",
    "\ufeff", "a" * 20_000, "<script>alert(1)</script>", "'; drop table cases_case; --", "{{7*7}}", "${7*7}", "%s%s%n",
    "../../../etc/passwd", "true", "false", "null", "None", "[]", "{}", "__class__", "\r\nSet-Cookie: a=b", "😀" * 300, "林" * 999,
)  # fmt: skip
ODD_NAMES = (
    "", ".", "..", "_action", "_add", "_remove", "_pick", "_remove_file", "__proto__", "staff.-1.staff_name", "staff.99999.x",
    "staff.²", "safety_managers.0", "safety_managers.1.safety_managers.1", "csrfmiddlewaretoken", "state", "id", "case_no",
)  # fmt: skip


def names_of(form):
    """Controls of a form as pages name them: fields, rows of blocks, parts of places."""
    plain = [*form.fields(), *ODD_NAMES]
    rows = [
        f"{name}.{row}.{inner}"
        for name in form.items()
        for row in (0, 7)
        for inner in ("x", "staff_name", "county")
    ]
    return sorted(
        {*plain, *rows, *(f"{name}.present" for name in plain), *(f"{name}.village" for name in plain)}
    )


def submission(names, dice):
    return {
        dice.choice(names): [dice.choice(NASTY) for _ in range(dice.choice((0, 1, 1, 1, 3)))]
        for _ in range(dice.randint(0, 14))
    }


@examples(max_examples=BATCHES, deadline=None, derandomize=True, database=None,
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(seed=st.integers(0, 2**32), key=st.sampled_from(sorted(FORMS)))
def test_ten_thousand_malformed_pages_give_messages_at_fields(city, seed, key):
    form, (name, value) = cases.forms.form(key), FORMS[key]
    names, dice = names_of(form), random.Random(seed)
    for _ in range(BATCH):
        answers = cases.forms.read_page(
            form, dice.choice(form.pages), submission(names, dice), data={}, given={name: value}
        )
        for problem in answers.problems:
            assert isinstance(problem, FieldProblem)
            assert problem.message.zh
            assert problem.message.en


@pytest.mark.parametrize("seed", range(4))
def test_hundreds_of_malformed_pages_through_http_never_break(lin, seed):
    """4xx (or the next page) with the message at the field, the draft unharmed, nothing else of the case touched."""
    dice, draft = random.Random(seed), people.draft()
    form = cases.forms.form(people.CARD)
    names, pages = names_of(form), [p.key for p in form.pages]
    for number in range(60):
        post = {
            k: [v.encode("utf-8", "ignore").decode() for v in vs]
            for k, vs in submission(names, dice).items()
            if k
        }
        if number % 2:
            post = {**people.FIELDS, **post, "_action": "continue"}
        page = dice.choice([*pages, "materials", "review", "nowhere"])
        answer = lin.post(f"/apply/{draft.id}/{page}/", post)
        assert answer.status_code in {302, 200, 404, 413, 422}, f"{page} {answer.status_code} {post}"
        if answer.status_code == 422:
            text = answer.content.decode()
            assert "error" in text
            assert "<script>alert(1)" not in text
    record = cases.case_for(people.citizen(), draft.id, purpose="own").record
    assert record.state == "draft"
    assert record.case_no == draft.case_no
    assert lin.get(f"/apply/{draft.id}/{pages[0]}/").status_code == 200


def test_a_refused_answer_is_named_at_its_field_and_what_was_typed_stays(lin):
    draft, seen = people.draft(), []
    for page in cases.forms.form(people.CARD).pages:
        typed = {name: "12<b>" for name in people.FIELDS}
        answer = lin.post(f"/apply/{draft.id}/{page.key}/", {**typed, "_action": "continue"})
        if answer.status_code == 422:
            seen.append(text := answer.content.decode())
            assert 'href="#' in text  # the summary leads to the field
            assert "12<b>" not in text
    assert any("12&lt;b&gt;" in text for text in seen)


@pytest.mark.parametrize(
    "path", ["/start/social-security-card/", "/halls/", "/identity/login/official/", "/search/"]
)
def test_public_and_starting_pages_take_anything(visit, path):
    dice = random.Random(path)
    for username in ("", "lin.xiaomei"):
        browser = visit(username)
        for _ in range(30):
            post = {dice.choice(["s.holder", "s.", "hall", "purpose", "username", "password", "key", "q"]):
                    dice.choice(NASTY).encode("utf-8", "ignore").decode() for _ in range(4)}  # fmt: skip
            for answer in (
                browser.post(path, post),
                browser.get(path, {k: v[:500] for k, v in post.items()}),
            ):
                assert answer.status_code < 500, (username, post)


def test_bodies_that_are_no_forms_are_refused(lin):
    draft = people.draft()
    path = f"/apply/{draft.id}/review/"
    broken = [
        (b"--x\r\nContent-Disposition: form-data; name=", "multipart/form-data; boundary=x"),
        (b"\xff\xfe" * 50, "multipart/form-data; boundary="),
        (b"\xff\xfe" * 50, "multipart/form-data"),
        (b"a" * 100, "multipart/form-data; boundary=" + "b" * 300),
        (b"%ff%fe=%c0%80&=&&&", "application/x-www-form-urlencoded"),
        (b"a=b", "application/x-www-form-urlencoded; charset=utf-7"),
        (b"a=b", "application/x-www-form-urlencoded; charset=nonsense"),
        (b'{"a":' * 5000, "application/json"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "application/xml"),
        (b"x" * 3_000_000, "text/plain"),
    ]
    for body, kind in broken:
        answer = lin.generic("POST", path, body, content_type=kind)
        assert answer.status_code in {200, 302, 400, 413, 415, 422}, f"{kind}: {answer.status_code}"
    assert cases.case_for(people.citizen(), draft.id, purpose="own").record.state == "draft"


# mass assignment -----------------------------------------------------------------------------------------------------


def test_extra_fields_change_nothing_that_the_page_does_not_ask(lin):
    """State, number, owner, unit, matter, channel, facts of the machine: posted along, none is taken."""
    draft = people.draft()
    before = cases.case_for(people.citizen(), draft.id, purpose="own")
    extra = {
        "state": "approved", "outcome": "granted", "case_no": "1", "subject_id": str(people.citizen("wu.jianguo").person_id),
        "organisation": "350902-scjg", "matter": "food-licence-new", "demo": "", "needs_licence": "false", "channel": "window",
        "context.delivery": "x", "data.state": "closed", "_provenance": "x", "_children": "{}", "_unread": "x",
        "certificate__photo": "x", "limits": "{}", "revision": "999", "issue_by_system": "true", "on_behalf_of": "x",
    }  # fmt: skip
    for page in [p.key for p in cases.forms.form(people.CARD).pages] + ["materials"]:
        lin.post(f"/apply/{draft.id}/{page}/", {**people.FIELDS, **extra, "_action": "continue"})
    after = cases.case_for(people.citizen(), draft.id, purpose="own")
    kept = ("state", "outcome", "case_no", "subject_id", "organisation", "matter", "channel", "demo")
    assert [getattr(after.record, k, None) for k in kept] == [getattr(before.record, k, None) for k in kept]
    assert not {k for k in after.data if k in extra and k not in before.data and not k.startswith("_")}
    assert {k: v for k, v in after.data.items() if k in extra} == {
        k: v for k, v in before.data.items() if k in extra
    }
    assert after.record.context.get("delivery") == before.record.context.get("delivery")


# uploads -------------------------------------------------------------------------------------------------------------

HOSTILE = {
    "page": ("photo.png", b"<!doctype html><script>alert(1)</script>"),
    "page by name": ("photo.html", people.PNG),
    "drawing": ("photo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "drawing as text": ("photo.txt", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "program": ("photo.png", b"MZ" + b"\x00" * 500),
    "shell": ("photo.png", b"#!/bin/sh\nrm -rf /\n"),
    "two endings": ("photo.png.html", people.PNG),
    "nothing": ("photo.png", b""),
}


def give(browser, draft, name, content):
    upload = people.upload(name, content)
    return browser.post(
        f"/apply/{draft.id}/materials/", {f"material.{people.PHOTO}": upload, "_action": "continue"}
    )


def attachments(draft):
    view = cases.case_for(people.citizen(), draft.id, purpose="own")
    return [a for m in view.materials for a in m.attachments]


@pytest.mark.parametrize("kind", sorted(HOSTILE))
def test_a_hostile_file_is_refused_in_words_or_only_ever_downloaded(lin, kind):
    draft = people.draft()
    answer = give(lin, draft, *HOSTILE[kind])
    assert answer.status_code in {200, 302, 422}
    for kept in attachments(draft):
        served_safely(lin, draft, kept)
        assert kept.media_type == "text/plain", "what is not an allowed type was stored"


def served_safely(browser, draft, kept):
    file = browser.get(f"/cases/{draft.id}/files/{kept.id}/")
    assert file.status_code == 200
    assert file["Content-Type"] == "application/octet-stream"
    assert file["Content-Disposition"].startswith("attachment")
    assert "sandbox" in file["Content-Security-Policy"]
    assert file["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"[\r\n\u202a-\u202e\u2066-\u2069]|%E2%80%A[A-E]", file["Content-Disposition"])
    preview = browser.get(f"/cases/{draft.id}/files/{kept.id}/preview/")
    assert preview.status_code == 404 or preview["Content-Type"] in {"image/png", "image/jpeg", "image/webp"}
    return file


NAMES = (
    "../../../../etc/cron.d/x.png", "..\\..\\x.png", "/etc/passwd.png", "a\r\nSet-Cookie: stolen=1.png", 'x"; filename="y.html.png',
    "a\x00b.png", "\u202egnp.exe.png", "林" * 300 + ".png", "%2e%2e%2f.png", "=cmd|' /C calc'!A0.png", "<img src=x onerror=alert(1)>.png",
)  # fmt: skip


@pytest.mark.parametrize("which", range(len(NAMES)))
def test_a_hostile_file_name_goes_nowhere(lin, tmp_path, which):
    """Path traversal, response splitting, markup, spreadsheet formulas: a name is only ever a name."""
    draft = people.draft()
    answer = give(lin, draft, NAMES[which], people.PNG)
    assert answer.status_code in {200, 302, 400, 422}
    outside = [p for p in tmp_path.rglob("*") if p.is_file() and (tmp_path / "files") not in p.parents]
    assert outside == []
    assert all(p.name.isalnum() for p in (tmp_path / "files").rglob("*") if p.is_file())
    for kept in attachments(draft):
        file = served_safely(lin, draft, kept)
        assert "Set-Cookie" not in file
        assert "stolen" not in lin.cookies
        page = lin.get(f"/apply/{draft.id}/materials/").content.decode()
        assert "<img src=x" not in page
        assert not set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") & set(page), (
            "a name that reads backwards"
        )


def test_a_zip_bomb_is_never_unpacked(lin):
    """An office file of a thousandfold: stored as it came (small) or refused, quickly, never read out."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("word/document.xml", b"0" * 50_000_000)
    draft = people.draft()
    answer = give(lin, draft, "bomb.docx", packed.getvalue())
    assert answer.status_code in {200, 302, 422}
    assert all(a.size < 200_000 for a in attachments(draft))


def test_too_many_files_and_too_large_ones_are_refused(lin, monkeypatch):
    draft = people.draft()
    files = {
        f"material.{people.PHOTO}": [people.upload(f"{n}.png") for n in range(25)],
        "_action": "continue",
    }
    assert lin.post(f"/apply/{draft.id}/materials/", files).status_code == 413
    monkeypatch.setattr(stored, "MOST_BYTES", 50)
    answer = give(lin, draft, "large.png", people.PNG)
    assert answer.status_code == 422
    assert attachments(draft) == []


def test_a_full_disk_is_told_at_the_field_and_nothing_is_half_written(lin, tmp_path, monkeypatch):
    draft = people.draft()

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stored.os, "fsync", full)
    answer = give(lin, draft, "photo.png", people.PNG)
    assert answer.status_code in {422, 503, 507}
    assert not [p for p in tmp_path.rglob("*") if p.is_file()]
    assert attachments(draft) == []
    monkeypatch.undo()
    assert give(lin, draft, "photo.png", people.PNG).status_code in {200, 302}
    assert len(attachments(draft)) == 1


def test_a_file_of_another_case_is_not_taken_out_through_ones_own(stranger, lin):
    mine, theirs = people.draft(), people.draft("wu.jianguo")
    kept = people.with_photo(mine)
    stranger.post(f"/apply/{theirs.id}/materials/", {"_remove_file": str(kept.id)})
    assert [a.id for a in attachments(mine)] == [kept.id]
