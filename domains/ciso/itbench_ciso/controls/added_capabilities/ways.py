"""5.2.9: capabilities beyond those that a container has anyway."""

from collections.abc import Callable

from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.exceptions import ORDINALS
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    bad_container,
    capabilities,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)

_ALLOWABLE = ("NET_BIND_SERVICE", "CHOWN", "SETGID", "SETUID", "FOWNER", "KILL")
_ADMIN = capabilities(drop=["ALL"], add=["SYS_ADMIN"])
_DROPPING = capabilities(drop=["ALL"])


def _allowed(random: Randomness) -> Parameters:
    return {"allowed_capabilities": sorted(random.shuffled(_ALLOWABLE)[:2])}


def _adding(*, before: tuple[str, ...] = (), also: tuple[str, ...] = ()) -> Change:
    """Return the change that adds all allowed capabilities, and others before or after them."""

    def change(scene: Scene, parameters: Parameters) -> None:
        capabilities(add=[*before, *parameters["allowed_capabilities"], *also])(scene.workload().container)

    return change


def _lower_case(*, is_lower: bool) -> Change:
    """Return the change that adds an allowed capability, spelled in lower case or as it should be."""

    def change(scene: Scene, parameters: Parameters) -> None:
        name = scene.random.pick(parameters["allowed_capabilities"])
        capabilities(drop=["ALL"], add=[name.lower() if is_lower else name])(scene.workload().container)

    return change


def _near(changed: Callable[[str], str]) -> Change:
    """Return the change that adds a capability whose name is made of an allowed one's."""

    def change(scene: Scene, parameters: Parameters) -> None:
        name = changed(scene.random.pick(parameters["allowed_capabilities"]))
        capabilities(drop=["ALL"], add=[name])(scene.workload().container)

    return change


def _everywhere(scene: Scene, parameters: Parameters) -> None:
    workload = scene.workload("Pod")
    added = {"drop": ["ALL"], "add": [scene.random.pick(parameters["allowed_capabilities"])]}
    for container in (workload.init_container(), workload.ephemeral_container(), workload.container):
        container["securityContext"]["capabilities"] = added


def _harmless(place: int, *, is_allowed: bool) -> Change:
    """Return the change that adds a capability without danger, one of the allowed ones or another in its place."""

    def change(scene: Scene, parameters: Parameters) -> None:
        allowed = parameters["allowed_capabilities"]
        names = [name for name in _ALLOWABLE if (name in allowed) is is_allowed]
        capabilities(drop=["ALL"], add=[names[place % len(names)]])(scene.workload().container)

    return change


CONTROL = Control(
    number="5.2.9",
    title="Containers must not add capabilities beyond the allowed ones",
    parameters=_allowed,
    is_admission=True,
    ways=(
        *every_container("adds SYS_ADMIN", _ADMIN, _DROPPING),
        *(
            violates(
                f"the {ordinal} harmless one that is not allowed is added",
                _harmless(place, is_allowed=False),
                _harmless(place, is_allowed=True),
            )
            for place, ordinal in enumerate(ORDINALS[: len(_ALLOWABLE) - 2])
        ),
        *(
            bad_container(f"{name} is added", capabilities(drop=["ALL"], add=[name]), _DROPPING)
            for name in ("NET_RAW", "NET_ADMIN")
        ),
        *(
            violates(f"one is added whose name {relation} an allowed one's", _near(changed), _near(str))
            for relation, changed in NEAR
        ),
        violates("one more than allowed is added after them", _adding(also=("NET_ADMIN",)), _adding()),
        violates("one more than allowed is added before them", _adding(before=("NET_ADMIN",)), _adding()),
        violates(
            "an allowed one is added in lower case", _lower_case(is_lower=True), _lower_case(is_lower=False)
        ),
        bad_container("all are added", capabilities(add=["ALL"]), capabilities(add=[])),
        bad_container(
            "one is added and dropped",
            capabilities(drop=["SYS_TIME"], add=["SYS_TIME"]),
            capabilities(drop=["SYS_TIME"], add=[]),
        ),
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
        *foreign_look_alikes(in_container(_ADMIN)),
    ),
)
