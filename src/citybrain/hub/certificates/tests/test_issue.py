"""Issuing, changing, ending."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections

from citybrain.hub.certificates import api as certificates
from citybrain.hub.certificates.actions import render
from citybrain.hub.certificates.actions.issue import next_serial
from citybrain.hub.certificates.models import Certificate, CertificateHistory
from citybrain.hub.certificates.tests.factories import BY, ORGANISATION, company, make_type, person
from citybrain.kernel import clock
from citybrain.kernel.errors import Invalid, NotFound
from citybrain.kernel.models import OutboxEvent

pytestmark = pytest.mark.django_db


def issue(**changes):
    values = {"type_key": "food-licence", "holder": company(), "issuer_org": ORGANISATION, "by": BY,
              "data": {"premises": "蕉城区八一五中路1号", "phone": "13800001234"}, **changes}  # fmt: skip
    return certificates.issue(**values)


def test_an_issued_certificate_has_number_identifier_and_validity(food):
    with clock.freeze("2026-03-02T09:00"):
        made = issue()
    assert made.number == "JY3509022026000001"
    identifier, faults = certificates.parse_identifier(made.identifier)
    assert (identifier.issuer, identifier.version, faults) == ("11350902003980312J", 1, [])
    assert (made.valid_from, made.valid_to) == (date(2026, 3, 2), date(2031, 3, 1))
    assert made.state == "valid"


def test_the_event_says_nothing_personal(food):
    made = issue()
    event = OutboxEvent.objects.get(name="certificates.issued")
    assert event.payload["certificate_id"] == str(made.id)
    assert "虎" not in str(event.payload)
    assert "1380000" not in str(event.payload)


def test_a_new_certificate_waits_to_be_printed_and_is_printed_once(food):
    made = issue()
    assert Certificate.objects.get(pk=made.id).file_due is not None
    assert certificates.render_next() is True
    row = Certificate.objects.get(pk=made.id)
    assert (row.file_due, bool(row.file_hash)) == (None, True)
    assert certificates.render_next() is False


def test_a_certificate_that_cannot_be_printed_waits_and_holds_up_no_other(food, monkeypatch):
    stuck, fine = issue(), issue()
    keep, failing = render.store.keep, iter([True])

    def full_once(content):
        if next(failing, False):
            raise OSError("no room")
        return keep(content)

    monkeypatch.setattr(render.store, "keep", full_once)
    assert certificates.render_next() is True
    assert Certificate.objects.get(pk=stuck.id).file_due > clock.now()
    assert certificates.render_next() is True
    assert Certificate.objects.get(pk=fine.id).file_hash
    assert certificates.render_next() is False
    with clock.travel(timedelta(minutes=2)):
        assert certificates.render_next() is True
    assert Certificate.objects.get(pk=stuck.id).file_hash


def test_personal_data_is_not_readable_in_the_table(food):
    issue(holder=person())
    with connection.cursor() as cursor:
        cursor.execute("select certificates_certificate::text from certificates_certificate")
        row = cursor.fetchone()[0]
    assert "林小梅" not in row
    assert "350902199003077847" not in row
    assert "13800001234" not in row


def test_missing_facts_and_wrong_holders_are_named(food):
    with pytest.raises(Invalid) as refused:
        issue(data={})
    assert [p.path for p in refused.value.problems] == ["premises"]
    make_type(version=2, holder="natural")
    with pytest.raises(Invalid) as refused:
        issue()
    assert refused.value.problems[0].code == "holder_kind"


def test_an_unknown_type_is_not_found(issuer):
    with pytest.raises(NotFound):
        issue(type_key="nothing")


def test_a_change_makes_a_new_version_and_ends_the_old(food):
    first = issue()
    second = certificates.change(first.id, by=BY, data={"premises": "新址2号"}, reason="搬迁")
    assert (second.version, second.number) == (2, first.number)
    assert second.identifier.split(".")[-2] == "002"
    assert certificates.certificate_for(BY, first.id).state == "changed"
    assert second.data["premises"] == "新址2号"
    assert second.data["phone"] == "13800001234"
    with pytest.raises(certificates.NotUsable):
        certificates.change(first.id, by=BY, data={})


def test_renewal_extends_from_today(food):
    with clock.freeze("2026-03-02T09:00"):
        first = issue()
    with clock.freeze("2031-02-20T09:00"):
        second = certificates.change(first.id, by=BY, renew=True)
        assert second.valid_to == date(2036, 2, 19)
    assert CertificateHistory.objects.filter(certificate_id=second.id, operation="02").exists()


def test_suspension_can_be_lifted_and_revocation_is_final(food):
    made = issue()
    assert certificates.suspend(made.id, by=BY, reason="检查").state == "suspended"
    assert certificates.resume(made.id, by=BY, reason="整改完成").state == "valid"
    assert certificates.revoke(made.id, by=BY, reason="处罚").state == "revoked"
    for act in (certificates.suspend, certificates.resume, certificates.cancel, certificates.revoke):
        with pytest.raises(certificates.NotUsable):
            act(made.id, by=BY, reason="x")
    assert list(CertificateHistory.objects.values_list("operation", flat=True)) == ["01", "03", "06", "05"]


def test_an_end_needs_a_reason(food):
    made = issue()
    with pytest.raises(Invalid):
        certificates.cancel(made.id, by=BY, reason=" ")


def test_certificates_expire_after_their_last_day(food):
    with clock.freeze("2026-03-02T09:00"):
        made = issue()
    with clock.freeze("2031-03-01T23:00"):
        assert certificates.expire_due() == 0
        assert certificates.certificate_for(BY, made.id).usable
    with clock.freeze("2031-03-02T00:01"):
        assert certificates.certificate_for(BY, made.id).state == "expired"  # even before the loop comes by
        assert certificates.expire_due() == 1
        assert certificates.expire_due() == 0
    assert OutboxEvent.objects.filter(name="certificates.expired").count() == 1


def test_a_leap_day_certificate_ends_on_28_february(food):
    with clock.freeze("2028-02-29T09:00"):
        assert issue().valid_to == date(2033, 2, 27)


def test_a_rolled_back_issue_leaves_nothing(food):
    from django.db import transaction

    with transaction.atomic():
        issue()
        transaction.set_rollback(True)
    assert not Certificate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_serials_are_unique_when_many_issue_at_once():
    found, lock = [], threading.Lock()

    def take():
        try:
            for _n in range(10):
                number = next_serial("11100000MB0143028R001", "11350902003980312J", 2026)
                with lock:
                    found.append(number)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=take) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(1, 41))


def test_validity_may_be_given_by_the_decision(food):
    until = clock.today() + timedelta(days=10)
    assert issue(valid_to=until).valid_to == until
