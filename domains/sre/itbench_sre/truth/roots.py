"""Which groups of a truth count as one, and which of these sets are root causes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from itbench_sre.truth.model import Group, Truth


@dataclass(frozen=True, slots=True)
class RootSet:
    """Groups that count as one root cause: finding any of them finds it."""

    groups: tuple[Group, ...]

    @property
    def ids(self) -> frozenset[str]:
        """The ids of the groups."""
        return frozenset(group.id for group in self.groups)


def unite(lists: Iterable[Sequence[str]]) -> dict[str, str]:
    """Map each id to one that stands for it and all it shares a list with, directly or through others."""
    parents: dict[str, str] = {}

    def find(item: str) -> str:
        parents.setdefault(item, item)
        while parents[item] != item:
            parents[item] = parents[parents[item]]
            item = parents[item]
        return item

    for items in lists:
        for item in items:
            parents[find(item)] = find(items[0])
    return {item: find(item) for item in list(parents)}


def root_sets(truth: Truth) -> list[RootSet]:
    """Give the sets of groups that hold a root cause, in the truth's order.

    Groups are one where they share an alias list, transitively, or an id.
    """
    united = unite(truth.aliases)
    members: dict[str, list[Group]] = {}
    for group in truth.groups:
        members.setdefault(united.get(group.id, group.id), []).append(group)
    return [
        RootSet(tuple(groups)) for groups in members.values() if any(group.is_root_cause for group in groups)
    ]
