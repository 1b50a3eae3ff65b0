"""Which hosts a program may reach."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from itbench.egress.proxy.addresses import Reach, address_of, is_own, reach_of
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
        if not self.is_wildcard:
            return host == self.host
        # An address with a zone, such as `fe80::1%a.example.org`, only ends like a name.
        return host.endswith(f".{self.host}") and _NAME.fullmatch(host) is not None

    @property
    def is_address(self) -> bool:
        """Whether an address stands here, or the name of this machine, and no name that somebody else gives."""
        return self.host == "localhost" or address_of(self.host) is not None


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
    """Tell whether an address that a host stands for may be reached under the rule that allows the host.

    A rule for an address is for this address alone, and `localhost` for the loopback. A name, whatever its DNS says, never leads to
    this machine, its link, the services of its cloud or any address that is not public, with one exception: a name that is
    written out may lead into a private network (RFC 1918), where companies have their own endpoints.
    """
    found = address_of(address)
    if found is None:
        return False
    if rule.host == "localhost":
        return found.is_loopback
    if rule.is_address:
        return found == address_of(rule.host)
    reach = reach_of(found)
    if reach is Reach.FORBIDDEN or (reach is Reach.PRIVATE and rule.is_wildcard):
        return False
    return not is_own(found)


def _parse(text: str) -> HostRule:
    host, port = _split(text.strip().lower())
    if "[" in host or "]" in host:
        raise UsageError(f"{text!r} is no host; allowed for an address with a port: [ADDRESS]:PORT")
    name = normal(host)
    is_wildcard = name.startswith("*.")
    bare = name.removeprefix("*.")
    is_name = _NAME.fullmatch(name) is not None and len(name) <= 253 and not bare.replace(".", "").isdigit()
    if not is_name and (address_of(name) is None or is_wildcard):
        raise UsageError(
            f"{text!r} is no host; allowed: NAME, *.DOMAIN or an address, with :PORT behind if wanted"
        )
    if port is not None and not (port.isascii() and port.isdecimal() and 0 < int(port) < 65536):
        raise UsageError(f"{text!r} has no usable port; allowed: 1 to 65535")
    return HostRule(bare, USUAL_PORTS if port is None else frozenset({int(port)}), is_wildcard)


def _split(text: str) -> tuple[str, str | None]:
    if address_of(text) is not None:
        return text, None
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        return (host if bracket else text), rest.removeprefix(":") or None
    host, colon, port = text.partition(":")
    return host, port if colon else None
