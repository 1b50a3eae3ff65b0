"""Reads the name by which an answer speaks of a Kubernetes object."""

import re
from dataclasses import dataclass
from typing import Final

from itbench_sre.truth.kinds import CLUSTER_SCOPED_KINDS, has_api_group
from itbench_sre.truth.suffixes import bare_name

# No namespace, kind or name in Kubernetes holds a space, a control character or anything beyond ASCII.
_UNREADABLE: Final = re.compile(r"[^\x21-\x7e]")
_VERSION: Final = r"v\d+(?:(?:alpha|beta)\d+)?"
# As in `otel-demo/apps/v1/Deployment/cart`: an apiVersion before the kind.
_API_VERSION: Final = re.compile(rf"(?:(?P<group>[a-z0-9.-]+)/)?{_VERSION}/(?P<rest>[^/]+/.+)")
# As kubectl writes it: `deployment.apps`, `networkchaos.v1alpha1.chaos-mesh.org`.
_QUALIFIED_KIND: Final = re.compile(rf"(?P<kind>[a-z]+)(?:\.{_VERSION})?(?:\.(?P<group>[a-z][a-z0-9.-]*))?")


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
    """Read `namespace/Kind/name` or `Kind/name`; the name may hold slashes, the kind may have its API group.

    None where there is no kind or name, or a character that no name in Kubernetes has.
    """
    parts = [part.strip() for part in text.split("/", 2)]
    if len(parts) == 2:
        parts = ["", *parts]
    if len(parts) != 3 or not parts[1] or not parts[2] or any(map(_UNREADABLE.search, parts)):
        return None
    kind, name = _without_api_version(parts[1], parts[2])
    return Entity(parts[0].lower(), _without_api_group(kind.lower()), name)


def _without_api_version(kind: str, name: str) -> tuple[str, str]:
    found = _API_VERSION.fullmatch(f"{kind}/{name}")
    if found is None:
        return kind, name
    own_kind, _, own_name = found["rest"].partition("/")
    return (own_kind, own_name) if has_api_group(own_kind.lower(), found["group"] or "") else (kind, name)


def _without_api_group(kind: str) -> str:
    found = _QUALIFIED_KIND.fullmatch(kind)
    return found["kind"] if found and has_api_group(found["kind"], found["group"] or "") else kind
