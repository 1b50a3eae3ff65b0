"""Says whether a group of a truth goes by a name, knowing the suffixes that Kubernetes and Chaos Mesh generate."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from itbench_sre.truth.experiments import is_experiment, is_loose
from itbench_sre.truth.kinds import (
    CHAOS_NAMESPACES,
    EXPERIMENT_KINDS,
    SERVICE_KINDS,
    WORKLOAD_KINDS,
)
from itbench_sre.truth.model import Group
from itbench_sre.truth.pattern import compile_filter
from itbench_sre.truth.suffixes import TYPICAL_POD_SUFFIX, names_borne
from itbench_sre.truth.wildcards import Taken, at_word_ends, words_taken

# As Istio's samples name theirs: the workload of the service `details` is `details-v1`, its pods are `details-v1-...`.
_VERSION: Final = re.compile(r"(?P<workload>.+)(?P<version>-v[0-9]{1,3})")
# In `mailer-(settings|options)`, the first alternative.
_ALTERNATIVES: Final = re.compile(r"\((?:\?:)?([^()|\\]*)\|[^()]*\)")
_CAMEL_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


@lru_cache(maxsize=65_536)
def goes_by_name(group: Group, kind: str, name: str, places: frozenset[str] = frozenset()) -> bool:
    """Say whether a group goes by the name of an object of a like kind (in lower case).

    `places` are the namespaces that the incident is about.
    """
    if not group.filters:
        return group.name is not None and name == group.name
    return any(_takes(text, group, kind, name, places) for text in group.filters)


def _takes(text: str, group: Group, kind: str, name: str, places: frozenset[str]) -> bool:
    names = names_borne(kind, name)
    compiled = compile_filter(text)
    if compiled.is_glob:
        # The globs in use (`*.*`) are written for `<namespace>.<name>`.
        names = (*names, *(f"{group.namespace or ''}.{item}" for item in names))
        return any(map(compiled.matches, names))
    if _is_chaos(group) and is_loose(text):
        return any(is_experiment(text, item, places) for item in names)
    if group.kind.lower() in SERVICE_KINDS:
        return _takes_workload(text, kind, name)
    readings = (compiled, compile_filter(at_word_ends(text)))
    return any(reading.matches(item) for reading in readings for item in names)


def _is_chaos(group: Group) -> bool:
    in_place = (group.namespace or "").lower() in CHAOS_NAMESPACES
    return in_place and group.kind.lower() in EXPERIMENT_KINDS | {"schedule"}


def _takes_workload(text: str, kind: str, name: str) -> bool:
    """Say whether a filter takes a name so that its wildcards take nothing but a version and a generated suffix."""
    bounded = compile_filter(at_word_ends(text))
    for base, suffix in _divided(kind, name):

        def matches(other: str, suffix: str = suffix) -> bool:
            return bounded.matches(other + suffix)

        if matches(base) and words_taken(matches, base) is not Taken.SOME:
            return True
    return False


def _divided(kind: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to see a name as that of a workload and a suffix: a version, generated letters, or both."""
    names = names_borne(kind, name)
    base = names[-1]
    suffixes = [item[len(base) :] for item in names]
    if kind in WORKLOAD_KINDS:
        # A filter may spell a pod's suffixes out; the Deployment above that pod has none to show.
        suffixes.append(TYPICAL_POD_SUFFIX)
    yield from ((base, suffix) for suffix in suffixes)
    versioned = _VERSION.fullmatch(base)
    if versioned and kind in WORKLOAD_KINDS:
        yield from ((versioned["workload"], versioned["version"] + suffix) for suffix in suffixes)


def _name_in_id(group: Group) -> str:
    """Give what an id says beyond its kind and number: `ad` of `ad-horizontal-pod-autoscaler-1`."""
    kind = _CAMEL_HUMP.sub("-", group.kind).lower()
    return re.sub(rf"(?:-{re.escape(kind)}s?)?(?:-\d+)?$", "", group.id) or group.id


def stem(group: Group) -> str:
    r"""Give the plain name a group is about: `cart` for `cart-.*`, `cart\b`, `.*cart.*` or the name `cart`."""
    if not group.filters:
        return group.name or group.id
    if compile_filter(group.filters[0]).is_glob:
        return _name_in_id(group)
    text = _ALTERNATIVES.sub(r"\1", group.filters[0]).partition("|")[0]
    inner = compile_filter(text.removeprefix("^").removeprefix(".*"))
    return inner.literal_prefix.strip("-.") or group.id
