"""5.2.3: the processes of the node."""

from itbench_ciso.controls.control import Control, complies, no_parameters
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    edited,
    every_kind,
    foreign_look_alikes,
    pod_edit,
    text_look_alikes,
)

_SHARED = pod_edit(hostPID=True)

CONTROL = Control(
    number="5.2.3",
    title="Pods must not see the processes of their node",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *every_kind("sees the node's processes", _SHARED),
        *HARDENED,
        complies("the field is false", edited(pod_edit(hostPID=False))),
        complies("the field is null", edited(pod_edit(hostPID=None))),
        complies("the containers of a pod see each other's", edited(pod_edit(shareProcessNamespace=True))),
        *text_look_alikes("hostPID", "  hostPID: true\n"),
        *foreign_look_alikes(_SHARED),
    ),
)
