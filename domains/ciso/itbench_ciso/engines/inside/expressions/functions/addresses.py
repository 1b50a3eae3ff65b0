"""IP addresses, CIDR blocks and URLs.

https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-ip-address-library, `-cidr-library`, `-url-library`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, ClassVar
from urllib.parse import SplitResult, quote, unquote_plus, urlsplit

from itbench_ciso.engines.inside.expressions.errors import EvaluationError
from itbench_ciso.engines.inside.expressions.overloads import Overload, overload

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
_UNSAFE = re.compile(r"[\x00-\x20\x7f]")
_PLAIN_IN_PATHS = "/$&+,:;=@!'()*~%-._"


@dataclass(frozen=True, slots=True)
class Address:
    """An IP address."""

    kind: ClassVar[str] = "net.IP"
    address: IPv4Address | IPv6Address

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.address.packed)


@dataclass(frozen=True, slots=True)
class Block:
    """An address with the number of its leading bits that count."""

    kind: ClassVar[str] = "net.CIDR"
    address: IPv4Address | IPv6Address
    prefix: int

    @property
    def size(self) -> int:
        """How many bytes its address and prefix have."""
        return len(self.address.packed)

    def covers(self, address: IPv4Address | IPv6Address) -> bool:
        """Tell whether an address is in the block."""
        return address.version == self.address.version and address in ip_network(
            (self.address, self.prefix), strict=False
        )


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL or an absolute path."""

    kind: ClassVar[str] = "kubernetes.URL"
    parts: SplitResult


def addresses() -> list[Overload]:
    """Return all functions of addresses, blocks and URLs."""
    return [*_of_addresses(), *_of_blocks(), *_of_urls()]


def _address(text: str) -> Address:
    try:
        found = ip_address(text)
    except ValueError as error:
        raise EvaluationError(
            f"IP Address {text[:60]!r} parse error during conversion from string"
        ) from error
    if isinstance(found, IPv6Address) and (found.scope_id or found.ipv4_mapped):
        raise EvaluationError(
            f"IP Address {text[:60]!r}: zones and IPv4-mapped IPv6 addresses are not allowed"
        )
    return Address(found)


def _block(text: str) -> Block:
    address, sign, prefix = text.partition("/")
    if not sign or not (prefix.isascii() and prefix.isdigit()) or (len(prefix) > 1 and prefix[0] == "0"):
        raise EvaluationError(f"network address parse error during conversion from string: {text[:60]!r}")
    found = _address(address).address
    if int(prefix) > found.max_prefixlen:
        raise EvaluationError(f"network address parse error during conversion from string: {text[:60]!r}")
    return Block(found, int(prefix))


def _succeeds(read: Callable[[str], Any]) -> Callable[[str], bool]:
    def call(text: str) -> bool:
        try:
            read(text)
        except EvaluationError:
            return False
        return True

    return call


def _is_local_multicast(each: Address) -> bool:
    if isinstance(each.address, IPv4Address):
        return each.address.packed[:3] == bytes((224, 0, 0))
    return each.address.packed[0] == 0xFF and each.address.packed[1] & 0x0F == 0x02


def _is_global(each: Address) -> bool:
    address = each.address
    is_broadcast = address == IPv4Address("255.255.255.255")
    return not (
        is_broadcast
        or address.is_unspecified
        or address.is_loopback
        or address.is_multicast
        or address.is_link_local
    )


def _of_addresses() -> list[Overload]:
    kind = Address.kind
    tests: dict[str, Callable[[Address], bool]] = {
        "isUnspecified": lambda each: each.address.is_unspecified,
        "isLoopback": lambda each: each.address.is_loopback,
        "isLinkLocalMulticast": _is_local_multicast,
        "isLinkLocalUnicast": lambda each: each.address.is_link_local,
        "isGlobalUnicast": _is_global,
    }
    return [
        overload(f"ip(string): {kind}", _address),
        overload("isIP(string): bool", _succeeds(_address)),
        overload("@ip.isCanonical(string): bool", lambda text: str(_address(text).address) == text),
        overload(f"string({kind}): string", lambda each: str(each.address)),
        overload(f"{kind}.family(): int", lambda each: each.address.version),
        *(overload(f"{kind}.{name}(): bool", test) for name, test in tests.items()),
    ]


def _of_blocks() -> list[Overload]:
    kind, address = Block.kind, Address.kind
    return [
        overload(f"cidr(string): {kind}", _block),
        overload("isCIDR(string): bool", _succeeds(_block)),
        overload(f"string({kind}): string", lambda each: f"{each.address}/{each.prefix}"),
        overload(f"{kind}.containsIP(string): bool", lambda each, text: each.covers(_address(text).address)),
        overload(f"{kind}.containsIP({address}): bool", lambda each, other: each.covers(other.address)),
        overload(f"{kind}.containsCIDR(string): bool", lambda each, text: _contains(each, _block(text))),
        overload(f"{kind}.containsCIDR({kind}): bool", _contains),
        overload(f"{kind}.ip(): {address}", lambda each: Address(each.address)),
        overload(f"{kind}.prefixLength(): int", lambda each: each.prefix),
        overload(f"{kind}.masked(): {kind}", _masked),
    ]


def _contains(each: Block, other: Block) -> bool:
    return each.covers(other.address) and other.prefix >= each.prefix


def _masked(each: Block) -> Block:
    return Block(ip_network((each.address, each.prefix), strict=False).network_address, each.prefix)


def read_url(text: str) -> Url:
    """Return a URL.

    Raises:
        EvaluationError: it is neither absolute nor an absolute path.
    """
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 - raises where it is not a number
    except ValueError as error:
        raise EvaluationError(f"URL parse error during conversion from string: {text[:60]!r}") from error
    has_scheme = bool(parts.scheme) and _SCHEME.fullmatch(parts.scheme) is not None
    if _UNSAFE.search(text) or not (text.startswith("/") or has_scheme):
        raise EvaluationError(
            f"URL parse error during conversion from string: invalid URI for request: {text[:60]!r}"
        )
    return Url(parts)


def _host(each: Url) -> str:
    return each.parts.netloc.rpartition("@")[2]


def _hostname(each: Url) -> str:
    host = _host(each)
    return host[1 : host.index("]")] if host.startswith("[") and "]" in host else host.partition(":")[0]


def _port(each: Url) -> str:
    return _host(each).rpartition("]")[2].rpartition(":")[2] if ":" in _host(each).rpartition("]")[2] else ""


def _query(each: Url) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for part in each.parts.query.split("&") if each.parts.query else []:
        key, _, value = part.partition("=")
        if part and ";" not in part:
            found.setdefault(unquote_plus(key), []).append(unquote_plus(value))
    return found


def _of_urls() -> list[Overload]:
    kind = Url.kind
    return [
        overload(f"url(string): {kind}", read_url),
        overload("isURL(string): bool", _succeeds(read_url)),
        overload(f"{kind}.getScheme(): string", lambda each: each.parts.scheme),
        overload(f"{kind}.getHost(): string", _host),
        overload(f"{kind}.getHostname(): string", _hostname),
        overload(f"{kind}.getPort(): string", _port),
        overload(
            f"{kind}.getEscapedPath(): string", lambda each: quote(each.parts.path, safe=_PLAIN_IN_PATHS)
        ),
        overload(f"{kind}.getQuery(): map<string, list<string>>", _query),
    ]
