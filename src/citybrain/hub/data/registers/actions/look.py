"""Looking into a file: by an official for a purpose, by the person or firm for themselves. The log line comes first."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.models import FileRead, SubjectFile
from citybrain.hub.data.queries.read import checked_purpose
from citybrain.hub.data.registers.permissions import FILES, MINORS
from citybrain.hub.data.registers.queries import files
from citybrain.hub.data.registers.queries.objections import subject_mark
from citybrain.hub.data.registers.queries.relations import Related, related_to
from citybrain.hub.data.registers.records import FileRecord
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, NotAllowed, NotFound


@dataclass(frozen=True)
class Wanted:
    """Whose file: a number, or a name with a birth date, phone or representative."""

    number: str = ""
    name: str = ""
    trait: str = ""


@transaction.atomic
def look(kind_key: str, wanted: Wanted, *, purpose: str, unmask: bool = False, by: Actor) -> FileRecord:
    """An official looks into one file; masked unless ``unmask`` and ``data.unmask``. One line a look, and one a block.

    NotAllowed: no right to this file, or it is a minor's and ``data.minors`` is missing (on record). NotFound: nobody,
    or more than one by name. Invalid: no purpose, no number. Blocks whose permission is missing are withheld.
    """
    kind = files.file_kind(kind_key)
    identity.require(by, FILES, obj=f"file:{kind.key}")
    if kind.permission != FILES:
        identity.require(by, kind.permission, obj=f"file:{kind.key}")
    if by.kind != "official":
        raise NotFound("no such page / 没有这个页面")
    checked_purpose(purpose)
    try:
        number = number_of(kind, wanted)
    except NotFound as error:
        raise on_record(error, "data.look_in_vain", kind, "", purpose, by) from None
    refuse_minor(kind, number, purpose, by)
    if unmask:
        identity.require(by, "data.unmask", obj=f"file:{kind.key}")
    withheld = withheld_from(kind, number, by)
    try:
        found = files.assembled(kind, number, withheld=withheld, unmasked=unmask)
    except NotFound as error:
        raise on_record(error, "data.look_in_vain", kind, number, purpose, by) from None
    keep(kind, found, purpose, by, unmasked=unmask, own=False)
    return found


def number_of(kind: SubjectFile, wanted: Wanted) -> str:
    """The number asked for, or the only one of that name and trait; Invalid, NotFound."""
    if wanted.number:
        check = identity.check_citizen_number if kind.subject == "person" else identity.check_uscc
        wrong = [p for p in check(wanted.number) if p.severity == "error"]
        if wrong:
            raise Invalid([FieldProblem("number", wrong[0].code, _("This is not a valid number."))])
        return wanted.number
    if not wanted.name or not wanted.trait:
        raise Invalid(
            [FieldProblem("number", "required", _("Give the full number, or the name with one more trait."))]
        )
    number = files.number_by_traits(kind, wanted.name, wanted.trait)
    if not number:
        raise NotFound(_("Nobody, or more than one, is known by this. Give the full number."))
    return number


def refuse_minor(kind: SubjectFile, number: str, purpose: str, by: Actor) -> None:
    """A minor's file needs a right of its own (PIPL Art. 28, 31)."""
    if files.is_minor(kind, number) and not identity.may(by, MINORS):
        error = NotAllowed(_("This is the file of a minor; your post may not open it."))
        raise on_record(error, "data.refuse_minor", kind, number, purpose, by)


def on_record(
    error: CityError, action: str, kind: SubjectFile, number: str, purpose: str, by: Actor
) -> CityError:
    """The refusal with its audit row, which outlives the rolled-back look (see ``identity.keep_refusal``): who is asked
    for in vain is known too. The number stands in it as the fingerprint by which looks are found."""
    mark = subject_mark(kind.subject, number) if number else ""
    row = {
        "action": action, "by": by, "obj": f"file:{kind.key}", "purpose": purpose[:200], "after": {"subject": mark},
    }  # fmt: skip
    error.refusal = (audit.record(**row), row)  # type: ignore[attr-defined, arg-type]
    return error


def withheld_from(kind: SubjectFile, number: str, by: Actor) -> dict[str, str]:
    """Blocks this official does not see, with the reason."""
    found = {}
    for block in kind.blocks:
        if block["permission"] and not identity.may(by, block["permission"]):
            found[block["key"]] = "permission"
        elif not block["minors"] and files.is_minor(kind, number):
            found[block["key"]] = "minor"
    return found


@dataclass(frozen=True)
class Whose:
    """Whose file a citizen opens, and by which right: ``own``, ``guardian`` of a minor, ``representative`` of a firm."""

    subject: str
    number: str
    right: str = "own"

    @property
    def mark(self) -> str:
        """The fingerprint looks and objections are found by."""
        return subject_mark(self.subject, self.number)


@transaction.atomic
def look_at_own(kind_key: str, *, of: str = "", by: Actor) -> FileRecord:
    """The person's or firm's own file, in full, or (``of``, a mark) of a minor or a firm they have a registered right to.

    The look of a guardian or representative is told to the person concerned like any other. NotFound for whoever acts as
    neither, agents included, and for a relation that does not hold today.
    """
    kind = files.file_kind(kind_key)
    asked = whose(of, by=by)
    if asked.subject != kind.subject:
        raise NotFound("no such file / 没有这种档案")
    found = files.assembled(kind, asked.number, withheld={}, unmasked=True)
    purposes = {
        "own": _("Looking into the own file"),
        "guardian": _("Guardian looking into the file of a minor"),
        "representative": _("Legal representative looking into the file of the firm"),
    }
    keep(kind, found, purposes[asked.right], by, unmasked=True, own=asked.right == "own")
    return found


def whose(of: str = "", *, by: Actor) -> Whose:
    """Oneself or one's firm, or whom the mark names among those one has a right to; NotFound otherwise."""
    subject = own_subject(by)
    if not of:
        return Whose("person" if subject.kind == "person" else "firm", subject.id_number)
    for one in others_of(by):
        if one.mark == of:
            return Whose(one.subject, one.number, one.right)
    raise NotFound("no such file / 没有这种档案")


def others_of(by: Actor) -> list[Related]:
    """Minors and firms whose files a person acting in their own right may open."""
    return related_to(own_subject(by).id_number) if by.authority == "own" else []


def own_subject(by: Actor) -> identity.Subject:
    """Whom a citizen acts for in their own right or for their firm; NotFound for officials and for agents."""
    if by.kind != "citizen" or not (by.authority == "own" or by.authority.startswith("legal_person:")):
        raise NotFound("no such page / 没有这个页面")
    return identity.subject_of(by)


def keep(kind: SubjectFile, found: FileRecord, purpose: str, by: Actor, *, unmasked: bool, own: bool) -> None:
    """The lines of the look; when they cannot be written nothing is shown."""
    seen = [block for block in found.blocks if not block.withheld]
    FileRead.objects.create(
        at=clock.now(), file=kind.key, subject=subject_mark(kind.subject, found.number), blocks=[b.key for b in seen],
        organisation=by.organisation, actor=by.as_dict(), purpose=purpose.strip()[:200], unmasked=unmasked, own=own,
    )  # fmt: skip
    for block in seen:
        names = [value.item for line in block.lines[:1] for value in line.values]
        log_read(
            by=by, dataset=block.resource, kind="file", columns=names, purpose=purpose, rows=len(block.lines),
            condition="", unmasked=unmasked and not own,
        )  # fmt: skip
