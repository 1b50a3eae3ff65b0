"""5.2.9: capabilities beyond those that a container has anyway."""

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)
from itbench_ciso.controls.raw_packets import capabilities
from itbench_ciso.controls.scene import Scene

_ALLOWABLE = ("NET_BIND_SERVICE", "CHOWN", "SETGID", "SETUID", "FOWNER", "KILL")
_ADMIN = capabilities(drop=["ALL"], add=["SYS_ADMIN"])


def _allowed(random: Randomness) -> Parameters:
    return {"allowed_capabilities": sorted(random.shuffled(_ALLOWABLE)[:2])}


def _adding(*, also: tuple[str, ...] = ()) -> Change:
    """Return the change that adds all allowed capabilities, and others."""

    def change(scene: Scene, parameters: Parameters) -> None:
        capabilities(add=[*parameters["allowed_capabilities"], *also])(scene.workload().container)

    return change


def _everywhere(scene: Scene, parameters: Parameters) -> None:
    workload = scene.workload("Pod")
    added = {"drop": ["ALL"], "add": [scene.random.pick(parameters["allowed_capabilities"])]}
    for container in (workload.init_container(), workload.ephemeral_container(), workload.container):
        container["securityContext"]["capabilities"] = added


def _not_allowed(scene: Scene, parameters: Parameters) -> None:
    others = [name for name in _ALLOWABLE if name not in parameters["allowed_capabilities"]]
    capabilities(drop=["ALL"], add=[scene.random.pick(others)])(scene.workload().container)


def _dropped_too(container: JsonObject) -> None:
    capabilities(drop=["SYS_TIME"], add=["SYS_TIME"])(container)


CONTROL = Control(
    number="5.2.9",
    title="Containers must not add capabilities beyond the allowed ones",
    parameters=_allowed,
    is_admission=True,
    ways=(
        *every_container("adds SYS_ADMIN", _ADMIN),
        violates("a harmless one that is not allowed is added", _not_allowed),
        violates("one more than allowed is added", _adding(also=("NET_ADMIN",))),
        violates("all are added", edited(in_container(capabilities(add=["ALL"])))),
        violates("one is added and dropped", edited(in_container(_dropped_too))),
        *HARDENED,
        complies("the allowed ones are added", _adding()),
        complies("containers of every kind add an allowed one", _everywhere),
        complies("the list of added ones is empty", edited(in_container(capabilities(drop=["ALL"], add=[])))),
        complies(
            "the list of added ones is null", edited(in_container(capabilities(drop=["ALL"], add=None)))
        ),
        complies(
            "dangerous ones are dropped by name",
            edited(in_container(capabilities(drop=["SYS_ADMIN", "ALL"]))),
        ),
        *foreign_look_alikes(
            {"containers": [{"name": "main", "securityContext": {"capabilities": {"add": ["SYS_ADMIN"]}}}]}
        ),
    ),
)
