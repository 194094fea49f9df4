"""A case being filled in: locked, read once, changed in memory, written once.

Everything one request does to a draft (answers, materials, files, and submitting it) goes through one ``Filling``, so
that a page costs one lock, one reading and one writing. Refuses cases the actor may not know of, and changes while it is
not the applicant's turn. A refusal leaves what was changed before it in memory, unwritten until ``write`` or ``act``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases import data as records
from citybrain.hub.cases.actions.clocks import limit_dict, limit_of
from citybrain.hub.cases.actions.files import MOST_FILES, StoredFile, wrong
from citybrain.hub.cases.actions.materials import FREE, SOURCES, changed_rows, require_fill
from citybrain.hub.cases.actions.open import (
    LIMITS,
    new_row,
    opening_run,
    require_opening,
    rows_of_new,
    search_value,
    whole_key,
)
from citybrain.hub.cases.actions.rights import role_of
from citybrain.hub.cases.actions.writing import renew_words
from citybrain.hub.cases.models import Attachment, Material
from citybrain.hub.cases.queries import reading
from citybrain.hub.cases.queries.access import no_such_case, sees
from citybrain.hub.cases.queries.filling import SHOWN, filled_view
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.records import record
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound

GIVING = ["source", "reference", "note", "state"]


class Filling:
    """See the module. Made by ``filling`` or ``begin`` inside a transaction."""

    def __init__(self, rows: reading.CaseRows, by: Actor, *, fresh: bool = False) -> None:
        self.rows, self.by, self.case, self.fresh = rows, by, rows.case, fresh
        self.machine = machine_of(self.case.machine_id)
        self.materials: list[Material] = list(rows.rows("materials"))
        self.files: list[Attachment] = list(rows.rows("files"))
        self._changed: set[str] = set()
        self._given: dict[str, Material] = {}
        self._listed: list[Material] = []
        self._added: list[Material] = []
        self._gone: list[Material] = []
        self._attached: list[Attachment] = []
        self._detached: list[Attachment] = []
        self._audit: list[audit.Entry] = []

    def view(self) -> records.CaseView:
        """The case as it stands now, written or not."""
        return filled_view(self.case, self.machine, self.materials, self.files, masked=False)

    # answers ---------------------------------------------------------------------------------------------------

    def save(
        self, *, data: dict[str, Any] | None = None, context: dict[str, Any] | None = None,
        materials: list[dict[str, Any]] | None = None, title: str | None = None, organisation: str | None = None,
        division: str | None = None, limits: dict[str, Any] | None = None, matter_version: int | None = None,
        revision: int | None = None,
    ) -> None:  # fmt: skip
        """Take over what was filled in. ``context`` is merged into the facts; unit, place, limits and matter version
        change only in the start state. Conflict when ``revision`` is not the present one."""
        case = self.case
        if revision is not None and revision != case.revision:
            raise Conflict()
        values: dict[str, Any] = {"data": data, "title": title and title[:200]}
        if case.state == self.machine.start:
            values |= {"organisation": organisation, "division": division, "matter_version": matter_version}
            if limits is not None:
                values["limits"] = {n: limit_dict(limit_of(limits.get(n))) for n in LIMITS if limits.get(n)}
        if context is not None:
            values["context"] = {**case.context, **context}
        told = {name for name, value in values.items() if value is not None}
        for name in told:
            if getattr(case, name) != values[name]:
                setattr(case, name, values[name])
                self._changed.add(name)
        if "title" in self._changed:
            case.search = search_value(case)
            self._changed.add("search")
        if materials is not None and self._list(materials):
            told.add("materials")
        case.updated_at, case.revision = clock.now(), case.revision + 1
        self._changed |= {"updated_at", "revision"}
        self._note("cases.save", after={"fields": sorted(told)})

    def complete(self, *, data: dict[str, Any], context: dict[str, Any]) -> None:
        """What is written with an act that follows: no save of its own, the act's audit row tells of it."""
        for name, value in (("data", data), ("context", {**self.case.context, **context})):
            if getattr(self.case, name) != value:
                setattr(self.case, name, value)
                self._changed.add(name)

    def _list(self, materials: list[dict[str, Any]]) -> bool:
        """Take over a new list of materials; what stays keeps what was given. False when the list is the same."""
        kept, added, changed = changed_rows(self.materials, materials)
        gone = [row for row in self.materials if row.key not in {k.key for k in kept}]
        if not (added or changed or gone):
            return False
        for row in added:
            row.case = self.case
        self.materials = sorted([*kept, *added], key=lambda row: row.position)
        self._added += added
        self._listed += changed
        self._gone += gone
        return True

    # materials -------------------------------------------------------------------------------------------------

    def give(self, key: str, *, source: str, reference: str = "", note: str = "") -> None:
        """Note that a material is there. A promise never completes it (容缺 keeps it missing until supplied)."""
        if source not in SOURCES:
            raise Invalid([FieldProblem("source", "choice", _("Unknown way of giving a material."))])
        self._give(self.material(key), "missing" if source == "promise" else "given", source, reference, note)
        self._note("cases.give_material", after={"material": key, "source": source})

    def take_back(self, key: str) -> None:
        """Remove what was given; the material is missing again."""
        row = next((m for m in self.materials if m.key == key), None)
        if row is not None:
            self._give(row, "missing")
        self._note("cases.take_back_material", after={"material": key})

    def material(self, key: str) -> Material:
        """The material of this key; NotFound when the case asks for none such."""
        row = next((m for m in self.materials if m.key == key), None)
        if row is None:
            raise NotFound(_("This case asks for no such material."), code="no_material")
        return row

    def _give(
        self, row: Material, state: str, source: str = "", reference: str = "", note: str | None = ""
    ) -> None:
        row.state, row.source, row.reference = state, source, reference[:200]
        if note is not None:
            row.note = note[:500]
        self._given[row.key] = row

    def attach(self, stored: StoredFile, *, material: str = "", kind: str = "material") -> Attachment:
        """Add a stored file; with ``material`` that material counts as given."""
        wanted = self.material(material) if material else None
        if len(self.files) >= MOST_FILES:
            raise wrong("too_many", _("This case has too many files already."))
        row = Attachment(
            case=self.case, material=material, kind=kind, uploaded_at=clock.now(), uploaded_by=self.by.account_id,
            **stored.columns(),
        )  # fmt: skip
        self.files.append(row)
        self._attached.append(row)
        if wanted is not None:
            self._give(wanted, "given", "upload", str(row.pk), None)
        after = {"attachment": row.pk, "sha256": row.sha256, "material": material}
        self._note("cases.attach", after=after)
        return row

    def detach(self, attachment_id: UUID) -> None:
        """Take a file out. The row and bytes stay for the record."""
        row = next((f for f in self.files if f.pk == attachment_id), None)
        if row is None:
            raise NotFound(_("There is no such file."))
        row.removed_at = clock.now()
        self.files.remove(row)
        self._detached.append(row)
        if row.material and not any(f.material == row.material for f in self.files):
            given = next((m for m in self.materials if m.key == row.material and m.source == "upload"), None)
            if given is not None:
                self._give(given, "missing", note=None)
        self._note("cases.detach", before={"attachment": row.pk, "sha256": row.sha256})

    def _note(self, action: str, *, before: Any = None, after: Any = None) -> None:
        case = self.case
        self._audit.append(
            audit.Entry(
                action, by=self.by, obj=f"case:{case.pk}", organisation=case.organisation, before=before, after=after
            )
        )  # fmt: skip

    # writing ---------------------------------------------------------------------------------------------------

    def write(self) -> records.CaseRecord:
        """Write everything that changed."""
        self._write_lists()
        if self._changed:
            self.case.save(update_fields=sorted(self._changed))
        if "search" in self._changed and self.case.state != self.machine.start:
            renew_words(self.case)
        audit.record_many(self._audit)
        return record(self.case, self.machine)

    def _write_lists(self) -> None:
        """Files and materials; the case's two counters are noted as changed when they are."""
        if self._detached:
            gone = [row.pk for row in self._detached]
            Attachment.objects.filter(pk__in=gone).update(removed_at=self._detached[0].removed_at)
        Attachment.objects.bulk_create(self._attached)
        if self._gone:
            Material.objects.filter(pk__in=[row.pk for row in self._gone]).delete()
        if not self.fresh:
            Material.objects.bulk_create(self._added)
        fresh = {row.pk for row in (self.materials if self.fresh else self._added)}
        for row in self._listed:
            row.save(update_fields=["name", "position", "required", "tolerable", "extra", *GIVING])
            fresh.add(row.pk)
        for row in self._given.values():
            if row.pk not in fresh:
                row.save(update_fields=GIVING)
        counts = {
            "materials_total": len(self.materials),
            "materials_free": sum(1 for row in self.materials if row.source in FREE),
        }
        for name, value in counts.items():
            if getattr(self.case, name) != value:
                setattr(self.case, name, value)
                self._changed.add(name)

    def first_possible(self, actions: tuple[str, ...]) -> str:
        """The first of these acts the actor may perform in this state; "" when none."""
        here = self.machine.leaving(self.case.state)
        for action in actions:
            for transition in here:
                roles = [role for role in transition.by if role != "system"]
                if transition.action == action and role_of(self.by, self.case, self.machine, roles):
                    return action
        return ""

    def act(self, action: str, *, data: dict[str, Any] | None = None, key: str = "") -> records.CaseRecord:
        """Perform an act of the machine on this same row, and write everything together. Errors as ``cases.act``."""
        from citybrain.hub.cases.actions.act import allowed_step, finish
        from citybrain.hub.cases.actions.run import Run

        if self.fresh:
            run = opening_run(self.case, self.materials, self.machine, self.by)
        else:
            run = Run(self.case, self.machine, self.by, rows=self.rows)
            run.know_materials(self.materials)
        step = allowed_step(run, action, by=self.by, data=data or {})
        step.key = key[:80]
        self._write_lists()
        run.changed |= self._changed
        run.audit_rows.extend(self._audit)
        run.perform(step)
        finish(run)
        return record(self.case, self.machine)


def filling(case_id: UUID, *, by: Actor, check: bool = True) -> Filling:
    """Lock a case to fill it in; inside a transaction. NotFound; NotAllowed when it is nobody's turn to fill it in.

    ``check=False`` leaves the second question to the caller (an act has rules of its own).
    """
    assert transaction.get_connection().in_atomic_block
    rows = reading.lock(case_id, fields=SHOWN)
    if rows is None or not sees(by, rows.case):
        raise no_such_case()
    if check:
        require_fill(by, rows.case)
    rows.read("materials", "files")
    return Filling(rows, by)


def begin(*, by: Actor, key: str = "", **values: Any) -> Filling:
    """A new case, not yet written, to fill in and submit at once; inside a transaction.

    ``values`` as for ``open_case`` (case_type, subject, data, organisation, …). NotAllowed as there.
    """
    require_opening(by, values.get("subject"))
    case, rows, _machine = new_row(by=by, key=whole_key(by, key), **values)
    return Filling(rows_of_new(case, rows), by, fresh=True)
