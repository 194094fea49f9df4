"""One reception at a window: whom a clerk has identified, for whom, by which document, and until when."""

from django.db import models

from citybrain.kernel.ids import new_id


class Reception(models.Model):
    """The clerk's right to look at one applicant, as long as that person is served. Written once, ended once."""

    class Document(models.TextChoices):
        CARD = "card"  # read by the card reader
        SEEN = "seen"  # the clerk compared the document with the person
        ELECTRONIC = "electronic"  # electronic identity shown on the phone

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clerk_id = models.UUIDField()
    clerk_name = models.CharField(max_length=80, blank=True)
    organisation = models.CharField(max_length=64)
    hall = models.CharField(max_length=64, blank=True)
    window = models.CharField(max_length=20, blank=True)
    ticket_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    subject_kind = models.CharField(max_length=12)
    agent_id = models.UUIDField(null=True)
    document = models.CharField(max_length=12, choices=Document.choices, default=Document.SEEN)
    authorised = models.BooleanField(default=False)  # a letter of authorisation was seen
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["clerk_id", "-began_at"], name="services_reception_clerk")]

    class Privacy:
        personal = ["subject_id", "agent_id"]

    def __str__(self) -> str:
        return str(self.id)
