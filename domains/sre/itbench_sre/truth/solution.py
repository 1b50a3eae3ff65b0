"""Makes a perfect answer from a truth, which shows that its task can be solved."""

from collections.abc import Iterator
from typing import Any

from itbench_sre.truth.kinds import CLUSTER_SCOPED_KINDS
from itbench_sre.truth.model import Group, Truth
from itbench_sre.truth.naming import goes_by_name, stem
from itbench_sre.truth.roots import RootSet, root_sets


def solution(truth: Truth) -> dict[str, Any]:
    """Give the answer that names each root cause once, in ITBench-AA's format."""
    named: set[str] = set()
    factors = []
    for root in root_sets(truth):
        name = _entity_name(root, named)
        named.add(name)
        # Sentences of the truth may be canaries, so the solution quotes none.
        factors.append({"name": name, "reasoning": "It is the root cause.", "evidence": "The truth says so."})
    return {"contributing_factors": factors}


def _entity_name(root: RootSet, named: set[str]) -> str:
    """Give a name that the root's groups match and that no other root has been given."""
    marked = [group for group in root.groups if group.is_root_cause]
    candidates = [_full_name(group, name) for group in marked for name in _names(group)]
    return next((name for name in candidates if name not in named), candidates[0])


def _full_name(group: Group, name: str) -> str:
    is_cluster_scoped = group.kind.lower() in CLUSTER_SCOPED_KINDS
    namespace = group.namespace or ("cluster" if is_cluster_scoped else "default")
    return f"{namespace}/{group.kind}/{name}"


def _names(group: Group) -> list[str]:
    """Give plausible names that a group goes by, the likeliest first, at least one."""
    fitting = [name for name in _guesses(group) if goes_by_name(group, group.kind.lower(), name)]
    return fitting or [stem(group)]


def _guesses(group: Group) -> Iterator[str]:
    yield stem(group)
    yield f"{stem(group)}-7d9c8b6f5d-x7k2p"
    yield group.id
