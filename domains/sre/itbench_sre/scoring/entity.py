"""Reads the name by which an answer speaks of a Kubernetes object."""

import re
from dataclasses import dataclass
from typing import Final

from itbench_sre.truth.kind_names import plain_kind
from itbench_sre.truth.kinds import CLUSTER_SCOPED_KINDS, has_api_group, has_dns_name
from itbench_sre.truth.suffixes import bare_name

# No namespace, kind or name in Kubernetes holds a space, a control character or anything beyond ASCII.
_UNREADABLE: Final = re.compile(r"[^\x21-\x7e]")
# As in `otel-demo/apps/v1/Deployment/cart`: an apiVersion before the kind.
_API_VERSION: Final = re.compile(
    r"(?:(?P<group>[a-z0-9.-]+)/)?v\d+(?:(?:alpha|beta)\d+)?/(?P<kind>[^/]+)/(?P<name>.+)"
)
# Upper case is no other character, only wrong: `AD` is not the name of `ad`.
_DNS_NAME: Final = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*"
)


@dataclass(frozen=True, slots=True)
class Entity:
    """A Kubernetes object: namespace (empty where none is named) and kind are in lower case, the name is as written."""

    namespace: str
    kind: str
    name: str

    @property
    def bare_name(self) -> str:
        """The name without the suffixes that Kubernetes generates."""
        return bare_name(self.kind, self.name)

    @property
    def place(self) -> str:
        """The namespace that counts: none for a cluster-scoped object, which may be written with `cluster`."""
        if self.kind not in CLUSTER_SCOPED_KINDS:
            return self.namespace
        is_own = self.kind == "namespace" and self.namespace == self.name.lower()
        return "" if is_own or self.namespace == "cluster" else self.namespace

    @property
    def id(self) -> str:
        """One text for all spellings of the object."""
        return f"{self.place}/{self.kind}/{self.name}"


def parse_entity(text: str) -> Entity | None:
    """Read `namespace/Kind/name` or `Kind/name`; the kind may be written in any way that kubectl knows.

    None where there is no kind or name, or a character that no name of that kind has in Kubernetes.
    """
    parts = [part.strip() for part in text.strip().lstrip("/").split("/", 2)]
    if len(parts) == 2:
        parts = ["", *parts]
    if len(parts) != 3 or not parts[1] or not parts[2].strip("/") or any(map(_UNREADABLE.search, parts)):
        return None
    namespace = parts[0].lower()
    kind, name = _without_api_version(parts[1], parts[2].rstrip("/"))
    if kind == "service":
        name = _without_domain(name, namespace)
    if has_dns_name(kind) and not _DNS_NAME.fullmatch(name):
        return None
    return Entity(namespace, kind, name)


def _without_api_version(kind: str, name: str) -> tuple[str, str]:
    found = _API_VERSION.fullmatch(f"{kind}/{name}")
    if found is not None:
        own_kind = plain_kind(found["kind"])
        if has_api_group(own_kind, found["group"] or ""):
            return own_kind, found["name"]
    return plain_kind(kind), name


def _without_domain(name: str, namespace: str) -> str:
    """Take off what the cluster's DNS adds to the name of a Service, which itself has no dot."""
    host, _, domain = name.partition(".")
    return host if f"{domain}.".startswith(f"{namespace}.svc.") else name
