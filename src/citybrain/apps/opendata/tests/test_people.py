"""What citizens do: remarks, stars, reuses, keys, requests; what nobody can do to others."""

import pytest
from django.urls import reverse

from citybrain.apps.opendata.actions import keys, voices
from citybrain.apps.opendata.models import ApiKey, Comment, DataRequest, OpenDataset, Reuse
from citybrain.hub.cases import api as cases
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import events
from citybrain.kernel.errors import NotAllowed, NotFound, TooMany

pytestmark = pytest.mark.django_db
NASTY = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3)"


@pytest.fixture
def mei(citizen, client):
    client.force_login(citizen)
    return people.actor(citizen)


def page(client, days) -> str:
    return client.get(reverse("opendata:dataset", args=[days.slug])).content.decode()


def test_a_remark_is_shown_after_a_look_and_never_as_markup(client, days, mei, steward):
    answer = client.post(reverse("opendata:comment", args=[days.slug]), {"text": NASTY})
    assert answer.status_code == 302
    assert "alert(1)" not in page(client, days)
    made = Comment.objects.get()
    assert (made.state, made.author) == ("waiting", "测**")
    client.force_login(steward)
    moderation = reverse("opendata:moderation")
    assert "&lt;script&gt;" in client.get(moderation).content.decode()
    sent = {"kind": "comment", "key": str(made.pk), "verdict": "show", "answer": "谢谢 <b>"}
    assert client.post(moderation, sent).status_code == 302
    text = page(client, days)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>alert" not in text
    assert "<img src=x" not in text
    assert "谢谢 &lt;b&gt;" in text


def test_three_reports_hide_a_remark_until_somebody_looks_again(client, days, mei):
    made = voices.say_comment(days, "数据很好用", by=mei)
    Comment.objects.update(state="shown", reports=2)
    client.post(reverse("opendata:report", args=[days.slug, made.pk]))
    made.refresh_from_db()
    assert (made.state, made.reports) == ("waiting", 3)


def test_too_many_remarks_are_refused(days, mei):
    for n in range(10):
        voices.say_comment(days, f"第{n}条留言", by=mei)
    with pytest.raises(TooMany):
        voices.say_comment(days, "再来一条", by=mei)


def test_stars_count_once_a_person(client, days, mei, other_citizen):
    address = reverse("opendata:stars", args=[days.slug])
    assert client.post(address, {"stars": "9"}).status_code == 422
    client.post(address, {"stars": "2"})
    client.post(address, {"stars": "4"})
    voices.give_stars(days, 5, by=people.actor(other_citizen))
    days.refresh_from_db()
    assert (days.stars, days.scores) == (4.5, 2)


def test_a_reuse_needs_a_web_address_and_a_look(client, days, mei):
    address = reverse("opendata:new_reuse")
    said = {"title": "工作日计算器", "about": "算一算还有几个工作日", "datasets": [days.slug]}
    for bad in ("javascript:alert(1)", "ftp://x", "https://", 'https://x/" onclick="y', "data:text/html,x"):
        assert client.post(address, {**said, "address": bad}).status_code == 422, bad
    assert client.post(address, {**said, "address": "https://example.org/app"}).status_code == 302
    gallery = reverse("opendata:gallery")
    assert "工作日计算器" not in client.get(gallery).content.decode()
    Reuse.objects.update(state="shown")
    assert "https://example.org/app" in client.get(gallery).content.decode()
    assert "工作日计算器" in page(client, days)


def test_a_key_is_shown_once_and_only_its_owner_takes_it_back(client, mei, other_citizen):
    answer = client.post(reverse("opendata:make_key"), {"label": "my app"})
    made = ApiKey.objects.get()
    key = answer.content.decode().split("<code>nd_")[1].split("</code>")[0]
    assert keys.key_of(f"nd_{key}").pk == made.pk
    assert key not in client.get(reverse("opendata:my")).content.decode()
    with pytest.raises(NotFound):
        keys.revoke_key(made.pk, by=people.actor(other_citizen))
    client.force_login(other_citizen)
    assert client.post(reverse("opendata:revoke_key", args=[made.pk])).status_code == 404
    assert "my app" not in client.get(reverse("opendata:my")).content.decode()
    keys.revoke_key(made.pk, by=mei)
    assert keys.key_of(f"nd_{key}") is None


def test_officials_and_strangers_take_no_part(client, days, steward):
    for name, args in (("comment", [days.slug]), ("stars", [days.slug]), ("make_key", [])):
        assert client.post(reverse(f"opendata:{name}", args=args)).status_code == 302, name
    for name in ("my", "new_request", "new_reuse"):
        assert "login" in client.get(reverse(f"opendata:{name}"))["Location"]
    with pytest.raises(NotAllowed):
        voices.say_comment(days, "官员留言", by=people.actor(steward))


def test_nothing_is_said_about_a_dataset_that_is_not_public(client, days, mei):
    OpenDataset.objects.update(state="withdrawn")
    for name in ("comment", "stars"):
        assert (
            client.post(
                reverse(f"opendata:{name}", args=[days.slug]), {"text": "还在吗", "stars": "5"}
            ).status_code
            == 404
        )


class TestRequests:
    @pytest.fixture
    def city(self, machines, citizen):
        people.role("open_checker", ["cases.work", "cases.open_checker"])
        people.role("open_approver", ["cases.work", "cases.open_approver"])
        checker = people.official("checker", people.post("open_checker", "350900-fgw", reach="all"))
        approver = people.official("approver", people.post("open_approver", "350900-fgw", reach="all"))
        return people.actor(checker), people.actor(approver)

    def ask(self, client, **said):
        given = {"title": "公交站点位置", "purpose": "做一张无障碍出行地图", "items": "站名、经纬度", **said}
        return client.post(reverse("opendata:new_request"), given)

    def test_a_request_is_a_case_and_its_answer_comes_back(self, client, city, mei):
        checker, approver = city
        assert self.ask(client, purpose="短").status_code == 422
        assert self.ask(client).status_code == 302
        one = DataRequest.objects.get()
        assert "公交站点" not in client.get(reverse("opendata:requests")).content.decode()
        cases.act(one.case_id, "take_up", by=checker)
        cases.act(one.case_id, "hear", by=checker, data={"opinion": "同意"})
        cases.act(one.case_id, "open", by=approver, data={"answer": "下月在门户开放"})
        events.deliver_own()
        one.refresh_from_db()
        assert (one.state, one.outcome) == ("opened", "granted")
        assert "下月在门户开放" in client.get(reverse("opendata:my")).content.decode()
        assert "公交站点" in client.get(reverse("opendata:requests")).content.decode()

    def test_another_citizen_does_not_see_it(self, client, city, mei, other_citizen):
        self.ask(client)
        client.force_login(other_citizen)
        assert "公交站点" not in client.get(reverse("opendata:my")).content.decode()
        with pytest.raises(NotFound):
            cases.case_for(people.actor(other_citizen), DataRequest.objects.get().case_id)
