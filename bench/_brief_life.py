"""The same life by the REST door, as a provincial app or a hall's machine would drive it: nine requests, no pages.

Form asked for, scan uploaded, application sent whole, five acts of four officials, rating. The matter, the answers,
the acts and what is written are those of ``bench._life``.
"""

from __future__ import annotations

from uuid import uuid4

from bench._figures import Times
from bench._life import ACTS, ANSWERS, MATTER, SCANS, SITUATION, Cast, Ledger, expect

PLAIN = {question.removeprefix("s."): answer for question, answer in SITUATION}


def life(cast: Cast, times: Times, ledger: Ledger) -> str:
    """One life; returns the case's id. Off when a step was refused."""
    case_id = apply(cast, times, ledger)
    for action, role, fields in ACTS:
        asked = {name.removeprefix("field."): value for name, value in fields}
        with times.step(action):
            body = {"fields": asked, "key": str(uuid4())}
            expect(cast.officials[role].send(f"/cases/api/{case_id}/acts/{action}", body), 200, action)
        ledger.acts.append((case_id, action))
    with times.step("rate"):
        body = {"grade": 1, "tags": ["fast"], "text": "", "anonymous": False}
        expect(cast.citizen.send(f"/rest/cases/{case_id}/rating", body), 201, "rate")
    ledger.rated.append(case_id)
    return case_id


def apply(cast: Cast, times: Times, ledger: Ledger) -> str:
    """The form, the scan, the whole application in one request."""
    citizen = cast.citizen
    query = "&".join(f"{question}={answer}" for question, answer in PLAIN.items())
    with times.step("open form"):
        form = expect(citizen.get(f"/matters/rest/matters/{MATTER}/form?{query}"), 200, "form").read()
    materials = {}
    for name, title, content in SCANS:
        with times.step("upload a material"):
            reply = expect(
                citizen.upload("/matters/rest/files", [], [("file", title, content)]), 201, "upload"
            )
        materials[name.removeprefix("material.")] = {"files": [reply.read()["id"]]}
    asked = form["schema"]["properties"]
    body = {
        "matter": MATTER, "situation": PLAIN, "materials": materials, "declared": True, "key": str(uuid4()),
        "form": {name: value for name, value in ANSWERS.items() if name in asked}, "organisation": "",
    }  # fmt: skip
    with times.step("submit"):
        case_id = str(expect(citizen.send("/matters/rest/applications", body), 201, "submit").read()["id"])
    ledger.drafts.append(case_id)
    ledger.submitted.append(case_id)
    return case_id
