"""Repeating work of identity: expired sessions leave the table and the list of open sign-ins."""

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from citybrain.kernel import clock
from citybrain.kernel.loops import every

from .models import SignIn

MOST = 5000


@every(seconds=900, name="identity.sweep_sessions")
def sweep_sessions() -> bool:
    """Delete expired sessions and close sign-ins whose session is gone; true when there is more to do."""
    now = clock.now()
    expired = list(Session.objects.filter(expire_date__lt=now).values_list("pk", flat=True)[:MOST])
    Session.objects.filter(pk__in=expired).delete()
    open_ = SignIn.objects.filter(ended_at=None).filter(
        ~Exists(Session.objects.filter(pk=OuterRef("session_key")))
    )
    keys = list(open_.values_list("pk", flat=True)[:MOST])
    SignIn.objects.filter(pk__in=keys).update(ended_at=now, ended_by="expired")
    return len(expired) == MOST or len(keys) == MOST
