"""5.2.4: the inter-process communication of the node."""

from itbench_ciso.controls.control import Control, complies, no_parameters
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    edited,
    every_kind,
    foreign_look_alikes,
    pod_edit,
    text_look_alikes,
)

_SHARED = pod_edit(hostIPC=True)


def _shared_memory(workload: Workload) -> None:
    workload.spec["volumes"].append({"name": "shm", "emptyDir": {"medium": "Memory"}})
    workload.container["volumeMounts"].append({"name": "shm", "mountPath": "/dev/shm"})  # noqa: S108 - a path in a container


CONTROL = Control(
    number="5.2.4",
    title="Pods must not share the inter-process communication of their node",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *every_kind("shares the node's communication", _SHARED),
        *HARDENED,
        complies("the field is false", edited(pod_edit(hostIPC=False))),
        complies("the field is null", edited(pod_edit(hostIPC=None))),
        complies("a pod has shared memory of its own", edited(_shared_memory)),
        *text_look_alikes("hostIPC", "  hostIPC: true\n"),
        *foreign_look_alikes(_SHARED),
    ),
)
