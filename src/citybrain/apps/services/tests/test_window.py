"""The comprehensive window: identify, receive for many departments, queue; and what leaders see of it all."""

import base64
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from citybrain.apps.services.actions.rating import rate_case
from citybrain.apps.services.models import QueueTicket, Reception
from citybrain.apps.services.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.kernel import clock
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db
SCAN_JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AN//Z"
)
"""A one-pixel photograph."""
NUMBER, NAME = "35090219900307001", "周阿香"


def number() -> str:
    from citybrain.hub.identity.domain.identifiers import citizen_check_character

    return NUMBER + citizen_check_character(NUMBER)


def identified(client, name=NAME, id_number=""):
    post = {"number": id_number or number(), "name": name, "phone": "13905931111"}
    return client.post("/window/identify/", post)


def demo(username):
    """A demo citizen as the record the city has."""
    return f.identity.person_subject(f.account(username).person_id)


def test_a_clerk_receives_for_the_person_at_the_window_in_the_same_form(visit):
    client = visit("window")
    assert identified(client).status_code == 302
    case_id = f.apply(client, person_name=NAME, id_number=number())
    clerk = f.identity.stand_in("receiver", f.UNIT)
    view = cases.case_for(clerk, case_id)
    assert (view.record.channel, view.record.state) == ("window", "received")
    assert view.record.organisation == f.UNIT
    assert view.subject_name == NAME


def test_nothing_is_received_before_somebody_is_identified(visit):
    client = visit("window")
    answer = client.post(f"/start/{f.CARD}/", {"s.holder": "adult"})
    assert answer.url == "/window/identify/"


@pytest.mark.parametrize("post", [{}, {"number": "350902199003070010", "name": NAME}, {"number": "123", "name": NAME},
                                  {"number": "x" * 4000, "name": "y" * 4000}, {"number": number(), "name": ""}])  # fmt: skip
def test_a_wrong_number_is_refused_by_name(visit, post):
    answer = visit("window").post("/window/identify/", post)
    assert answer.status_code == 422
    assert "error-summary" in answer.content.decode()


def test_the_form_is_prefilled_for_the_person_at_the_window_and_says_for_whom(visit):
    lin, client = demo("lin.xiaomei"), visit("window")
    assert identified(client, lin.name, lin.id_number).status_code == 302
    page = f.read(client.get(f.start(client)))
    values = {c.name: c.value for form in page.forms() for c in form.controls}
    assert "13800000001" in values.values()
    assert "来自实名认证" in page.body
    assert "申请人：<b>林小梅</b>" in page.body
    assert "代申请人录入" in page.body
    assert lin.id_number not in page.body.split("</aside>")[0].split("question-page")[0]
    looks = {
        r.action: r.purpose for r in AuditEntry.objects.filter(obj=f"person:{lin.id}", actor__name="窗口小周")
    }
    assert set(looks) == {"services.identify", "services.look", "matters.prefill"}
    assert all(looks.values())


def test_a_firm_is_served_through_whoever_represents_it(visit):
    firm, clerk = f.identity.legal_person_by_uscc("91350902MADEM00116"), visit("window")
    alone = {"number": firm.id_number, "name": firm.name}
    assert "agent_number" in clerk.post("/window/identify/", alone).content.decode()
    stranger = {**alone, "agent_number": demo("wu.jianguo").id_number, "agent_name": "吴建国"}
    answer = clerk.post("/window/identify/", stranger)
    assert (answer.status_code, Reception.objects.count()) == (422, 0)
    assert clerk.post("/window/identify/", {**stranger, "authorised": "yes"}).status_code == 302
    handler = {**alone, "agent_number": demo("yu.lihua").id_number, "agent_name": "余丽华"}
    assert clerk.post("/window/identify/", handler).status_code == 302
    bench = clerk.get("/window/").content.decode()
    assert firm.name in bench
    assert "到场：余丽华" in bench
    assert Reception.objects.filter(ended_at=None).count() == 1


@pytest.mark.parametrize("who", ["lin.xiaomei", "firm"])
def test_a_number_without_its_right_name_opens_nobody(visit, who):
    number = "91350902MADEM00116" if who == "firm" else demo(who).id_number
    client = visit("window")
    answer = identified(client, "张冠李", number)
    assert answer.status_code == 422
    assert "另一个姓名" in answer.content.decode()
    assert AuditEntry.objects.filter(action="services.identify_refused").count() == 1
    assert client.get("/window/").content.decode().count("申请人：") == 0


def test_a_clerk_reaches_no_application_of_a_person_not_identified(visit):
    """Neither a citizen's own draft, nor another's window draft, nor after the person has gone."""
    clerk, other = visit("window"), visit("window.fuan")
    online = f.start(visit(f.CITIZEN))
    lin = demo("lin.xiaomei")
    assert clerk.get(online).status_code == 404
    identified(clerk, lin.name, lin.id_number)
    assert clerk.get(online).status_code == 404  # identified, yet it is being drafted at home
    assert online.split("/")[2] not in clerk.get("/window/").content.decode()
    draft = f.start(clerk)
    assert clerk.get(draft).status_code == 200
    identified(clerk)  # somebody else has sat down
    for path in (draft, draft.rsplit("/", 2)[0] + "/review/"):
        assert clerk.get(path).status_code == 403
        assert clerk.post(path, {"person_name": "x", "_action": "continue"}).status_code == 403
    identified(clerk, lin.name, lin.id_number)
    assert clerk.get(draft).status_code == 200
    clerk.post("/window/identify/", {"forget": "1"})
    assert clerk.get(draft).status_code == 403
    session = other.session
    session["services.reception"] = str(Reception.objects.order_by("-began_at").first().id)
    session.save()
    assert other.get(draft).status_code in (403, 404)
    assert AuditEntry.objects.filter(action="services.look_refused").exists()


def test_a_reception_runs_out(visit):
    client, lin = visit("window"), demo("lin.xiaomei")
    identified(client, lin.name, lin.id_number)
    draft = f.start(client)
    Reception.objects.update(began_at=clock.now() - timedelta(hours=3))
    assert client.get(draft).status_code == 403
    assert client.post(f"/start/{f.CARD}/", {"s.holder": "adult"}).url == "/window/identify/"


def materials_page(client):
    """The materials page of a card for Lin Xiaomei, filled in as far as that."""
    first = f.start(client)
    page = f.read(client.get(first))
    while "/materials/" not in page.path:
        page = f.send(client, page, "_action", f.FIELDS, press=("_action", "continue"))
        assert page.status == 200, page.body[-2000:]
    return page.path


def scan(name):
    return SimpleUploadedFile(name, SCAN_JPEG, "image/jpeg")


def test_scans_are_laid_to_their_materials_by_number_and_papers_are_ticked(visit):
    client, lin = visit("window"), demo("lin.xiaomei")
    identified(client, lin.name, lin.id_number)
    path = materials_page(client)
    wrong = client.post(path, {"scans": [scan("1.jpg"), scan("whatever.jpg")], "_action": "continue"})
    assert wrong.status_code == 422
    assert "whatever.jpg" in wrong.content.decode()
    case = cases.case_for(f.identity.stand_in("receiver", f.UNIT), path.split("/")[2])
    photo = next(m for m in case.materials if m.key == "photo")
    assert (photo.state, [a.name for a in photo.attachments]) == ("given", ["1.jpg"])
    client.post(path, {"_remove_file": str(photo.attachments[0].id)})
    assert (
        client.post(path, {"paper.photo": "1", "paper.photo.present": "1", "_action": "continue"}).status_code
        == 302
    )
    again = cases.case_for(f.identity.stand_in("receiver", f.UNIT), path.split("/")[2])
    assert next(m for m in again.materials if m.key == "photo").source == "paper"


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_slip_has_number_items_clock_and_code_and_the_code_tells_the_progress(visit, lang):
    client = visit("window", lang)
    identified(client)
    case_id = f.apply(client, person_name=NAME, id_number=number())
    slip = client.get(f"/apply/{case_id}/slip/").content.decode()
    record = cases.case_for(f.identity.stand_in("receiver", f.UNIT), case_id).record
    code = cases.query_code(record.id)
    assert record.case_no in slip
    assert code in slip
    assert NAME in slip
    assert "<svg" in slip
    assert number() not in slip  # masked
    assert ("受理期限" if lang == "zh-hans" else "Time to accept") in slip
    nobody = visit("", lang)
    told = nobody.post("/progress/", {"number": record.case_no, "code": code.lower()}).content.decode()
    assert ("已收件" if lang == "zh-hans" else "Received") in told
    assert NAME not in told
    for wrong in (
        {"number": record.case_no, "code": "AAAA-AAAA"},
        {"number": "", "code": code},
        {},
        {"number": "x" * 999, "code": "²"},
    ):
        assert nobody.post("/progress/", wrong).status_code == 422
    assert visit(f.STRANGER).get(f"/apply/{case_id}/slip/").status_code == 404


def test_query_codes_cannot_be_tried_out(visit):
    record = f.submitted()
    answers = [
        visit().post("/progress/", {"number": record.case_no, "code": f"AAAA{n:04d}"}).status_code
        for n in range(25)
    ]
    assert 429 in answers


def test_front_staff_cannot_decide(visit):
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    client = visit("window")
    page = client.get(f"/cases/{record.id}/").content.decode()
    assert "/act/accept/" not in page
    assert client.post(f"/cases/{record.id}/act/accept/", {"revision": "1"}).status_code in (403, 409)


def test_online_applications_wait_on_the_bench(visit):
    record = f.submitted()
    assert record.public_no in visit("window").get("/window/").content.decode()
    assert record.public_no not in visit("window.fuan").get("/window/").content.decode()


def test_numbers_are_called_one_after_the_other(visit):
    for _person in range(3):
        visit().post("/halls/", {"hall": "hall-350902"})
    client = visit("window")
    client.post("/window/call/")
    first = QueueTicket.objects.get(state="called")
    assert first.number == "A001"
    client.post("/window/call/", {"ticket": str(first.id), "done": "served"})
    client.post("/window/call/")
    assert QueueTicket.objects.get(state="called").number == "A002"
    second = QueueTicket.objects.get(state="called")
    client.post("/window/call/")
    assert [t.state for t in QueueTicket.objects.order_by("serial")] == ["done", "missed", "called"]
    assert "A003" in client.get("/window/screen/").content.decode()
    client.post(
        "/window/call/", {"ticket": str(second.id), "done": "again"}
    )  # who missed the turn came after all
    assert QueueTicket.objects.get(serial=2).state == "called"


def test_whoever_is_called_is_identified_served_and_sees_it_on_the_phone(visit):
    phone = visit()
    mine = phone.post("/halls/", {"hall": "hall-350902"}).url
    assert "下一个就是您" in phone.get(mine).content.decode()
    client = visit("window")
    client.post("/window/call/")
    ticket = QueueTicket.objects.get()
    assert "轮到您了" in phone.get(mine).content.decode()
    assert (
        client.post("/window/call/", {"ticket": str(ticket.id), "done": "serve"}).url == "/window/identify/"
    )
    identified(client)
    f.apply(client, person_name=NAME, id_number=number())
    client.post("/window/call/", {"ticket": str(ticket.id), "done": "served"})
    ticket.refresh_from_db()
    assert (ticket.state, bool(ticket.case_id), bool(ticket.ended_at)) == ("done", True, True)
    assert Reception.objects.get().ended_at  # with the number, the right to look at the person is over
    assert Reception.objects.get().ticket_id == ticket.id


def test_a_window_cannot_move_the_number_of_another_window(visit):
    visit().post("/halls/", {"hall": "hall-350902"})
    one, two = visit("window"), visit("window")
    one.post("/window/call/")
    windows = QueueTicket.objects.get().hall.windows
    two.post("/window/sit/", {"window": windows[1]})
    two.post("/window/call/", {"ticket": str(QueueTicket.objects.get().id), "done": "missed"})
    assert QueueTicket.objects.get().state == "called"


def test_nobody_draws_all_the_numbers_of_a_day(visit):
    client = visit()
    assert 429 in [client.post("/halls/", {"hall": "hall-350902"}).status_code for _ in range(25)]


@pytest.mark.parametrize(
    "post", [{"ticket": "nonsense"}, {"ticket": "00000000-0000-7000-8000-000000000000"}, {"done": "x"}]
)
def test_strange_calls_are_answered(visit, post):
    assert visit("window").post("/window/call/", post).status_code == 302


@pytest.mark.parametrize(
    "path", ["/window/", "/window/identify/", "/window/screen/", "/lights/", "/ratings/"]
)
def test_citizens_do_not_see_the_benches(visit, path):
    assert visit(f.CITIZEN).get(path).status_code == 403
    assert visit().get(path).status_code == 302


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_leader_sees_lights_and_ratings_of_the_own_unit_only(visit, lang):
    record = f.finished()
    f.submitted()
    rate_case(record.id, grade=1, by=f.citizen())
    hall, market = visit("hall", lang), visit("leader", lang)
    assert record.case_no in hall.get("/ratings/").content.decode()
    assert record.case_no not in market.get("/ratings/").content.decode()
    for by in ("organisation", "matter", "place", "nonsense"):
        assert hall.get("/lights/", {"by": by}).status_code == 200
    assert f"matter={f.CARD}" in hall.get("/lights/?by=matter").content.decode()
    assert f"matter={f.CARD}" not in market.get("/lights/?by=matter").content.decode()


@pytest.mark.parametrize(
    ("who", "path", "most"),
    [
        ("window", "/window/", 26),
        ("hall", "/lights/", 14),
        ("hall", "/ratings/", 14),
        ("window", "/window/screen/", 10),
    ],
)
def test_benches_keep_their_number_of_queries(visit, django_assert_max_num_queries, who, path, most):
    f.finished()
    f.submitted()
    client = visit(who)
    client.get(path)
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_the_back_office_reads_the_answers_in_words(visit, lang):
    record = f.submitted()
    cases.act(record.id, "receive", by=f.official("receiver"))
    page = visit("reviewer.rsj", lang).get(f"/cases/{record.id}/").content.decode()
    assert ("中国银行" if lang == "zh-hans" else "Bank of China") in page
    assert "(&#39;zh&#39;" not in page
