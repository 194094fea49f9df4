"""An S3 server of its own for tests: a process that speaks the real protocol over HTTP on a port of this machine."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyarrow.fs import S3FileSystem

KEY, SECRET, REGION = "lake-key", "lake-secret", "cn-south-1"


class Store:
    """The server's address; ``files`` looks into it beside the lake's own code."""

    def __init__(self, endpoint: str, process: subprocess.Popen) -> None:
        self.endpoint, self.process = endpoint, process
        self.files = S3FileSystem(
            access_key=KEY, secret_key=SECRET, region=REGION, endpoint_override=endpoint, allow_bucket_creation=True
        )  # fmt: skip

    def settings(self) -> dict[str, str]:
        """As ``LAKE_STORE``."""
        return {
            "s3.endpoint": self.endpoint, "s3.access-key-id": KEY, "s3.secret-access-key": SECRET,
            "s3.region": REGION, "s3.force-virtual-addressing": "false",
        }  # fmt: skip

    def environment(self) -> dict[str, str]:
        """As the settings of a process of its own."""
        return {
            "CITYBRAIN_S3_ENDPOINT": self.endpoint, "CITYBRAIN_S3_KEY": KEY, "CITYBRAIN_S3_SECRET": SECRET,
            "CITYBRAIN_S3_REGION": REGION,
        }  # fmt: skip


@contextmanager
def served() -> Iterator[Store]:
    """A server until the block ends."""
    from citybrain.project.postgres import free_port

    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait(process, port)
        yield Store(f"http://127.0.0.1:{port}", process)
    finally:
        process.kill()
        process.wait()


def wait(process: subprocess.Popen, port: int) -> None:
    """Until it answers."""
    import socket

    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the S3 server of the tests did not come up")
