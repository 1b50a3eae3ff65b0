"""5.7.2: the system calls of containers are filtered."""

from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
)
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import Workload

_PROFILES = ("profiles/strict.json", "profiles/web.json", "profiles/batch.json", "profiles/audit.json")
_DEFAULT = {"type": "RuntimeDefault"}
_UNCONFINED = container_context(seccompProfile={"type": "Unconfined"})


def _parameters(random: Randomness) -> Parameters:
    return {"localhost_profiles": sorted(random.shuffled(_PROFILES)[:2])}


def _unsaid(workload: Workload) -> None:
    del workload.context["seccompProfile"]


def _one_of_two(workload: Workload) -> None:
    _unsaid(workload)
    workload.container["securityContext"]["seccompProfile"] = _DEFAULT
    workload.second_container()


def _init_forgotten(workload: Workload) -> None:
    _unsaid(workload)
    workload.container["securityContext"]["seccompProfile"] = _DEFAULT
    workload.init_container()


def _all_containers(workload: Workload) -> None:
    _unsaid(workload)
    for container in (workload.container, workload.second_container(), workload.init_container()):
        container["securityContext"]["seccompProfile"] = dict(_DEFAULT)


def _overruled(workload: Workload) -> None:
    workload.context["seccompProfile"] = {"type": "Unconfined"}
    workload.container["securityContext"]["seccompProfile"] = dict(_DEFAULT)


def _annotated(workload: Workload) -> None:
    _unsaid(workload)
    key = "seccomp.security.alpha.kubernetes.io/pod"
    workload.metadata["annotations"] = {key: "runtime/default"}


def _null(workload: Workload) -> None:
    container_context(seccompProfile=None)(workload.container)


def _for_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "windows"}
    _unsaid(workload)


def _listed(scene: Scene, parameters: Parameters) -> None:
    profile = scene.random.pick(parameters["localhost_profiles"])
    pod_context(seccompProfile={"type": "Localhost", "localhostProfile": profile})(scene.workload())


def _listed_in_container(scene: Scene, parameters: Parameters) -> None:
    profile = scene.random.pick(parameters["localhost_profiles"])
    edit = container_context(seccompProfile={"type": "Localhost", "localhostProfile": profile})
    edit(scene.workload().container)


def _unlisted(scene: Scene, parameters: Parameters) -> None:
    others = [name for name in _PROFILES if name not in parameters["localhost_profiles"]]
    profile = {"type": "Localhost", "localhostProfile": scene.random.pick(others)}
    pod_context(seccompProfile=profile)(scene.workload())


def _pod_profile(**profile: str) -> Change:
    return edited(pod_context(seccompProfile=profile))


CONTROL = Control(
    number="5.7.2",
    title="The system calls of containers must be filtered by seccomp",
    parameters=_parameters,
    is_admission=True,
    ways=(
        *every_container("is unconfined", _UNCONFINED),
        violates("neither pod nor container has a profile", edited(_unsaid)),
        violates("the pod is unconfined", _pod_profile(type="Unconfined")),
        violates("only one of two containers has a profile", edited(_one_of_two)),
        violates("only the init container has no profile", edited(_init_forgotten)),
        violates("a profile that is not listed", _unlisted),
        violates("a profile of the node without a name", _pod_profile(type="Localhost")),
        violates("only an old annotation names a profile", edited(_annotated)),
        *HARDENED,
        complies("each container has a profile and the pod has none", edited(_all_containers)),
        complies("the container overrules an unconfined pod", edited(_overruled)),
        complies("a listed profile", _listed),
        complies("a container has a listed profile", _listed_in_container),
        complies("the container's profile is null and the pod has one", edited(_null)),
        complies("a pod for Windows has no profile", edited(_for_windows)),
        complies(
            "the container repeats the pod's profile",
            edited(in_container(container_context(seccompProfile=_DEFAULT))),
        ),
        *foreign_look_alikes({"securityContext": {"seccompProfile": {"type": "Unconfined"}}}),
    ),
)
