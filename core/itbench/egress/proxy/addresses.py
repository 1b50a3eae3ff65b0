"""Where an address leads: the same judgement for each of the forms in which one can be written.

Sources: the IANA registries of special-purpose addresses (RFC 6890), and what clouds publish of their metadata services.
"""

import ipaddress
import socket
from contextlib import closing
from enum import Enum
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Reach(Enum):
    """Who can be found at an address."""

    PUBLIC = "public"
    PRIVATE = "private"
    FORBIDDEN = "forbidden"


def _networks(*texts: str) -> tuple[_Network, ...]:
    return tuple(ipaddress.ip_network(text) for text in texts)


# This machine, its link, the services that clouds offer there, test networks, and what is not assigned to anybody.
_FORBIDDEN_V4 = _networks(
    "0.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
)  # fmt: skip
# Azure answers the machines of its cloud at an address that is public for everybody else.
_CLOUD_V4 = _networks("168.63.129.16/32")
_PRIVATE_V4 = _networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
# Only what is in 2000::/3 has been given out; of that, these are for translation, tests and documentation.
_GIVEN_OUT_V6 = ipaddress.ip_network("2000::/3")
_FORBIDDEN_V6 = _networks("2001::/23", "2001:db8::/32", "3fff::/20", "5f00::/16")
_COMPATIBLE, _MAPPED, _TRANSLATED, _NAT64 = (
    ipaddress.IPv6Network(text) for text in ("::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96")
)
_SIX_TO_FOUR, _TEREDO = ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32")
# An interface identifier of ISATAP (RFC 5214, 6.1) without its bit for addresses that are unique in the world.
_ISATAP, _UNIQUE_BIT = 0x0000_5EFE, 0x0200_0000


def address_of(text: str) -> Address | None:
    """Return the address that a text is, without the zone of an IPv6 one; None if it is none."""
    try:
        return ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None


def reach_of(address: Address) -> Reach:
    """Tell what an address leads to; an IPv6 address that holds IPv4 ones leads to the worst of them."""
    if isinstance(address, ipaddress.IPv4Address):
        return _reach_v4(address)
    inner = _inner(address)
    if inner:
        found = {_reach_v4(each) for each in inner}
        return next(each for each in (Reach.FORBIDDEN, Reach.PRIVATE, Reach.PUBLIC) if each in found)
    if address not in _GIVEN_OUT_V6 or _is_in(address, _FORBIDDEN_V6):
        return Reach.FORBIDDEN
    return Reach.PUBLIC


def is_own(address: Address) -> bool:
    """Tell whether an address belongs to an interface of this machine: what is sent there would come from itself."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        try:
            # Nothing is sent: the kernel only looks up the way.
            probe.connect((str(address), 9))
            source = address_of(str(probe.getsockname()[0]))
        except OSError:
            return False
    return source == address


def _reach_v4(address: ipaddress.IPv4Address) -> Reach:
    if _is_in(address, _FORBIDDEN_V4 + _CLOUD_V4):
        return Reach.FORBIDDEN
    return Reach.PRIVATE if _is_in(address, _PRIVATE_V4) else Reach.PUBLIC


def _inner(address: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """Return the IPv4 addresses that something on the way may make of an IPv6 one."""
    number, last = int(address), int(address) & 0xFFFF_FFFF
    if any(address in network for network in (_COMPATIBLE, _MAPPED, _TRANSLATED, _NAT64)):
        return [ipaddress.IPv4Address(last)]
    if address in _SIX_TO_FOUR:
        return [ipaddress.IPv4Address(number >> 80 & 0xFFFF_FFFF)]
    if address in _TEREDO:
        server, client = number >> 64 & 0xFFFF_FFFF, last ^ 0xFFFF_FFFF
        return [ipaddress.IPv4Address(server), ipaddress.IPv4Address(client)]
    if address in _GIVEN_OUT_V6 and number >> 32 & 0xFFFF_FFFF & ~_UNIQUE_BIT == _ISATAP:
        return [ipaddress.IPv4Address(last)]
    return []


def _is_in(address: Address, networks: tuple[_Network, ...]) -> bool:
    return any(address in network for network in networks)
