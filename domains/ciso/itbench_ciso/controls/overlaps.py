"""Which controls get in each other's way.

What is changed for one control leaves all others as they were, except for the pairs that stand here.
"""

from collections.abc import Iterable, Iterator, Mapping

_OF_ROLES = ("5.1.2", "5.1.3", "5.1.4", "5.1.8", "5.1.9", "5.1.10", "5.1.11", "5.1.12", "5.1.13")
_UNPLACED = (
    *("5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.5", "5.1.6", "5.1.7", "5.1.8", "5.1.13"),
    *("5.2.1", "5.2.2", "5.2.3", "5.2.4", "5.2.5", "5.2.6", "5.2.7", "5.2.8", "5.2.9", "5.2.10", "5.2.11"),
    *("5.2.12", "5.2.13", "5.3.2", "5.4.1", "5.4.2", "5.5.1", "5.7.1", "5.7.2", "5.7.3"),
)

# By the reason, the controls whose ways change a scene, and those that may then call it a violation.
_REASONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "who can do everything can do this too": {"5.1.1": _OF_ROLES},
    "the built-in group is given full power by another binding than Kubernetes' own": {"5.1.1": ("5.1.7",)},
    "an asterisk grants what is asked for here among everything else": {
        **{number: ("5.1.3",) for number in _OF_ROLES if number != "5.1.3"},
        "5.1.2": ("5.1.3", "5.1.10"),
        "5.1.4": ("5.1.3", "5.1.9", "5.1.10", "5.1.13"),
        "5.1.8": ("5.1.3", "5.1.10"),
        "5.1.9": ("5.1.3", "5.1.4", "5.1.10"),
        "5.1.10": ("5.1.2", "5.1.3", "5.1.4", "5.1.9", "5.1.13"),
        "5.1.13": ("5.1.3", "5.1.4", "5.1.10"),
    },
    "a role that Kubernetes brings is bound, and grants this too": {
        "5.1.2": ("5.1.1", "5.1.9", "5.1.11", "5.1.13"),
        "5.1.7": ("5.1.1", "5.1.2", "5.1.9", "5.1.11", "5.1.13"),
        "5.1.9": ("5.1.1", "5.1.2", "5.1.11", "5.1.13"),
        "5.1.11": ("5.1.1", "5.1.2", "5.1.9", "5.1.13"),
        "5.1.13": ("5.1.1", "5.1.2", "5.1.9", "5.1.11"),
    },
    "the default account of a namespace says that its token is mounted": {"5.1.6": ("5.1.5",)},
    "both look at the same lists of capabilities": {
        "5.2.8": ("5.2.9", "5.2.10"),
        "5.2.9": ("5.2.8", "5.2.10"),
        "5.2.10": ("5.2.8", "5.2.9"),
    },
    "a container or pod without a security context lacks all that is asked of it": {
        "5.2.6": ("5.2.8", "5.2.10", "5.7.3"),
        "5.2.7": ("5.2.6", "5.2.8", "5.2.10", "5.7.2", "5.7.3"),
        "5.7.2": ("5.2.6", "5.2.7", "5.2.8", "5.2.10", "5.7.3"),
        "5.7.3": ("5.2.6", "5.2.8", "5.2.10"),
    },
    "a pod that shares the network of its node takes ports of the node": {
        "5.2.5": ("5.2.13",),
        "5.2.13": ("5.2.5",),
    },
    "a namespace that is not declared lacks all that is asked of namespaces": {
        "5.2.1": ("5.3.2", "5.7.1"),
        "5.3.2": ("5.2.1", "5.7.1"),
        "5.7.1": ("5.2.1", "5.3.2"),
    },
    "an object names no namespace and so lies in `default`": dict.fromkeys(_UNPLACED, ("5.7.4",)),
    "the namespace `default` is used without being declared": {"5.7.4": ("5.2.1", "5.3.2", "5.7.1")},
}


def _pairs(reasons: Mapping[str, Mapping[str, Iterable[str]]]) -> Iterator[tuple[tuple[str, str], str]]:
    for reason, found in reasons.items():
        for first, seconds in found.items():
            yield from (((first, second), reason) for second in seconds)


# By the control whose ways change a scene, and the control that may then call it a violation.
OVERLAPS: Mapping[tuple[str, str], str] = dict(_pairs(_REASONS))


def overlaps(first: str, second: str) -> bool:
    """Tell whether a change for one of two controls may be a violation of the other."""
    return (first, second) in OVERLAPS or (second, first) in OVERLAPS
