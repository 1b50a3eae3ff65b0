"""Says whether a chaos experiment is the one that a loose filter means (`.*recommendation`).

Experiments are named by hand, such as `otel-demo-recommendation-cpu-stress`: an application, a target, one fault. So
beside what the filter states, a name may hold the application and the words of one fault, and nothing else: a name
with two targets or two faults is that of no experiment.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

_LOOSE: Final = re.compile(
    r"\^?(?P<before>\.\*-?)?(?P<core>[A-Za-z0-9](?:[\w-]*?\w)?)(?P<after>-?\.\*|\\b)?\$?"
)
_MOST_WORDS: Final = 16
_NEUTRAL: Final = frozenset(
    {"app", "chaos", "demo", "experiment", "fault", "inject", "injection", "mesh", "scenario", "schedule"}
    | {"scheduled", "service", "svc", "test"}
)
# The actions of Chaos Mesh by kind of experiment, and what experiments are called by (chaos-mesh.org/docs).
_ACTIONS: Final = {
    "network": "bandwidth bandwidthlimit corrupt delay duplicate latency loss partition",
    "pod": "failure kill restart",
    "stress": "burn exhaustion hog pressure stress",
    "io": "attroverride delay error failure latency mistake",
    "http": "abort delay error latency patch replace tamper",
    "jvm": "delay exception gc latency return stress",
    "dns": "error random",
    "time": "drift offset skew",
    "kernel": "failure panic",
}
_OBJECTS: Final = {
    "network": "egress ingress net netem network packet packets traffic",
    "pod": "container containers pod pods",
    "stress": "cpu heap mem memory oom",
    "io": "disk file filesystem fs io storage volume",
    "http": "body code get header headers http post put request response status",
    "jvm": "heap java jvm method mysql null value",
    "dns": "dns name",
    "time": "clock time",
    "kernel": "kernel",
}
_FAULTS: Final = {name: frozenset(f"{_ACTIONS[name]} {_OBJECTS[name]}".split()) for name in _ACTIONS}
_ALL_ACTIONS: Final = frozenset(" ".join(_ACTIONS.values()).split())
_FAULT_WORDS: Final = frozenset().union(*_FAULTS.values())


def is_loose(text: str) -> bool:
    """Say whether a filter states a part of a name and leaves the rest open."""
    found = _LOOSE.fullmatch(text)
    return found is not None and ".*" in (found["before"] or "") + (found["after"] or "")


def is_experiment(text: str, name: str, places: frozenset[str]) -> bool:
    """Say whether a loose filter means an experiment of that name, which has no generated suffix.

    `<x>service` also stands for `<x>`: filters still speak of `adservice` where the cluster has `ad`. The namespaces
    in `places` may stand in a name as its application.
    """
    found = _LOOSE.fullmatch(text)
    words = name.split("-")
    if found is None or len(words) > _MOST_WORDS:
        return False
    core = found["core"].split("-")
    neutral = _NEUTRAL | {word for place in places for word in [*place.split("-"), place.replace("-", "")]}
    return any(
        (found["before"] or not before)
        and (found["before"] or found["after"] == ".*" or not after)
        and _is_one_fault([*before, *after], core, neutral)
        for before, after in _around(core, words)
    )


def _around(core: Sequence[str], words: Sequence[str]) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield what stands before and after each place where the words are the core, however they are joined."""
    key = _key(core)
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if _key(words[start:end]) == key:
                yield words[:start], words[end:]


def _key(words: Sequence[str]) -> str:
    joined = "".join(words)
    return joined.removesuffix("service") or joined


def _is_one_fault(others: Sequence[str], core: Sequence[str], neutral: frozenset[str]) -> bool:
    stated = [word for word in core if word in _FAULT_WORDS]
    added = [word for word in others if not (word in neutral or (word.isdigit() and len(word) <= 3))]
    faults = stated + added
    return not added or (
        any(words.issuperset(faults) for words in _FAULTS.values())
        and len(set(faults)) == len(faults)
        and sum(word in _ALL_ACTIONS for word in faults) <= 1
    )
