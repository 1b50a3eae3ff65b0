"""Says whether a group of a truth goes by a name, knowing the suffixes that Kubernetes and Chaos Mesh generate."""

import re
from functools import lru_cache
from typing import Final

from itbench_sre.truth.kinds import CHAOS_NAMESPACES, GENERATED_NAME_KINDS, WORKLOAD_KINDS, is_chaos_kind
from itbench_sre.truth.model import Group
from itbench_sre.truth.pattern import compile_filter

# A ReplicaSet's hash has a digit and is hexadecimal or without vowels; a pod's last letters have no vowels
# (k8s.io/apimachinery/pkg/util/rand). So `frontend-proxy` does not lose its `proxy`.
_HASH: Final = r"(?=[a-z]*[0-9])(?:[0-9a-f]{6,10}|[0-9bcdfghjklmnpqrstvwxz]{6,10})"
_RANDOM: Final = r"[2-9bcdfghjklmnpqrstvwxz]{5}"
_GENERATED: Final = {
    "pod": (rf"(.+)-{_HASH}-[a-z0-9]{{5}}", rf"(.+)-{_RANDOM}", r"(.+)-[0-9]{1,3}", rf"(.+)-{_HASH}"),
    "replicaset": (rf"(.+)-{_HASH}",),
}
_SPAWNED: Final = (rf"(.+)-(?:{_RANDOM}|(?=[a-z]*[0-9])[a-z0-9]{{5}})",)
_TYPICAL_POD_SUFFIX: Final = "-7d9c8b6f5d-x7k2p"


def bare_name(kind: str, name: str) -> str:
    """Give a name without its generated suffixes; the kind is case-folded."""
    return names_borne(kind, name)[-1]


@lru_cache(maxsize=8_192)
def names_borne(kind: str, name: str) -> tuple[str, ...]:
    """Give the names an object goes by: its own and, the last one shortest, those without generated suffixes."""
    if kind not in GENERATED_NAME_KINDS and not is_chaos_kind(kind):
        return (name,)
    names = [name]
    for pattern in _GENERATED.get(kind, _SPAWNED):
        found = re.fullmatch(pattern, name)
        if found and found[1] not in names:
            names.append(found[1])
    return tuple(sorted(names, key=len, reverse=True))


@lru_cache(maxsize=65_536)
def goes_by_name(group: Group, kind: str, name: str) -> bool:
    """Say whether a group goes by the name of an object of a like kind (case-folded)."""
    if not group.filters:
        return group.name is not None and name == group.name
    names = list(names_borne(kind, name))
    if kind in WORKLOAD_KINDS and group.kind.casefold() in WORKLOAD_KINDS:
        # A filter may spell a pod's suffixes out; the Deployment above that pod has none to show.
        names.append(names[-1] + _TYPICAL_POD_SUFFIX)
    return any(_filter_matches(text, group, names) for text in group.filters)


def _filter_matches(text: str, group: Group, names: list[str]) -> bool:
    readings = [compile_filter(text)]
    if text.endswith("-.*") and len(text) > len("-.*"):
        readings.append(compile_filter(text.removesuffix("-.*")))
    if text.startswith(".*") and _is_chaos(group):
        # `.*recommendation` stands for `otel-demo-recommendation-cpu-stress`: the target inside the experiment's name.
        readings.append(compile_filter(f"(?:{text})-.*"))
    if readings[0].is_glob:
        # The globs in use (`*.*`) are written for `<namespace>.<name>`.
        names = [*names, *(f"{group.namespace or ''}.{name}" for name in names)]
    return any(reading.matches(name) for reading in readings for name in names)


def _is_chaos(group: Group) -> bool:
    return (group.namespace or "").casefold() in CHAOS_NAMESPACES


def outright_names(group: Group) -> set[str]:
    r"""Give the names that a group states without any wildcard (`frontend-proxy\b`, or its `name`)."""
    if not group.filters:
        return set() if group.name is None else {group.name}
    filters = [compile_filter(text) for text in group.filters]
    return {item.literal_prefix for item in filters if item.is_literal and item.literal_prefix}


def stem(group: Group) -> str:
    r"""Give the plain name a group is about: `cart` for `cart-.*`, `cart\b`, `.*cart.*` or the name `cart`."""
    if not group.filters:
        return group.name or group.id
    compiled = compile_filter(group.filters[0])
    if compiled.is_glob:
        return group.id
    if compiled.literal_prefix:
        return compiled.literal_prefix.rstrip("-.") or group.id
    inner = compile_filter(group.filters[0].removeprefix("^").removeprefix(".*"))
    return inner.literal_prefix.strip("-.") or group.id
