"""5.7.3: the settings of security contexts that no other control asks for."""

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    Edit,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
)
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import Workload

_SYSCTLS = ("net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies", "kernel.shm_rmid_forced")


def _parameters(random: Randomness) -> Parameters:
    return {"allowed_sysctls": sorted(random.shuffled(_SYSCTLS)[:2])}


def _writable(container: JsonObject) -> None:
    del container["securityContext"]["readOnlyRootFilesystem"]


def _no_group(workload: Workload) -> None:
    del workload.context["runAsGroup"]


def _without_context(workload: Workload) -> None:
    _no_group(workload)
    workload.container["securityContext"]["runAsGroup"] = 5000
    workload.second_container()["securityContext"]["runAsGroup"] = 6000


def _one_group(workload: Workload) -> None:
    _no_group(workload)
    workload.container["securityContext"]["runAsGroup"] = 5000
    workload.second_container()


def _overruled(workload: Workload) -> None:
    workload.context["runAsGroup"] = 0
    workload.container["securityContext"]["runAsGroup"] = 5000


def _said_by_the_pod(workload: Workload) -> None:
    workload.context["readOnlyRootFilesystem"] = True
    _writable(workload.container)


def _sysctls(*names: str) -> Edit:
    return pod_context(sysctls=[{"name": name, "value": "1"} for name in names])


def _allowed(scene: Scene, parameters: Parameters) -> None:
    _sysctls(*parameters["allowed_sysctls"])(scene.workload())


def _one_of_two(scene: Scene, parameters: Parameters) -> None:
    others = [name for name in (*_SYSCTLS, "net.core.somaxconn") if name not in parameters["allowed_sysctls"]]
    _sysctls(parameters["allowed_sysctls"][0], scene.random.pick(others))(scene.workload())


def _container(**fields: JsonValue) -> Change:
    return edited(in_container(container_context(**fields)))


CONTROL = Control(
    number="5.7.3",
    title="Security contexts must make root file systems read-only and set groups",
    parameters=_parameters,
    is_admission=True,
    ways=(
        *every_container("may write to its root file system", _writable),
        violates("the field about the root file system is false", _container(readOnlyRootFilesystem=False)),
        violates("only the pod's security context has that field", edited(_said_by_the_pod)),
        violates("neither pod nor container sets a group", edited(_no_group)),
        violates("only one of two containers has a group", edited(_one_group)),
        violates("the container's group is 0", _container(runAsGroup=0)),
        violates("the file system of processes is unmasked", _container(procMount="Unmasked")),
        violates("one of two kernel settings is not allowed", _one_of_two),
        *HARDENED,
        complies("each container sets a group and the pod none", edited(_without_context)),
        complies("the container overrules a pod with group 0", edited(_overruled)),
        complies("the container's group is null", _container(runAsGroup=None)),
        complies("the file system of processes is masked as usual", _container(procMount="Default")),
        complies("allowed kernel settings", _allowed),
        complies("there are no kernel settings", edited(_sysctls())),
        complies("further groups are set", edited(pod_context(supplementalGroups=[0, 2000], fsGroup=2000))),
        *foreign_look_alikes({}),
    ),
)
