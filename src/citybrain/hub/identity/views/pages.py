"""Small words the pages of this room share."""

from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from citybrain.kernel.actor import Actor

from ..actions.acting import must_choose

# Where each kind of work begins, first match wins; names of rooms above are looked up, never imported.
HOMES = (
    ("identity.accounts", "identity:accounts"),
    ("identity.grants", "identity:grants"),
    ("identity.audit", "identity:audit"),
    ("cases.city_leader", "cockpit:home"),
    ("services.receive", "services:window"),
    ("matters.edit", "matters:listing"),
    ("services.lights", "services:lights"),
    ("cases.work", "cases:worklist"),
    ("cockpit.view", "cockpit:home"),
)


def home_of(actor: Actor) -> str:
    """The page an actor wants to see first."""
    for permission, name in HOMES:
        if actor.kind == "official" and actor.may(permission):
            try:
                return reverse(name)
            except NoReverseMatch:
                continue
    return "/"


def with_next(name: str, target: str) -> str:
    """Address of a named page carrying where to go afterwards."""
    return reverse(name) + (f"?{urlencode({'next': target})}" if target else "")


def first_page(account: Any, actor: Actor, target: str) -> str:
    """Where to go after signing in: whoever holds several posts chooses one first."""
    if must_choose(account):
        return with_next("identity:posts", target)
    return target or home_of(actor)


def layout_of(actor: Actor) -> str:
    """Officials work on the bench, citizens on public pages."""
    return "ui/layouts/bench.html" if actor.kind == "official" else "ui/layouts/public.html"
