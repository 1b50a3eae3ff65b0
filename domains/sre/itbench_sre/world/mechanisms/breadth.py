"""What the catalogue stands for: the fault library, the flags, the chaos actions and the tasks that are published."""

from collections.abc import Mapping

from itbench_sre.world.mechanisms.catalogue import CATALOGUE

TASKS: Mapping[int, str] = {
    **dict.fromkeys((*range(1, 10), *range(11, 16)), "feature-flag"),
    **dict.fromkeys((19, 80, 81, 83, 91), "network-partition"),
    16: "address-variable",
    17: "network-delay",
    18: "pod-failure",
    20: "image-missing",
    21: "memory-stress",
    22: "memory-stress",
    23: "image-architecture",
    24: "address-variable",
    25: "cpu-stress",
    26: "http-tamper",
    27: "http-abort",
    29: "jvm-exception",
    31: "network-policy-ingress",
    33: "node-selector",
    34: "server-password",
    35: "jvm-stress",
    37: "autoscaler",
    38: "autoscaler",
    40: "memory-hog",
    102: "resource-quota",
    105: "command-missing",
}
"""Scenario of a public ITBench-AA task -> mechanism."""

UNMODELLED: Mapping[str, str] = {
    "fault 32": "compliance: host network",
    "fault 33": "compliance: a setting of sshd",
    "fault 34": "compliance: an untrusted registry",
    "exhausted-etcd-database-storage": "the control plane is the provider's, and a recording cannot hold the objects that fill its store",
}
"""What of the library no mechanism stands for, and why."""


def mechanisms_for(what: str) -> list[str]:
    """Return the mechanisms that stand for `fault N`, `flag NAME`, `chaos KIND action` or a removed fault's name."""
    return [name for name, mechanism in CATALOGUE.items() if what in mechanism.faults]


def covered() -> dict[str, list[str]]:
    """Return everything that mechanisms stand for, with those that do, in natural order."""
    found = {what for mechanism in CATALOGUE.values() for what in mechanism.faults}
    return {what: mechanisms_for(what) for what in sorted(found, key=_order)}


def _order(what: str) -> tuple[str, int, str]:
    kind, _, rest = what.partition(" ")
    return (kind if rest else "removed", int(rest) if rest.isdigit() else 0, rest or what)
