"""Names to addresses: a pod's resolver, its search path, and CoreDNS behind it."""

import ipaddress
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TYPE_CHECKING

from itbench_sre.world.store.refs import JsonObject

if TYPE_CHECKING:
    from itbench_sre.world.runtime.network import Network
    from itbench_sre.world.runtime.process import Process

_ZONE = "svc.cluster.local"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a lookup gave: an address, a Service, or a `trouble` (`unresolved`, `dns`).

    Attributes:
        queries: asked of CoreDNS on the way, one for each name tried and record type.
    """

    ip: str = ""
    service: JsonObject | None = None
    trouble: str = ""
    queries: int = 2


@lru_cache(maxsize=1024)
def is_ip(host: str) -> bool:
    """Whether a host is an address."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def resolve(network: "Network", process: "Process", host: str) -> Answer:
    """Look a name up as a process does."""
    if is_ip(host):
        return Answer(ip=host, queries=0)
    if host == "localhost":
        return Answer(ip="127.0.0.1", queries=0)
    special = process.special
    for effect in special.dns if special is not None else ():
        if not effect.patterns or any(fnmatchcase(host, pattern) for pattern in effect.patterns):
            return Answer(ip="203.0.113.7") if effect.is_random else Answer(trouble="unresolved")
    spec = network.spec_of(process)
    policy = spec.get("dnsPolicy", "ClusterFirst")
    if spec.get("hostNetwork") and policy == "ClusterFirst":
        policy = "Default"
    if policy == "Default":
        return Answer(trouble="unresolved")
    config = spec.get("dnsConfig") or {}
    namespace = process.place.pod.namespace
    searches = list(config.get("searches") or ())
    ndots = 5 if policy != "None" else 1
    if policy == "None":
        if not _reaches_dns(network, config.get("nameservers") or ()):
            return Answer(trouble="dns")
    else:
        searches = [f"{namespace}.{_ZONE}", _ZONE, "cluster.local", *searches]
    for option in config.get("options") or ():
        if option.get("name") == "ndots" and str(option.get("value", "")).isdigit():
            ndots = int(option["value"])
    if not network.dns_answers(process):
        return Answer(trouble="dns")
    if not network.serves_cluster():
        return Answer(trouble="unresolved")
    return _searched(network, host, searches, ndots)


def _reaches_dns(network: "Network", servers: tuple[str, ...]) -> bool:
    service = network.view.get("Service", "kube-system", "kube-dns")
    return service is None or service["spec"].get("clusterIP") in servers


def _searched(network: "Network", host: str, searches: list[str], ndots: int) -> Answer:
    absolute = host.rstrip(".")
    tried = [f"{absolute}.{search}" for search in searches]
    if host.endswith("."):
        tried = [absolute]
    elif absolute.count(".") >= ndots:
        tried = [absolute, *tried]
    else:
        tried.append(absolute)
    for place, name in enumerate(tried):
        found = network.named(name)
        if found is not None:
            return Answer(service=found, queries=2 * (place + 1))
    return Answer(trouble="unresolved", queries=2 * len(tried))


def service_of(name: str) -> tuple[str, str] | None:
    """Return namespace and name of the Service that a full name means."""
    parts = name.split(".")
    if len(parts) < 3 or ".".join(parts[-3:]) != _ZONE or len(parts) < 5:
        return None
    return parts[-4], parts[-5]
