"""Folders on an SFTP server, by paramiko: the SSH client that Python programs have used longest, pure client, no agent or
known-hosts file of the account is looked at. The server's key is pinned: another key is refused, whoever answers."""

import base64
import fnmatch
import hashlib
import hmac
import posixpath
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import paramiko

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.collection.connectors.copying import copied, refuse_changed
from citybrain.hub.data.collection.connectors.folder import SETTLE_SECONDS, File, next_file, with_taken
from citybrain.hub.data.collection.ports import Access, Finding, Staged, Thing, Wish
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, Unavailable
from citybrain.kernel.text import Text

SECONDS = 20.0
MOST = 500
MOST_LISTED = 100_000
MOST_AHEAD = 8 * 1024**3  # asked for ahead in pieces that are all noted first


class Sftp:
    """Files of one remote folder, as with a watched folder."""

    def check(self, access: Access) -> list[Finding]:
        """Reachable, the right server, let in, folder readable."""
        try:
            count = len(self.discover(access))
        except CityError as error:
            return [Finding(False, Text(zh=str(error), en=str(error)), Text(zh="核对地址、端口、账号和主机指纹", en="Check address, port, account and host fingerprint"))]  # fmt: skip
        return [Finding(True, Text(zh=f"连接正常,有 {count} 个文件", en=f"Connected, {count} files"))]

    def discover(self, access: Access) -> list[Thing]:
        """Files, newest first."""
        with opened(access) as (sftp, top):
            found = sorted(files(sftp, top, "*"), key=lambda f: -f[0])
        return [Thing(name, str(size)) for _mtime, name, size in found[:MOST]]

    def bring(self, access: Access, wish: Wish, folder: Path) -> Staged:
        """The next file."""
        target = folder / "file"
        with opened(access) as (sftp, top):
            settle = float(access.settings.get("settle", SETTLE_SECONDS))
            entry = next_file(files(sftp, top, wish.thing), wish, settle)
            with sftp.open(posixpath.join(top, entry[1]), "rb") as given:
                said = given.stat().st_size or 0
                if (
                    wish.most is None and said <= MOST_AHEAD
                ):  # what a server says of its files may be anything
                    given.prefetch(said)
                size, now = copied(given, target, wish), given.stat()
            after = (int(now.st_mtime or 0) * 1_000_000_000, int(now.st_size or 0))
            refuse_changed((entry[0], entry[2]), after, size, wish)
        return Staged(target, None, entry[1], with_taken(wish.position, entry))


@contextmanager
def opened(access: Access) -> Iterator[tuple[paramiko.SFTPClient, str]]:
    """An open connection and the folder. Unavailable with a plain sentence when anything fails."""
    host, port = str(access.settings.get("host", "")), int(access.settings.get("port") or 22)
    address = allowed_address(host, port)
    try:
        with socket.create_connection((address, port), SECONDS) as line:
            transport = paramiko.Transport(line)
            try:
                enter(transport, access)
                sftp = paramiko.SFTPClient.from_transport(transport)
                if sftp is None:
                    raise Unavailable("the server offers no SFTP / 服务器不提供SFTP", code="no_sftp")
                sftp.get_channel().settimeout(SECONDS)  # type: ignore[union-attr]
                yield sftp, str(access.settings.get("path") or ".")
            finally:
                transport.close()
    except paramiko.AuthenticationException as error:
        raise Unavailable(
            "the server does not let this account in / 服务器拒绝该账号登录", code="refused"
        ) from error
    except (OSError, paramiko.SSHException, EOFError) as error:
        raise Unavailable(
            f"the SFTP server cannot be read / 无法读取SFTP服务器 ({type(error).__name__})", code="gone"
        ) from error


def enter(transport: paramiko.Transport, access: Access) -> None:
    """Shake hands, compare the host's key with the pinned one, sign in by key or password."""
    transport.banner_timeout = transport.auth_timeout = SECONDS
    transport.start_client(timeout=SECONDS)
    pinned = str(access.settings.get("fingerprint", "")).removeprefix("SHA256:").rstrip("=")
    if not pinned or not hmac.compare_digest(fingerprint(transport.get_remote_server_key()), pinned):
        raise Invalid(
            [
                FieldProblem(
                    "fingerprint",
                    "host_key",
                    "the server shows another host key than the pinned one / 服务器主机密钥与登记的指纹不一致",
                )
            ]
        )
    user = str(access.settings.get("user", ""))
    if "PRIVATE KEY" in access.secret:
        transport.auth_publickey(user, private_key(access.secret))
    else:
        transport.auth_password(user, access.secret)


def private_key(text: str) -> paramiko.PKey:
    """The key in OpenSSH's or PEM form; Invalid otherwise."""
    import io

    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key(io.StringIO(text))
        except (paramiko.SSHException, ValueError):
            continue
    raise Invalid([FieldProblem("secret", "key", "this private key cannot be read / 无法识别该私钥")])


def fingerprint(key: paramiko.PKey) -> str:
    """SHA-256 in base64 without padding, as ``ssh-keygen -lf`` prints it."""
    return base64.b64encode(hashlib.sha256(key.asbytes()).digest()).decode().rstrip("=")


def files(sftp: paramiko.SFTPClient, top: str, pattern: str) -> Iterator[File]:
    """(time, name, size) of ordinary files; names that are no plain names are passed over."""
    for entry in islice(sftp.listdir_iter(top), MOST_LISTED):
        plain = entry.filename not in (".", "..") and "/" not in entry.filename and "\\" not in entry.filename
        if plain and stat.S_ISREG(entry.st_mode or 0) and fnmatch.fnmatchcase(entry.filename, pattern or "*"):
            yield int(entry.st_mtime or 0) * 1_000_000_000, entry.filename, int(entry.st_size or 0)
