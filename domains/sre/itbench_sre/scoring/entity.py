"""Reads the name by which an answer speaks of a Kubernetes object."""

from dataclasses import dataclass

from itbench_sre.truth.naming import bare_name


@dataclass(frozen=True, slots=True)
class Entity:
    """A Kubernetes object: namespace (empty where none is named) and kind are case-folded, the name is as written."""

    namespace: str
    kind: str
    name: str

    @property
    def bare_name(self) -> str:
        """The name without the suffixes that Kubernetes generates."""
        return bare_name(self.kind, self.name)


def parse_entity(text: str) -> Entity | None:
    """Read `namespace/Kind/name` or `Kind/name`; the name may hold slashes. None where no kind or name is there."""
    parts = [part.strip() for part in text.split("/", 2)]
    if len(parts) == 2:
        parts = ["", *parts]
    if len(parts) != 3 or not parts[1] or not parts[2]:
        return None
    return Entity(parts[0].casefold(), parts[1].casefold(), parts[2])
