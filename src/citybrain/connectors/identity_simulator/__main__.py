"""Command line of the simulator."""

import argparse
import os
from pathlib import Path

import uvicorn

from .app import build
from .people import load_people
from .provider import Provider

ROOT = Path(__file__).resolve().parents[4]


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(prog="identity_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--issuer", default="", help="public address; default http://127.0.0.1:<port>")
    parser.add_argument("--packs", default=os.environ.get("CITYBRAIN_PACKS_DIR", str(ROOT / "packs")))
    parser.add_argument(
        "--redirect", action="append", default=[], help="further allowed redirect address prefixes"
    )
    arguments = parser.parse_args()
    provider = Provider(
        issuer=arguments.issuer or f"http://127.0.0.1:{arguments.port}",
        client_id=os.environ.get("CITYBRAIN_OIDC_CLIENT_ID", "citybrain"),
        client_secret=os.environ.get("CITYBRAIN_OIDC_CLIENT_SECRET", "demo-client-secret"),
        redirects=tuple(arguments.redirect),
    )
    app = build(provider, load_people(Path(arguments.packs)))
    uvicorn.run(
        app, host=arguments.host, port=arguments.port, log_level="warning", timeout_graceful_shutdown=2
    )


if __name__ == "__main__":
    main()
