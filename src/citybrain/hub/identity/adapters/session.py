"""Django's session in the database, read together with the account it belongs to (setting ``SESSION_ENGINE``).

Who is asking is needed on every page of a signed-in person; one statement brings the session, the account, its
confirmed posts and the directory's version, fresh for every request. Refuses nothing of its own: whether the account
may use the session is checked in ``queries.actor.signed_in``.
"""

from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSession
from django.db import connection
from django.utils import timezone

from ..queries.actor import account_columns, account_of_row

# The list of sign-ins says whose session it is. A session without an entry there (somebody about to sign in) has none.
_READ = """
SELECT s.session_data, {columns}
  FROM django_session s
  LEFT JOIN identity_signin i ON i.session_key = s.session_key
  LEFT JOIN identity_account a ON a.id = i.account_id
 WHERE s.session_key = %s AND s.expire_date > %s
"""


class SessionStore(DatabaseSession):
    """A session that knows its account. Writing, rotating and ending it are Django's."""

    account: Any = None  # as it stood when the session was read; None when nobody signed in with it

    @classmethod
    def get_model_class(cls) -> Any:
        """Django's own table."""
        from django.contrib.sessions.models import Session

        return Session

    def load(self) -> dict[str, Any]:
        """The session's content; an unknown or expired key is given up, as Django does."""
        with connection.cursor() as cursor:
            cursor.execute(_READ.format(columns=account_columns()), [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key = None
            return {}
        self.account = account_of_row(row[1:])
        return self.decode(row[0])
