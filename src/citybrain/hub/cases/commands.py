"""What an administrator asks of cases from the command line: do the signatures on decisions hold?"""

from __future__ import annotations

from citybrain.hub.cases.actions.signing import FAULTS, verify_signatures

MOST_SHOWN = 50


def check_signatures() -> int:
    """Check every signature on a decision and name those that do not hold. 0 all hold, 1 otherwise."""
    verdict = verify_signatures()
    if verdict.ok:
        print(f"the signatures on decisions hold: {verdict.checked} checked")
        return 0
    for found in verdict.broken[:MOST_SHOWN]:
        number = found.case_no or found.case_id
        print(f"case {number}, line {found.seq} ({found.action}): {FAULTS.get(found.reason, found.reason)}")
    print(f"{len(verdict.broken)} of the decisions do not hold; {verdict.checked} signatures checked")
    return 1
