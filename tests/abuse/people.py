"""Cases of a demo citizen in every state an attacker may want, made without pages."""

from django.core.files.uploadedfile import SimpleUploadedFile

from citybrain.apps.services.traffic.answers import SCAN
from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Account
from citybrain.hub.matters import api as matters
from citybrain.kernel import events

CARD, UNIT, PHOTO = "social-security-card", "350902-rsj", "photo"
FIELDS = {
    "person_name": "林小梅",
    "card_bank": "boc",
    "phone": "13805931234",
    "delivery_way": "electronic",
    "contact_phone": "13805931234",
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8cfc000000301"
    "0100c9fe92ef0000000049454e44ae426082"
)


def account(username):
    return Account.objects.get(username=username)


def citizen(username="lin.xiaomei"):
    return identity.stand_in_citizen(username)


def official(role, unit=UNIT):
    return identity.stand_in(role, unit)


def upload(name="photo.png", content=PNG):
    return SimpleUploadedFile(name, content, "application/octet-stream")


def draft(username="lin.xiaomei"):
    by = citizen(username)
    record = matters.start(CARD, by=by, answers={"holder": "adult"})
    matters.save_draft(record.id, by=by, data=FIELDS)
    return record


def with_photo(record, username="lin.xiaomei"):
    """The photo as an upload; its attachment."""
    return cases.attach(record.id, upload(), by=citizen(username), material=PHOTO)


def submitted(username="lin.xiaomei"):
    record = draft(username)
    with_photo(record, username)
    return matters.submit(record.id, by=citizen(username))


def received():
    return cases.act(submitted().id, "receive", by=official("receiver"))


def accepted():
    return cases.act(received().id, "accept", by=official("reviewer"))


def finished():
    """Decided, with its certificate; what is announced has been delivered."""
    case = accepted()
    cases.act(case.id, "review", by=official("reviewer"), data={"verdict": "pass", "opinion": "相符"})
    cases.act(case.id, "approve", by=official("decider"), data={"reason": "材料齐全"})
    done = cases.act(case.id, "certify", by=official("issuer"))
    events.deliver_own()
    return done


__all__ = ["SCAN", "accepted", "account", "citizen", "draft", "finished", "official", "received", "submitted"]
