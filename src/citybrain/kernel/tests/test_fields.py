"""Personal columns: encrypted at rest, found by fingerprint."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection, models
from django.test.utils import isolate_apps

from citybrain.kernel import crypto
from citybrain.kernel.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("key_store")]


@pytest.fixture
def card():
    with isolate_apps("citybrain.kernel"):

        class Card(models.Model):
            number = EncryptedTextField(default="")
            spare = EncryptedTextField(null=True)
            facts = EncryptedJSONField(default=dict)
            number_index = BlindIndexField(source="number")

            class Meta:
                app_label = "kernel"
                db_table = "test_card"

            def __str__(self):
                return "card"

        with connection.schema_editor() as editor:
            editor.create_model(Card)
        yield Card


def test_values_come_back_and_the_table_holds_none_of_them(card):
    card.objects.create(number="35090219900101001X", facts={"name": "林小梅", "list": [1, "二"]})
    row = card.objects.get()
    assert (row.number, row.spare, row.facts) == (
        "35090219900101001X",
        None,
        {"name": "林小梅", "list": [1, "二"]},
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, facts, number_index FROM test_card")
        raw = b"".join(bytes(v) if not isinstance(v, str) else v.encode() for v in cursor.fetchone())
    assert b"35090219900101001X" not in raw
    assert "林".encode() not in raw


def test_a_row_is_found_by_its_plain_value(card):
    card.objects.bulk_create([card(number="35090219900101001X"), card(number="35098219851231002X")])
    assert card.objects.get(number_index="35098219851231002x").number == "35098219851231002X"
    assert card.objects.filter(number_index__in=["35090219900101001X", "1"]).count() == 1
    assert not card.objects.filter(number_index="none").exists()


def test_the_fingerprint_follows_the_value(card):
    row = card.objects.create(number="A")
    row.number = "B"
    row.save()
    again = card.objects.get(number_index="B")
    again.save()
    assert card.objects.get(number_index="B").pk == row.pk
    assert not card.objects.filter(number_index="A").exists()


def test_searching_ciphertext_is_refused(card):
    for lookup in ("number", "number__icontains", "number__gt"):
        with pytest.raises(FieldError, match="blind index"):
            list(card.objects.filter(**{lookup: "3509"}))
    assert card.objects.filter(spare__isnull=True).count() == 0


def test_empty_is_empty(card):
    row = card.objects.create()
    row.refresh_from_db()
    assert (row.number, row.facts, row.number_index) == ("", {}, "")


def test_values_sealed_before_a_rotation_can_be_read(card, key_store):
    card.objects.create(number="old")
    key_store.rotate("field")
    row = card.objects.get()
    row.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM test_card")
        assert crypto.key_id_of(bytes(cursor.fetchone()[0])) == "field-2"
