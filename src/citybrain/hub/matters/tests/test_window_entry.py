"""A clerk fills in for the applicant: prefilled with the applicant's facts, certificates only with consent, own unit only."""

import pytest

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.certificates.models import CertificateUse
from citybrain.hub.identity import api as identity
from citybrain.hub.matters import api as matters
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed, NotFound
from citybrain.kernel.ids import new_id
from citybrain.kernel.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
RENEW = "food-licence-renew"
ANSWERS = {"expired": "no", "conditions_changed": "no", "by_agent": "no"}
UNIT = "350902-scjg"


@pytest.fixture
def at_window():
    """(clerk, holder, certificate): the holder has a food licence and has been identified."""
    with clock.freeze("2026-03-02T09:00"):
        holder = identity.subject_of(identity.stand_in_citizen())
        licence = certificates.issue(
            type_key="food-licence",
            holder=holder,
            issuer_org=UNIT,
            by=Actor.system("tests"),
            data={"organisation_name": "蕉城区小梅小吃店", "food_items": "热食类食品制售、冷食类食品制售"},
        )
        yield identity.stand_in("receiver", UNIT), holder, licence


def started(clerk, holder, **more):
    return matters.start(
        RENEW,
        by=clerk,
        answers=ANSWERS,
        channel="window",
        subject=holder,
        organisation=UNIT,
        applicant=identity.applicant_at_window(holder),
        **more,
    )


def test_the_applicants_own_facts_fill_the_form_and_the_look_is_audited(at_window):
    clerk, holder, licence = at_window
    record = started(clerk, holder)
    view = cases.case_for(clerk, record.id)
    assert view.data["food_items"] == ["hot", "cold"]
    assert view.data["_provenance"]["food_items"]["kind"] == "certificate"
    assert licence.number in view.data["_provenance"]["food_items"]["source"]["zh"]
    look = AuditEntry.objects.get(action="matters.prefill")
    assert (look.obj, look.purpose) == (f"person:{holder.id}", f"form.prefill:{RENEW}")


def test_without_an_identified_applicant_nothing_is_filled_in(at_window):
    clerk, holder, _licence = at_window
    record = matters.start(
        RENEW, by=clerk, answers=ANSWERS, channel="window", subject=holder, organisation=UNIT
    )
    assert "food_items" not in cases.case_for(clerk, record.id).data
    assert not AuditEntry.objects.filter(action="matters.prefill").exists()


def test_a_certificate_is_drawn_at_the_window_only_with_consent_and_the_holder_sees_the_use(at_window):
    clerk, holder, licence = at_window
    record = started(clerk, holder)
    post = {"certificate.food_licence": str(licence.id)}
    refused = matters.save_page(record.id, "materials", post, by=clerk)
    assert [p.path for p in refused.problems if p.code == "consent"] == ["consent"]
    assert not CertificateUse.objects.filter(kind="present").exists()
    matters.save_page(record.id, "materials", {**post, "consent": "yes"}, by=clerk)
    use = CertificateUse.objects.get(kind="present")
    assert (use.case_id, use.by["kind"]) == (record.id, "official")
    assert "窗口当面同意" in use.purpose
    matters.save_page(record.id, "materials", {**post, "consent": "yes"}, by=clerk)
    assert CertificateUse.objects.filter(kind="present").count() == 1


def test_consent_of_one_holder_draws_no_certificate_of_another(at_window):
    clerk, _holder, licence = at_window
    with pytest.raises(NotFound):
        certificates.present(clerk, licence.id, purpose="x", holder=new_id(), consent="yes")
    with pytest.raises(NotAllowed):
        certificates.present(clerk, licence.id, purpose="x", holder=None, consent="yes")


def test_a_window_opens_nothing_for_a_unit_it_does_not_receive_for(at_window):
    clerk, holder, _licence = at_window
    with pytest.raises(NotAllowed) as refused:
        matters.start(
            RENEW, by=clerk, answers=ANSWERS, channel="window", subject=holder, organisation="350981-scjg"
        )
    assert refused.value.code == "other_window"
