"""Which hosts a source or a place of delivery may name (server-side request forgery): public ones; private ones only when
the operator lists them.

``COLLECTION_PRIVATE`` lists host names, addresses or networks of the government network; ``COLLECTION_HOSTS`` narrows public
hosts to a list. A name is resolved once and the connection goes to the address that was checked, so that a name
that changes its mind (DNS rebinding) reaches nothing else.
"""

import ipaddress
import socket

from django.conf import settings

from citybrain.kernel.errors import FieldProblem, Invalid, Unavailable
from citybrain.kernel.networks import Address, is_public, reached


def allowed_address(host: str, port: int) -> str:
    """The address to connect to. Invalid for a host that is not allowed, Unavailable for a name nobody knows."""
    host = host.strip().strip("[]")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(f"the host {host} is not known / 找不到主机 {host}", code="no_host") from error
    if not found:
        raise Unavailable(f"the host {host} is not known / 找不到主机 {host}", code="no_host")
    addresses = [str(entry[4][0]).split("%")[0] for entry in found]
    for address in addresses:
        if not allowed(host, ipaddress.ip_address(address)):
            raise Invalid([FieldProblem("host", "host", f"the host {host} is not allowed here; the operator lists private hosts in CITYBRAIN_COLLECTION_PRIVATE / 主机 {host} 不在允许范围内,内网主机须由运维加入 CITYBRAIN_COLLECTION_PRIVATE")])  # fmt: skip
    return addresses[0]


def allowed(host: str, address: Address) -> bool:
    """Listed private ones; public ones, narrowed by the list of hosts where there is one."""
    address = reached(address)
    if listed(host, address):
        return True
    if not is_public(address):
        return False
    return not settings.COLLECTION_HOSTS or host.lower() in {
        name.lower() for name in settings.COLLECTION_HOSTS
    }


def listed(host: str, address: Address) -> bool:
    """Whether the operator names the host, its address or its network."""
    for word in settings.COLLECTION_PRIVATE:
        if word.lower() == host.lower():
            return True
        try:
            if address in ipaddress.ip_network(word, strict=False):
                return True
        except ValueError:
            continue
    return False
