"""Whether an address lies on the open network: what a person names may be fetched from there and from nowhere else.

The standard library's ``is_global`` takes several spellings of private addresses for public ones (Python 3.11): an old
address inside a new one (``::127.0.0.1``, ``64:ff9b::7f00:1``, ``2002:7f00:1::``), site-local and translated ranges.
"""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_UNICAST = ipaddress.ip_network(
    "2000::/3"
)  # the only part of the new space that is given out (RFC 4291, IANA)
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052
_NEVER = (
    ipaddress.ip_network("2002::/16"),
    ipaddress.ip_network("3fff::/20"),
)  # 6to4 (RFC 7526), examples (RFC 9637)


def reached(address: Address) -> Address:
    """The old address that a new one stands for, where it stands for one; else the address itself."""
    if not isinstance(address, ipaddress.IPv6Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return ipaddress.IPv4Address(address.packed[-4:]) if address in _TRANSLATED else address


def is_public(address: Address) -> bool:
    """Whether everybody reaches the address: neither private, local, reserved, an example nor many at once."""
    found = reached(address)
    if not found.is_global or found.is_multicast:
        return False
    return found.version == 4 or (found in _UNICAST and not any(found in net for net in _NEVER))
