"""Mail over SMTP.

Settings: ``CITYBRAIN_SMTP_URL`` (``smtp://user:password@host:587`` with STARTTLS, ``smtps://`` with TLS from the
start, ``smtp://host:25?tls=none`` only for a server on this machine) and ``CITYBRAIN_MAIL_FROM``. Not idempotent: after
a crash between sending and noting it, a person decides. Refuses header injection and unencrypted remote servers.
"""

import os
import smtplib
import ssl
from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import parse_qs, unquote, urlparse

from citybrain.hub.messages.data import Receipt, Sent
from citybrain.hub.messages.ports import GatewayBusy, GatewayRefused

TIMEOUT = 20.0
LOCAL = ("localhost", "127.0.0.1", "::1")


class SmtpMail:
    """One connection per mail: simple, and no stale connections."""

    idempotent = False

    def __init__(self, url: str = "", sender: str = "") -> None:
        parts = urlparse(url or os.environ.get("CITYBRAIN_SMTP_URL", ""))
        self.host, self.tls_first = parts.hostname or "", parts.scheme == "smtps"
        self.port = parts.port or (465 if self.tls_first else 587)
        self.user, self.password = unquote(parts.username or ""), unquote(parts.password or "")
        self.plain = parse_qs(parts.query).get("tls") == ["none"]
        self.sender = sender or os.environ.get("CITYBRAIN_MAIL_FROM", "")

    def check(self) -> list[str]:
        """Missing or unsafe settings."""
        problems = []
        if not self.host:
            problems.append("CITYBRAIN_SMTP_URL is not set")
        if "@" not in self.sender:
            problems.append("CITYBRAIN_MAIL_FROM is not an address")
        if self.plain and self.host not in LOCAL:
            problems.append("mail to another machine must be encrypted")
        return problems

    def receipts(self) -> Iterable[Receipt]:
        """SMTP knows none."""
        return ()

    def send(self, *, key: str, address: str, subject: str, text: str) -> Sent:
        """Hand one mail to the server. GatewayBusy if nothing was sent, GatewayRefused if it never will be."""
        problems = self.check()
        if problems:
            raise GatewayBusy("; ".join(problems))
        mail = self._mail(key, address, subject, text)
        server = self._connect()
        try:
            server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(next(iter(error.recipients.values()))[0], "recipient refused") from None
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, "server answered") from None
        finally:
            server.close()
        return Sent(reference=mail["Message-ID"])

    def _mail(self, key: str, address: str, subject: str, text: str) -> EmailMessage:
        mail = EmailMessage()
        try:
            mail["To"] = Address(addr_spec=address)
            mail["From"], mail["Subject"] = self.sender, subject
        except (ValueError, IndexError) as error:
            raise GatewayRefused(f"not an address or subject: {type(error).__name__}") from None
        mail["Date"], mail["Auto-Submitted"] = formatdate(), "auto-generated"
        mail["Message-ID"] = f"<{key}@{self.sender.rpartition('@')[2]}>"  # repeated mails are known by it
        mail.set_content(text)
        return mail

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        try:
            if self.tls_first:
                server: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, timeout=TIMEOUT, context=context
                )
            else:
                server = smtplib.SMTP(self.host, self.port, timeout=TIMEOUT)
                if not self.plain:
                    server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except (OSError, smtplib.SMTPException) as error:
            raise GatewayBusy(f"no connection: {type(error).__name__}") from None
        return server


def _refusal(code: int, words: str) -> Exception:
    kind = GatewayRefused if code >= 500 else GatewayBusy
    return kind(f"{words} {code}")
