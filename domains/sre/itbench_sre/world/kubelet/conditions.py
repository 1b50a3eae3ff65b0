"""The conditions of a node as its kubelet writes them."""

from collections.abc import Mapping, Sequence

from itbench_sre.world.store.refs import JsonObject

# type -> (is bad) -> (status, reason, message, reason of the event), in the order in which the API lists them
_WORDS: Mapping[str, Mapping[bool, tuple[str, str, str, str]]] = {
    "MemoryPressure": {
        False: (
            "False",
            "KubeletHasSufficientMemory",
            "kubelet has sufficient memory available",
            "NodeHasSufficientMemory",
        ),
        True: (
            "True",
            "KubeletHasInsufficientMemory",
            "kubelet has insufficient memory available",
            "NodeHasInsufficientMemory",
        ),
    },
    "DiskPressure": {
        False: ("False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure", "NodeHasNoDiskPressure"),
        True: ("True", "KubeletHasDiskPressure", "kubelet has disk pressure", "NodeHasDiskPressure"),
    },
    "PIDPressure": {
        False: (
            "False",
            "KubeletHasSufficientPID",
            "kubelet has sufficient PID available",
            "NodeHasSufficientPID",
        ),
        True: (
            "True",
            "KubeletHasInsufficientPID",
            "kubelet has insufficient PID available",
            "NodeHasInsufficientPID",
        ),
    },
    "Ready": {
        False: ("True", "KubeletReady", "kubelet is posting ready status", "NodeReady"),
        True: ("False", "KubeletNotReady", "container runtime is down", "NodeNotReady"),
    },
}


def node_conditions(old: Sequence[JsonObject], bad: Mapping[str, bool], now: str) -> list[JsonObject]:
    """Return a node's conditions as of `now`; those of others stay."""
    before = {each["type"]: each for each in old}
    made = []
    for type_, words in _WORDS.items():
        status, reason, message, _ = words[bad.get(type_, False)]
        known = before.get(type_)
        moved = known["lastTransitionTime"] if known is not None and known["status"] == status else now
        made.append(
            {
                "lastHeartbeatTime": now,
                "lastTransitionTime": moved,
                "message": message,
                "reason": reason,
                "status": status,
                "type": type_,
            }
        )
    return [*(each for each in old if each["type"] not in _WORDS), *made]


def turned(old: Sequence[JsonObject], new: Sequence[JsonObject]) -> list[str]:
    """Return the reasons of the events that tell which conditions have changed."""
    before = {each["type"]: each["status"] for each in old}
    return [
        words[each["status"] == words[True][0]][3]
        for each in new
        if (words := _WORDS.get(each["type"])) is not None and before.get(each["type"]) != each["status"]
    ]
