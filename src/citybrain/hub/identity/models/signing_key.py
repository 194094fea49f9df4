"""Key pairs with which officials sign decisions: the public half with its validity, the private half sealed."""

from django.db import models
from django.db.models import Q

from citybrain.kernel.fields import EncryptedTextField
from citybrain.kernel.ids import new_id


class SigningKey(models.Model):
    """One pair of one account, with what a certificate says: whose, from when, until when, vouched for by whom.

    Kept for ever: what was signed stays verifiable after a rotation. The account is an id, not a foreign key, because
    a signature outlives the account.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key_id = models.CharField(max_length=40, unique=True)
    account_id = models.UUIDField(db_index=True)
    holder = models.CharField(max_length=100, blank=True)
    algorithm = models.CharField(max_length=10, default="SM2")
    public = models.BinaryField()
    private = EncryptedTextField()  # the key store's handle; sealed, never shown
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=200, blank=True, default="")
    issuer_key_id = models.CharField(max_length=40)  # the platform's own signing key
    issuer_signature = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account_id"], condition=Q(retired_at=None), name="identity_signing_key_one"
            )
        ]

    class Privacy:
        personal = ["holder", "private"]

    def __str__(self) -> str:
        return self.key_id
