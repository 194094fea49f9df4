"""Write the line that every read of rows leaves."""

from collections.abc import Sequence

from citybrain.hub.data.models import ReadLog
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor

AUDITED = {"export"}


def log_read(
    *,
    by: Actor,
    dataset: str,
    kind: str,
    columns: Sequence[str],
    purpose: str,
    rows: int,
    condition: str,
    unmasked: bool,
) -> None:
    """One line; an export or an unmasked read also leaves an audit row."""
    ReadLog.objects.create(
        at=clock.now(), dataset=dataset, account_id=by.account_id, organisation=by.organisation,
        actor=by.as_dict(), kind=kind, columns=list(columns), condition=condition[:2000], purpose=purpose[:200],
        rows=rows, unmasked=unmasked,
    )  # fmt: skip
    if kind in AUDITED or unmasked:
        audit.record(
            f"data.{kind}", by=by, obj=f"dataset:{dataset}", purpose=purpose[:200],
            after={"columns": list(columns), "rows": rows, "unmasked": unmasked},
        )  # fmt: skip
