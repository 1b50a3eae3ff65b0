"""5.2.5: the network of the node."""

from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.ways.exceptions import exempt_both, namespace_ways, workload_ways
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    edited,
    every_kind,
    foreign_look_alikes,
    pod_edit,
    text_look_alikes,
)

_SHARED = pod_edit(hostNetwork=True)

CONTROL = Control(
    number="5.2.5",
    title="Pods must not share the network of their node",
    parameters=exempt_both,
    is_admission=True,
    ways=(
        *every_kind("shares the network", _SHARED),
        *namespace_ways("that shares the network", _SHARED),
        *workload_ways("shares the network", _SHARED),
        *HARDENED,
        complies("the field is false", edited(pod_edit(hostNetwork=False))),
        complies("the field is null", edited(pod_edit(hostNetwork=None))),
        complies("other fields about hosts are set", edited(pod_edit(hostname="worker", hostUsers=False))),
        *text_look_alikes("hostNetwork", "  hostNetwork: true\n"),
        *foreign_look_alikes(_SHARED),
    ),
)
