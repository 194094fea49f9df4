"""Which addresses a harvest may ask: the open network only, never this machine, the office or a cloud's own services."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from citybrain.kernel.networks import is_public, reached

PORTS = {80, 443, 8000, 8080, 8443}


def parts(address: str) -> tuple[str, str, int]:
    """Scheme, host, port. ValueError for anything that is no plain http(s) address."""
    found = urlsplit(address.strip())
    if found.scheme not in ("http", "https") or not found.hostname:
        raise ValueError("only http and https addresses are harvested")
    if found.username or found.password:
        raise ValueError("an address with a password in it is not harvested")
    return found.scheme, found.hostname, found.port or (443 if found.scheme == "https" else 80)


def refused(ip: str, port: int, allowed: Iterable[str] = ()) -> str:
    """Why this address may not be asked; empty when it may. ``allowed`` are networks the operator named, with any port."""
    number = reached(ipaddress.ip_address(ip))
    if any(number in ipaddress.ip_network(net, strict=False) for net in allowed):
        return ""
    if not is_public(number):
        return "this address lies inside a private network"
    return "" if port in PORTS else "this port is not one of a web server"
