"""5.7.3: the settings of security contexts that no other control asks for."""

from itbench import JsonObject, JsonValue
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    bad_container,
    container_context,
    edited,
    every_container,
    every_kind,
    foreign_look_alikes,
    in_container,
    pod_context,
)

_FIELD = "readOnlyRootFilesystem"
_NEVER_ALLOWED = "net.core.somaxconn"
_SYSCTLS = ("net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "kernel.shm_rmid_forced")


def _parameters(random: Randomness) -> Parameters:
    return {"allowed_sysctls": sorted(random.shuffled(_SYSCTLS)[:2])}


def _writable(container: JsonObject) -> None:
    del container["securityContext"]["readOnlyRootFilesystem"]


def _groups(pod: JsonObject, *containers: JsonObject) -> Edit:
    """Return the edit after which only these fields say in which groups the containers run."""

    def edit(workload: Workload) -> None:
        del workload.context["runAsGroup"]
        workload.context.update(pod)
        places = (workload.container, *(workload.second_container() for _ in containers[1:]))
        for container, fields in zip(places, containers, strict=False):
            container["securityContext"].update(fields)

    return edit


def _group(number: int | None) -> JsonObject:
    return {"runAsGroup": number}


def _said_by_the_pod(*, is_enough: bool) -> Edit:
    def edit(workload: Workload) -> None:
        workload.context["readOnlyRootFilesystem"] = True
        if not is_enough:
            _writable(workload.container)

    return edit


def _without_context(container: JsonObject) -> None:
    del container["securityContext"]


def _selecting_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "linux"}
    workload.spec["nodeSelector"] = {"kubernetes.io/os": "windows"}


def _selecting_windows_writable(workload: Workload) -> None:
    _selecting_windows(workload)
    _writable(workload.container)


def _sysctls(*names: str) -> Edit:
    return pod_context(sysctls=[{"name": name, "value": "1"} for name in names])


def _allowed(scene: Scene, parameters: Parameters) -> None:
    _sysctls(*parameters["allowed_sysctls"])(scene.workload())


def _two_sysctls(*, are_allowed: bool, is_last: bool = True) -> Change:
    """Return the change that sets an allowed sysctl, and after or before it one more, allowed or not."""

    def change(scene: Scene, parameters: Parameters) -> None:
        workload = scene.workload()
        first, second = parameters["allowed_sysctls"]
        others = [name for name in (*_SYSCTLS, _NEVER_ALLOWED) if name not in (first, second)]
        names = [first, second if are_allowed else scene.random.pick(others)]
        _sysctls(*(names if is_last else names[::-1]))(workload)

    return change


def _longer_sysctl(ending: str) -> Change:
    return lambda scene, given: _sysctls(f"{given['allowed_sysctls'][0]}{ending}")(scene.workload())


def _container(**fields: JsonValue) -> Change:
    return edited(in_container(container_context(**fields)))


def _bad(name: str, bad: JsonObject, fine: JsonObject) -> Way:
    """Return the violating way of a container with these fields of its security context."""
    return bad_container(name, container_context(**bad), container_context(**fine))


CONTROL = Control(
    number="5.7.3",
    title="Security contexts must make root file systems read-only and set groups",
    parameters=_parameters,
    is_admission=True,
    ways=(
        *every_container("may write to its root file system", _writable),
        _bad("the field about the root file system is false", {_FIELD: False}, {_FIELD: True}),
        _bad("the field about the root file system is null", {_FIELD: None}, {_FIELD: True}),
        bad_container("the container has no security context", _without_context),
        bad(
            "only the pod's security context has that field",
            _said_by_the_pod(is_enough=False),
            _said_by_the_pod(is_enough=True),
        ),
        bad("neither pod nor container sets a group", _groups({}, {}), _groups({}, _group(1))),
        bad(
            "only one of two containers has a group",
            _groups({}, _group(5000), {}),
            _groups({}, _group(5000), _group(1)),
        ),
        bad("both groups are null", _groups(_group(None), _group(None)), _groups(_group(None), _group(1))),
        bad("the pod's group is 0", _groups(_group(0)), _groups(_group(1))),
        bad("the container's group is 0, the pod sets none", _groups({}, _group(0)), _groups({}, _group(1))),
        _bad("the container's group is 0", _group(0), _group(1)),
        bad(
            "only further groups are set",
            _groups({"supplementalGroups": [3000], "fsGroup": 2000}),
            _groups({"supplementalGroups": [3000], "fsGroup": 2000, **_group(2000)}),
        ),
        *every_container(
            "has the file system of processes unmasked",
            container_context(procMount="Unmasked"),
            container_context(procMount="Default"),
        ),
        *every_kind("has a kernel setting that is not allowed", _sysctls(_NEVER_ALLOWED), _sysctls()),
        violates(
            "the second of two kernel settings is not allowed",
            _two_sysctls(are_allowed=False),
            _two_sysctls(are_allowed=True),
        ),
        violates(
            "the first of two kernel settings is not allowed",
            _two_sysctls(are_allowed=False, is_last=False),
            _two_sysctls(are_allowed=True, is_last=False),
        ),
        violates(
            "a kernel setting whose name only begins like an allowed one's",
            _longer_sysctl("_2"),
            _longer_sysctl(""),
        ),
        bad(
            "a pod that is not for Windows selects Windows nodes",
            _selecting_windows_writable,
            _selecting_windows,
        ),
        *HARDENED,
        complies(
            "each container sets a group and the pod none", edited(_groups({}, _group(5000), _group(6000)))
        ),
        complies("the container overrules a pod with group 0", edited(_groups(_group(0), _group(5000)))),
        complies("the container's group is null", _container(runAsGroup=None)),
        complies("the file system of processes is masked as usual", _container(procMount="Default")),
        complies("allowed kernel settings", _allowed),
        complies("the file system of processes is not mentioned but by null", _container(procMount=None)),
        complies("there are no kernel settings", edited(_sysctls())),
        complies("the kernel settings are null", edited(pod_context(sysctls=None))),
        complies("a pod for Windows has none of this", edited(Workload.make_for_windows)),
        complies("further groups are set", edited(pod_context(supplementalGroups=[0, 2000], fsGroup=2000))),
        *foreign_look_alikes(in_container(_writable)),
    ),
)
