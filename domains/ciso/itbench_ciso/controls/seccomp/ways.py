"""5.7.2: the system calls of containers are filtered."""

from collections.abc import Callable

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
)

_PROFILES = ("profiles/strict.json", "profiles/web.json", "profiles/batch.json", "profiles/audit.json")
_DEFAULT = {"type": "RuntimeDefault"}
_UNCONFINED: JsonObject = {"type": "Unconfined"}
_UNFILTERED = container_context(seccompProfile=_UNCONFINED)


def _parameters(random: Randomness) -> Parameters:
    return {"localhost_profiles": sorted(random.shuffled(_PROFILES)[:2])}


def _unsaid(workload: Workload) -> None:
    del workload.context["seccompProfile"]


def _without_contexts(workload: Workload) -> None:
    del workload.spec["securityContext"]
    del workload.container["securityContext"]


def _without_pod_context(workload: Workload) -> None:
    del workload.spec["securityContext"]
    container_context(seccompProfile=dict(_DEFAULT))(workload.container)


def _two(pick: Callable[[Workload], JsonObject], *, both: bool) -> Edit:
    """Return the edit of a pod without a profile, whose first container has one and another one perhaps."""

    def edit(workload: Workload) -> None:
        _unsaid(workload)
        container_context(seccompProfile=dict(_DEFAULT))(workload.container)
        other = pick(workload)
        if both:
            container_context(seccompProfile=dict(_DEFAULT))(other)

    return edit


def _one_of_two(name: str, pick: Callable[[Workload], JsonObject]) -> Way:
    return bad(name, _two(pick, both=False), _two(pick, both=True))


def _all_containers(workload: Workload) -> None:
    _two(Workload.second_container, both=True)(workload)
    container_context(seccompProfile=dict(_DEFAULT))(workload.init_container())


def _overruled(workload: Workload) -> None:
    workload.context["seccompProfile"] = dict(_UNCONFINED)
    workload.container["securityContext"]["seccompProfile"] = dict(_DEFAULT)


def _noted(workload: Workload) -> None:
    key = "seccomp.security.alpha.kubernetes.io/pod"
    workload.metadata["annotations"] = {key: "runtime/default"}


def _annotated(workload: Workload) -> None:
    _noted(workload)
    _unsaid(workload)


def _null(workload: Workload) -> None:
    container_context(seccompProfile=None)(workload.container)


def _selecting_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "linux"}
    workload.spec["nodeSelector"] = {"kubernetes.io/os": "windows"}


def _selecting_windows_unsaid(workload: Workload) -> None:
    _selecting_windows(workload)
    _unsaid(workload)


def _local(profile: str) -> JsonObject:
    return {"type": "Localhost", "localhostProfile": profile}


def _listed(scene: Scene, parameters: Parameters) -> None:
    for profile in parameters["localhost_profiles"]:
        pod_context(seccompProfile=_local(profile))(scene.workload())


def _listed_in_container(scene: Scene, parameters: Parameters) -> None:
    for profile in parameters["localhost_profiles"]:
        container_context(seccompProfile=_local(profile))(scene.workload().container)


def _profiled(*, is_listed: bool, ending: str = "", in_pod: bool = True) -> Change:
    """Return the change that gives a pod or its container a profile of the node, listed or not."""

    def change(scene: Scene, parameters: Parameters) -> None:
        listed = parameters["localhost_profiles"]
        names = [name for name in _PROFILES if (name in listed) is is_listed]
        profile = _local(f"{scene.random.pick(names)}{ending}")
        workload = scene.workload()
        if in_pod:
            pod_context(seccompProfile=profile)(workload)
        else:
            container_context(seccompProfile=profile)(workload.container)

    return change


def _named_default(*, is_listed: bool) -> Change:
    """Return the change whose profile names a listed file but is not of the node, or is."""

    def change(scene: Scene, parameters: Parameters) -> None:
        profile = _local(parameters["localhost_profiles"][0])
        if not is_listed:
            profile["type"] = "Unconfined"
        pod_context(seccompProfile=profile)(scene.workload())

    return change


def _pod_profile(**profile: str) -> Edit:
    return pod_context(seccompProfile=dict(profile))


CONTROL = Control(
    number="5.7.2",
    title="The system calls of containers must be filtered by seccomp",
    parameters=_parameters,
    is_admission=True,
    ways=(
        *every_container("is unconfined", _UNFILTERED, container_context(seccompProfile=_DEFAULT)),
        bad("neither pod nor container has a profile", _unsaid),
        bad("neither pod nor container has a security context", _without_contexts, _without_pod_context),
        bad("the pod is unconfined", _pod_profile(type="Unconfined"), _pod_profile(type="RuntimeDefault")),
        bad("the type is misspelt", _pod_profile(type="runtimeDefault"), _pod_profile(type="RuntimeDefault")),
        _one_of_two("only one of two containers has a profile", Workload.second_container),
        _one_of_two("only the init container has no profile", Workload.init_container),
        violates("a profile that is not listed", _profiled(is_listed=False), _profiled(is_listed=True)),
        violates(
            "a container has a profile that is not listed",
            _profiled(is_listed=False, in_pod=False),
            _profiled(is_listed=True, in_pod=False),
        ),
        violates(
            "a profile whose name only begins like a listed one's",
            _profiled(is_listed=True, ending=".old"),
            _profiled(is_listed=True),
        ),
        violates(
            "an unconfined pod names a listed profile",
            _named_default(is_listed=False),
            _named_default(is_listed=True),
        ),
        bad(
            "a profile of the node without a name",
            _pod_profile(type="Localhost"),
            _pod_profile(type="RuntimeDefault"),
        ),
        bad("only an old annotation names a profile", _annotated, _noted),
        bad(
            "a pod that is not for Windows selects Windows nodes",
            _selecting_windows_unsaid,
            _selecting_windows,
        ),
        *HARDENED,
        complies("each container has a profile and the pod has none", edited(_all_containers)),
        complies("the container overrules an unconfined pod", edited(_overruled)),
        complies("listed profiles", _listed),
        complies("containers have listed profiles", _listed_in_container),
        complies("the container's profile is null and the pod has one", edited(_null)),
        complies("a pod for Windows has no profile", edited(Workload.make_for_windows)),
        complies(
            "the container repeats the pod's profile",
            edited(in_container(container_context(seccompProfile=_DEFAULT))),
        ),
        *foreign_look_alikes(in_container(_UNFILTERED)),
    ),
)
