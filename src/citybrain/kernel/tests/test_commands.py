"""What an administrator sees on the command line."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import isolate_apps

from citybrain.kernel import audit, clock, commands, crypto, rotation
from citybrain.kernel.actor import Actor
from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.models import AuditEntry, Delivery, OutboxEvent
from citybrain.kernel.tests.factories import clerk, load_holidays

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_store")]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path


def test_audit_verify_says_intact_or_names_the_row(capsys):
    audit.record("cases.accept", by=clerk(), obj="case:1")
    audit.seal()
    assert commands.audit(["verify"]) == 0
    assert "intact: 1 rows" in capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_auditentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE kernel_auditentry SET obj = 'case:2'")
        cursor.execute("ALTER TABLE kernel_auditentry ENABLE TRIGGER USER")
    assert commands.audit(["verify"]) == 1
    assert "broken at row 1" in capsys.readouterr().out
    assert commands.audit([]) == 2


def test_a_key_is_rotated_and_noted(key_store):
    assert commands.keys(["rotate", "field"]) == 0
    assert key_store.current("field") == "field-2"
    assert AuditEntry.objects.get(action="kernel.rotate_key").obj == "key:field-2"
    assert commands.keys(["rotate", "index"]) == 2  # would make every look-up miss
    assert commands.keys([]) == 2


def test_values_are_sealed_anew_after_a_rotation(key_store):
    with isolate_apps("citybrain.kernel"):

        class Old(models.Model):
            number = EncryptedTextField(default="")

            class Meta:
                app_label = "kernel"
                db_table = "test_old"

            def __str__(self):
                return "old"

        with connection.schema_editor() as editor:
            editor.create_model(Old)
        Old.objects.bulk_create([Old(number=f"n{n}") for n in range(7)] + [Old()])
        key_store.rotate("field")
        Old.objects.create(number="new")
        assert rotation.renew(Old, "number") == 7
        assert rotation.renew(Old, "number") == 0
        assert Old.objects.filter(number__isnull=False).count() == 9
        assert sorted(o.number for o in Old.objects.all())[:3] == ["", "n0", "n1"]
        with connection.cursor() as cursor:
            cursor.execute("SELECT number FROM test_old WHERE length(number) > 0")
            assert {crypto.key_id_of(bytes(v)) for (v,) in cursor.fetchall()} == {"field-2"}


def test_every_encrypted_column_of_the_product_is_renewed():
    known = {(model, column) for model, column in rotation.encrypted_columns()}
    for model in apps.get_models():
        for field in model._meta.local_fields:
            assert not isinstance(field, EncryptedTextField) or (model, field.column) in known
    assert commands.keys(["renew"]) == 0


def test_dead_letters_are_listed_and_retried(capsys):
    assert commands.dead_events(["dead"]) == 0
    now = clock.now()
    event = OutboxEvent.objects.create(
        name="x.y", aggregate="a", payload={}, actor=Actor.system("x").as_dict(), at=now, tx=0, routed=True
    )
    letter = Delivery.objects.create(
        event=event,
        subscriber="x.z",
        aggregate="a",
        state=Delivery.DEAD,
        next_at=now,
        created_at=now,
        error="no",
    )
    assert commands.dead_events(["dead"]) == 1
    assert "x.z" in capsys.readouterr().out
    assert commands.dead_events(["retry", str(letter.pk)]) == 0
    assert commands.dead_events(["retry", str(letter.pk)]) == 1
    assert commands.dead_events(["discard", "x"]) == 2


def test_the_check_up_warns_of_a_missing_year_and_a_silent_worker():
    load_holidays()
    with clock.freeze("2026-06-01T09:00"):
        assert commands.check_up() == []
    with clock.freeze("2026-11-23T09:00"):
        audit.record("x.y", by=clerk())
        ((what, todo),) = commands.check_up()
        assert "2027" in what
        assert "2027.yaml" in todo
        with clock.travel(timedelta(hours=1)):
            assert "seal" in commands.check_up()[1][0]
