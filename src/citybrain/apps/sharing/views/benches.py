"""The steward's bench (what needs me) and the department's own page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from citybrain.apps.sharing.domain.cycles import past_cycle
from citybrain.apps.sharing.permissions import ALL, BENCH
from citybrain.apps.sharing.queries.department import department as figures
from citybrain.apps.sharing.queries.lists import light, waiting
from citybrain.apps.sharing.queries.units import unit_name
from citybrain.apps.sharing.views.asked import asked
from citybrain.hub.data import api as data
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.guard import guard

LINES = 8


@guard(BENCH)
def bench(request: HttpRequest) -> HttpResponse:
    """Requests, objections and quality work that wait for me, failed jobs, datasets past their cycle."""
    actor, now = request.actor, clock.now()
    whole = actor.may(ALL)
    resources = data.catalogue() if whole else data.resources_of(actor.organisation)
    late = [r for r in resources if r.kind == "lake" and past_cycle(r.cycle, r.received_at, now)]
    context = {
        "waiting": [(kind, row, light(row.due_at)) for kind, row in waiting(actor, LINES)],
        "failed": data.jobs_in_trouble(actor, LINES), "late": late[:LINES], "late_total": len(late),
        "resources": len(resources), "rows": sum(r.rows for r in resources), "whole": whole,
        "unit": unit_name(actor.organisation),
    }  # fmt: skip
    return render(request, "sharing/bench.html", context)


@guard(BENCH)
def department(request: HttpRequest) -> HttpResponse:
    """One unit's resources, duties, grants and figures; another unit's only with ``sharing.all``."""
    wanted = asked(request.GET, "unit", 60)
    code = wanted if wanted and request.actor.may(ALL) else request.actor.organisation
    unit = identity.organisation(code)
    context = {
        "figures": figures(code),
        "unit": unit,
        "others": wanted != "" and code != request.actor.organisation,
    }
    return render(request, "sharing/department.html", context)
