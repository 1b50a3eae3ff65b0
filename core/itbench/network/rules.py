"""Which hosts a program may reach."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass

from itbench.errors import UsageError

# HTTPS and HTTP, where a rule names no port.
USUAL_PORTS = frozenset({443, 80})
_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*\.?")


@dataclass(frozen=True, slots=True)
class HostRule:
    """One host, or all names below a domain.

    Attributes:
        host: a name or an address in small letters; of a wildcard, the part behind `*.`.
        ports: that may be reached there.
        is_wildcard: whether all names below `host` are meant, and not itself.
    """

    host: str
    ports: frozenset[int]
    is_wildcard: bool = False

    def allows(self, host: str, port: int) -> bool:
        """Tell whether a connection is meant by this rule."""
        if port not in self.ports:
            return False
        return host.endswith(f".{self.host}") if self.is_wildcard else host == self.host

    @property
    def is_address(self) -> bool:
        """Whether an address stands here, or the name of this machine, and no name that somebody else gives."""
        return self.host == "localhost" or _address(self.host) is not None


def parse_rules(texts: Iterable[str]) -> tuple[HostRule, ...]:
    """Return rules from `HOST`, `*.DOMAIN`, `HOST:PORT` or `[ADDRESS]:PORT`.

    Raises:
        UsageError: a text that is none of these.
    """
    return tuple(_parse(text) for text in texts)


def find_rule(rules: Iterable[HostRule], host: str, port: int) -> HostRule | None:
    """Return the first rule that allows a connection, if any."""
    return next((rule for rule in rules if rule.allows(host, port)), None)


def normal(host: str) -> str:
    """Return a host's name or address in the form that rules have."""
    return host.strip("[]").rstrip(".").lower()


def may_reach(rule: HostRule, address: str) -> bool:
    """Tell whether what a host's name stands for may be reached under a rule.

    Behind a wildcard stands whatever the owner of the domain says, so it never leads into a private network; and no name leads
    to addresses of the link, where clouds keep their credentials.
    """
    if rule.is_address:
        return True
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_link_local or found.is_multicast or found.is_unspecified or found.is_loopback:
        return False
    return found.is_global or not rule.is_wildcard


def _parse(text: str) -> HostRule:
    host, port = _split(text.strip().lower())
    if "[" in host or "]" in host:
        raise UsageError(f"{text!r} is no host; allowed for an address with a port: [ADDRESS]:PORT")
    name = normal(host)
    is_wildcard = name.startswith("*.")
    bare = name.removeprefix("*.")
    is_name = _NAME.fullmatch(name) is not None and len(name) <= 253 and not bare.replace(".", "").isdigit()
    if not is_name and (_address(name) is None or is_wildcard):
        raise UsageError(
            f"{text!r} is no host; allowed: NAME, *.DOMAIN or an address, with :PORT behind if wanted"
        )
    if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"{text!r} has no usable port; allowed: 1 to 65535")
    return HostRule(bare, USUAL_PORTS if port is None else frozenset({int(port)}), is_wildcard)


def _split(text: str) -> tuple[str, str | None]:
    if _address(text) is not None:
        return text, None
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        return (host if bracket else text), rest.removeprefix(":") or None
    host, colon, port = text.partition(":")
    return host, port if colon else None


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
