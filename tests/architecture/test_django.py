"""What import linters cannot see: tables, addresses, templates, permissions."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db.models import ForeignKey, ManyToManyField, OneToOneField
from django.urls import URLPattern, URLResolver, get_resolver

from .tree import SRC, room_models, rooms

FLOORS = [
    "kernel",
    "ui",
    "packs",
    "identity",
    "messages places",
    "data",
    "certificates indicators",
    "cases",
    "matters",
]
FLOORS += ["services cockpit sharing opendata"]
HEIGHT = {word: height for height, words in enumerate(FLOORS) for word in words.split()}
LIBRARIES = {"auth", "contenttypes", "sessions"}  # below everything


def test_every_room_stands_on_a_floor():
    assert {config.label for config in rooms()} == set(HEIGHT)


def test_one_word_per_room():
    for config in rooms():
        assert config.label == config.name.rsplit(".", 1)[-1]
        templates = Path(config.path) / "templates"
        if templates.exists():
            assert {p.name for p in templates.iterdir()} <= {config.label}, config.label
        static = Path(config.path) / "static"
        if static.exists():
            assert {p.name for p in static.iterdir()} <= {config.label, "vendor"}, config.label


def test_tables_carry_their_rooms_word():
    for config, model in room_models():
        assert model._meta.db_table.startswith(f"{config.label}_"), model


def test_foreign_keys_between_rooms_point_down():
    broken = []
    for config, model in room_models():
        for field in model._meta.get_fields():
            if not isinstance(field, (ForeignKey, ManyToManyField, OneToOneField)):
                continue
            target = field.related_model._meta.app_label
            if target in LIBRARIES or target == config.label:
                continue
            if HEIGHT.get(target, 99) >= HEIGHT[config.label]:
                broken.append(f"{model._meta.label}.{field.name} points to {target}")
    assert not broken, "\n".join(broken)


def test_every_model_says_which_fields_are_personal():
    broken = []
    for _config, model in room_models():
        own = [m for m in (model, *model.__mro__) if "Privacy" in vars(m)]
        if not own:
            broken.append(f"{model._meta.label} has no Privacy.personal")
            continue
        names = {field.name for field in model._meta.get_fields()}
        unknown = set(own[0].Privacy.personal) - names
        if unknown:
            broken.append(f"{model._meta.label}.Privacy.personal names unknown fields {sorted(unknown)}")
    assert not broken, "\n".join(broken)


def patterns(resolver, prefix="", namespace=""):
    """(address, namespace, callback) of every URL of the site."""
    for entry in resolver.url_patterns:
        address = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from patterns(entry, address, entry.namespace or namespace)
        elif isinstance(entry, URLPattern):
            yield address, namespace, entry.callback


def all_patterns():
    return [row for row in patterns(get_resolver()) if ":" not in row[1]]


def is_guarded(callback) -> bool:
    """``kernel.guard`` leaves its mark on the view; class-based views carry it on the class."""
    marks = [callback, getattr(callback, "view_class", None), getattr(callback, "cls", None)]
    return any(getattr(mark, name, None) for mark in marks for name in ("permission", "public_reason"))


# REST operations are guarded one by one inside their room; the door of the API itself carries no mark.
def is_rest(address: str, callback) -> bool:
    return callback.__module__.startswith("ninja")


def test_every_address_names_a_permission_or_says_why_it_is_public():
    broken = [
        f"/{address} ({callback.__module__}.{getattr(callback, '__name__', callback)})"
        for address, _namespace, callback in all_patterns()
        if not is_guarded(callback) and not is_rest(address, callback)
    ]
    assert not broken, "\n".join(broken)


def test_permissions_named_by_addresses_are_declared():
    from citybrain.kernel import permissions

    declared = {getattr(p, "key", p) for p in permissions.all_permissions()}
    named = {
        permission
        for _address, _namespace, callback in all_patterns()
        for permission in [getattr(callback, "permission", None)]
        if isinstance(permission, str) and "." in permission
    }
    assert named <= declared, sorted(named - declared)


def test_namespaces_are_the_rooms_words():
    words = {config.label for config in rooms()}
    assert {namespace for _a, namespace, _c in all_patterns() if namespace} <= words


def test_pages_use_templates_of_their_own_room_or_of_ui():
    broken = []
    for room in settings.ROOMS:
        word, folder = room.rsplit(".", 1)[-1], SRC / room.replace(".", "/") / "templates"
        for page in folder.rglob("*.html") if folder.exists() else []:
            for line in page.read_text(encoding="utf-8").splitlines():
                if "{% extends" in line or "{% include" in line or "{% import" in line or "{% from" in line:
                    used = line.split('"')[1].split("/")[0] if '"' in line else ""
                    if used and HEIGHT.get(used, -1) > HEIGHT[word]:
                        broken.append(f"{page.relative_to(SRC)}: {line.strip()}")
    assert not broken, "\n".join(broken)


@pytest.mark.django_db
def test_models_and_migrations_agree():
    from django.core.management import call_command

    call_command("makemigrations", check=True, dry_run=True, verbosity=0)
