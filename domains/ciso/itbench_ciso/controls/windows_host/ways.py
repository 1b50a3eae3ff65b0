"""5.2.11: Windows containers that run as processes of their node."""

from collections.abc import Callable

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Control, Way, complies, no_parameters
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    container_context,
    edited,
    every_kind,
    foreign_look_alikes,
    in_container,
    pod_context,
    text_look_alikes,
)


def _options(value: JsonValue) -> JsonObject:
    return {"windowsOptions": {"hostProcess": value, "runAsUserName": "NT AUTHORITY\\Local service"}}


def _container(name: str, pick: Callable[[Workload], JsonObject], kind: str | None = None) -> Way:
    def at(value: bool) -> Edit:
        return lambda workload: container_context(**_options(value))(pick(workload))

    return bad(f"{name} is a process of the node", at(True), at(False), kind)


def _overruled(value: bool) -> Edit:
    """Return the edit that says one thing of the pod and the opposite of its first container."""

    def edit(workload: Workload) -> None:
        pod_context(**_options(value))(workload)
        container_context(**_options(not value))(workload.container)

    return edit


def _neither(workload: Workload) -> None:
    pod_context(**_options(False))(workload)
    container_context(**_options(False))(workload.container)


CONTROL = Control(
    number="5.2.11",
    title="Windows containers must not run as processes of their node",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *every_kind(
            "runs as processes of the node", pod_context(**_options(True)), pod_context(**_options(False))
        ),
        _container("one container", lambda workload: workload.container),
        _container("a container after the first", Workload.second_container),
        _container("an init container", Workload.init_container),
        _container("a sidecar", Workload.sidecar),
        _container("an ephemeral container", Workload.ephemeral_container, "Pod"),
        bad("the pod says yes, its container says no", _overruled(True), _neither),
        bad("the pod says no, its container says yes", _overruled(False), _neither),
        *HARDENED,
        complies("the pod's field is false", edited(pod_context(**_options(False)))),
        complies(
            "the container's field is false", edited(in_container(container_context(**_options(False))))
        ),
        complies("the field is null", edited(pod_context(**_options(None)))),
        complies("the options are empty", edited(in_container(container_context(windowsOptions={})))),
        complies("a pod for Windows says nothing about it", edited(Workload.make_for_windows)),
        *text_look_alikes(
            "hostProcess", "  securityContext:\n    windowsOptions:\n      hostProcess: true\n"
        ),
        *foreign_look_alikes(pod_context(**_options(True))),
    ),
)
