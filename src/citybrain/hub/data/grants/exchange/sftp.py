"""A folder on an SFTP server whose host key is pinned."""

import base64
import contextlib
import posixpath
import socket
import stat
from typing import Any

import paramiko
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.kernel.errors import Unavailable

SECONDS = 15


class SftpStore:
    """``target``: host, port, user, folder, host_key (``ssh-ed25519 AAAA…``). Unavailable: not reached, or another key."""

    def __init__(self, target: dict[str, Any], secret: str) -> None:
        self.folder = target["folder"]
        self.client = paramiko.SSHClient()
        kind, _sep, data = target["host_key"].strip().partition(" ")
        port = int(target.get("port") or 22)
        host = target["host"] if port == 22 else f"[{target['host']}]:{port}"
        key = paramiko.PKey.from_type_string(kind, base64.b64decode(data.split()[0]))
        self.client.get_host_keys().add(host, kind, key)
        self.client.set_missing_host_key_policy(paramiko.RejectPolicy())
        address = allowed_address(target["host"], port)
        try:
            line = socket.create_connection((address, port), SECONDS)
            self.client.connect(
                target["host"], port=port, sock=line, username=target["user"], password=secret, timeout=SECONDS,
                banner_timeout=SECONDS, auth_timeout=SECONDS, allow_agent=False, look_for_keys=False,
            )  # fmt: skip
            self.files = self.client.open_sftp()
            with contextlib.suppress(OSError):
                self.files.mkdir(self.folder)
        except (paramiko.SSHException, OSError) as error:
            self.client.close()
            raise Unavailable(
                _("The consumer's file server cannot be reached."), code="target", retry_after=300
            ) from error

    def names(self) -> list[str]:
        """Plain files, unfinished ones not counted."""
        found = self.files.listdir_attr(self.folder)
        return [
            f.filename for f in found if stat.S_ISREG(f.st_mode or 0) and not f.filename.endswith(".part")
        ]

    def put(self, name: str, content: bytes) -> None:
        """Written beside its name, checked, renamed."""
        waiting = posixpath.join(self.folder, f"{name}.part")
        with self.files.open(waiting, "wb") as out:
            out.write(content)
        if self.files.stat(waiting).st_size != len(content):
            raise Unavailable(_("The consumer's file server did not take the file."), code="target")
        self.files.posix_rename(waiting, posixpath.join(self.folder, name))

    def remove(self, name: str) -> None:
        """Take a file away."""
        with contextlib.suppress(FileNotFoundError):
            self.files.remove(posixpath.join(self.folder, name))

    def close(self) -> None:
        """The connection."""
        self.client.close()
