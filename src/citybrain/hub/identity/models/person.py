"""Natural and legal persons, who represents a legal person, and delegation to an agent (代办)."""

from typing import Any

from django.db import models

from citybrain.kernel.fields import BlindIndexField, EncryptedJSONField, EncryptedTextField
from citybrain.kernel.ids import new_id


class Person(models.Model):
    """A natural person known by name and number, both encrypted; looked up only by the blind index."""

    class Level(models.TextChoices):
        """How sure the identity is (实名等级)."""

        DECLARED = "declared"
        BASIC = "basic"
        VERIFIED = "verified"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name: Any = EncryptedTextField()
    id_type = models.CharField(max_length=3, default="111")
    id_number: Any = EncryptedTextField()
    id_number_index = BlindIndexField(source="id_number")
    phone: Any = EncryptedTextField(blank=True)
    phone_index = BlindIndexField(source="phone")
    sex = models.CharField(max_length=1, default="0")
    birth_date = models.DateField(null=True, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices, default=Level.DECLARED)
    facts: Any = EncryptedJSONField(default=dict, blank=True)
    source = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id_type", "id_number_index"], name="identity_person_once")
        ]

    class Privacy:
        personal = ["name", "id_number", "phone", "sex", "birth_date", "facts"]

    def __str__(self) -> str:
        return str(self.id)


class LegalPerson(models.Model):
    """A firm, shop, institution or social organisation with a unified social credit code."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, unique=True)
    kind = models.CharField(max_length=20, default="enterprise")
    division = models.CharField(max_length=12, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone: Any = EncryptedTextField(blank=True)
    facts: Any = EncryptedJSONField(default=dict, blank=True)
    former_numbers = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=60, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    demo = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Privacy:
        personal = ["phone", "facts"]

    def __str__(self) -> str:
        return self.uscc


class Representation(models.Model):
    """Who may act for a legal person: its legal representative (法定代表人) or a handler (经办人)."""

    class Role(models.TextChoices):
        LEGAL_REPRESENTATIVE = "legal_representative"
        HANDLER = "handler"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    legal_person = models.ForeignKey(LegalPerson, on_delete=models.PROTECT, related_name="representations")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="representations")
    role = models.CharField(max_length=24, choices=Role.choices)
    since = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField(null=True, blank=True)
    granted_by = models.UUIDField(null=True, blank=True)
    source = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["legal_person", "person", "role"], name="identity_representation_once"
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return str(self.id)


class Delegation(models.Model):
    """代办: a citizen lets an agent act for some matters until a day; the consent text is kept as given."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    principal = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations_given")
    agent = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations_held")
    matters = models.JSONField(default=list)
    consent = models.TextField()
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["agent", "expires_at"], name="identity_deleg_agent")]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(principal=models.F("agent")), name="identity_deleg_other"
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return str(self.id)
