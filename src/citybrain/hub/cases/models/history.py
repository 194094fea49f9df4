"""What happened: transitions (append-only, kept so by a database trigger), documents given out, comments."""

from django.db import models
from django.db.models import Q

from citybrain.kernel.fields import EncryptedJSONField, EncryptedTextField
from citybrain.kernel.ids import new_id


class Transition(models.Model):
    """One acknowledged act. Never changed, never deleted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="transitions")
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    name = models.JSONField(default=dict)
    from_state = models.CharField(max_length=40, blank=True)
    to_state = models.CharField(max_length=40)
    role = models.CharField(max_length=40, blank=True, default="")
    actor = models.JSONField(default=dict)
    account_id = models.UUIDField(null=True)
    organisation = models.CharField(max_length=60, blank=True, default="")
    comment = EncryptedTextField(blank=True)
    data = EncryptedJSONField()
    effects = models.JSONField(default=list)  # what the act did: notices, documents, clocks
    public = models.BooleanField(default=True)
    branch = models.CharField(max_length=40, blank=True, default="")
    idempotency_key = models.CharField(max_length=80, blank=True, default="")
    # the officer's electronic signature, on transitions a machine marks ``signed``
    signing_key = models.CharField(max_length=40, null=True)
    digest = models.BinaryField(null=True)
    signature = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-at", "-id"], name="cases_transition_recent")]
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="cases_transition_seq"),
            models.UniqueConstraint(
                fields=["case", "idempotency_key"],
                name="cases_transition_once",
                condition=~Q(idempotency_key=""),
            ),
        ]

    class Privacy:
        personal = ["actor", "comment", "data"]

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class Document(models.Model):
    """A document given out in a case (B1–B99), with the text as it was printed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="documents")
    code = models.CharField(max_length=8)
    number = models.CharField(max_length=80, blank=True, default="")
    name = models.JSONField(default=dict)
    content = EncryptedJSONField()
    issued_at = models.DateTimeField()
    organisation = models.CharField(max_length=60, blank=True, default="")
    action = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["case", "issued_at"], name="cases_document_case")]

    class Privacy:
        personal = ["content"]

    def __str__(self) -> str:
        return f"{self.code} {self.number}"


class Comment(models.Model):
    """A remark between officials; the applicant never sees it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="comments")
    at = models.DateTimeField()
    account_id = models.UUIDField(null=True)
    author = models.CharField(max_length=120, blank=True, default="")
    organisation = models.CharField(max_length=60, blank=True, default="")
    text = EncryptedTextField()

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="cases_comment_case")]

    class Privacy:
        personal = ["author", "text"]

    def __str__(self) -> str:
        return f"{self.at:%F}"
