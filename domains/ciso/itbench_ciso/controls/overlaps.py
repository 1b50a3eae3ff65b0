"""Which controls get in each other's way.

What is changed for one control leaves all others as they were, except for the pairs that stand here.
"""

from collections.abc import Mapping

_CAPABILITIES = "both look at the same lists of capabilities"
_NOT_DECLARED = "a namespace that is not declared lacks all that is asked of namespaces"
_IN_DEFAULT = "the namespace `default` is used without being declared"

_FULL_POWER = "who can do everything can do this too"
_ASTERISKS = "an asterisk grants what is asked for here among everything else"
_MASTERS = "the built-in group is given full power by another binding than Kubernetes' own"
_OF_ROLES = ("5.1.2", "5.1.3", "5.1.4", "5.1.8", "5.1.9", "5.1.10", "5.1.11", "5.1.12", "5.1.13")

# By the control whose ways change a scene, and the control that may then call it a violation.
OVERLAPS: Mapping[tuple[str, str], str] = {
    **{("5.1.1", number): _FULL_POWER for number in _OF_ROLES},
    ("5.1.1", "5.1.7"): _MASTERS,
    **{(number, "5.1.3"): _ASTERISKS for number in _OF_ROLES if number != "5.1.3"},
    ("5.2.1", "5.3.2"): _NOT_DECLARED,
    ("5.2.1", "5.7.1"): _NOT_DECLARED,
    ("5.2.8", "5.2.9"): _CAPABILITIES,
    ("5.2.8", "5.2.10"): _CAPABILITIES,
    ("5.2.9", "5.2.8"): _CAPABILITIES,
    ("5.2.9", "5.2.10"): _CAPABILITIES,
    ("5.2.10", "5.2.8"): _CAPABILITIES,
    ("5.2.10", "5.2.9"): _CAPABILITIES,
    ("5.7.1", "5.2.1"): _NOT_DECLARED,
    ("5.7.1", "5.3.2"): _NOT_DECLARED,
    ("5.7.4", "5.2.1"): _IN_DEFAULT,
    ("5.7.4", "5.3.2"): _IN_DEFAULT,
    ("5.7.4", "5.7.1"): _IN_DEFAULT,
}


def overlaps(first: str, second: str) -> bool:
    """Tell whether a change for one of two controls may be a violation of the other."""
    return (first, second) in OVERLAPS or (second, first) in OVERLAPS
