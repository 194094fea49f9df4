"""Accounts, the posts they hold, and their open sign-ins."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models

from citybrain.kernel.ids import new_id

from .organisation import Post
from .person import Person


class Accounts(BaseUserManager["Account"]):
    """Look-up by user name, for Django's authentication."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(username=username)


class Account(AbstractBaseUser):
    """One sign-in identity: an official (password + second factor) or a citizen (real-name provider)."""

    class Kind(models.TextChoices):
        OFFICIAL = "official"
        CITIZEN = "citizen"

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: list[str] = []

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    username = models.CharField(max_length=150, unique=True)
    name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    has_second_factor = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    last_post_id = models.UUIDField(
        null=True, blank=True
    )  # where an official with several posts begins next time
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)

    objects = Accounts()

    class Privacy:
        personal = ["username", "name", "email"]

    def __str__(self) -> str:
        return self.username


class PostHolding(models.Model):
    """An account holds a post from a day; proposed by the system administrator, confirmed by security."""

    class State(models.TextChoices):
        PROPOSED = "proposed"
        CONFIRMED = "confirmed"
        REFUSED = "refused"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="holdings")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="holdings")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    order = models.PositiveSmallIntegerField(default=0)
    proposed_by = models.UUIDField(null=True, blank=True)
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "post"],
                condition=models.Q(state__in=["proposed", "confirmed"]),
                name="identity_holding_once",
            )
        ]

    class Privacy:
        personal: list[str] = []

    def __str__(self) -> str:
        return str(self.id)


class SignIn(models.Model):
    """An open or ended session of an account, so that people can see and end their own sessions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    method = models.CharField(max_length=20)
    ip = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=20, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-started_at"], name="identity_signin_account")]

    class Privacy:
        personal = ["ip", "device"]

    def __str__(self) -> str:
        return str(self.id)
