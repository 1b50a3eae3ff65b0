"""5.2.10: containers that have any capability at all."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.exceptions import exempt_namespaces, namespace_ways
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)
from itbench_ciso.controls.raw_packets import capabilities
from itbench_ciso.controls.workload import Workload

_SOME = capabilities(drop=["NET_RAW", "MKNOD"])


def _unsaid(container: JsonObject) -> None:
    del container["securityContext"]["capabilities"]


def _for_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "windows"}
    _unsaid(workload.container)


CONTROL = Control(
    number="5.2.10",
    title="Containers must have no capabilities",
    parameters=exempt_namespaces,
    is_admission=True,
    ways=(
        *every_container("drops some capabilities only", _SOME),
        violates("a container says nothing about capabilities", edited(in_container(_unsaid))),
        violates("the lists are empty", edited(in_container(capabilities(drop=[], add=[])))),
        violates("the list of dropped ones is null", edited(in_container(capabilities(drop=None)))),
        violates(
            "one is added after all are dropped",
            edited(in_container(capabilities(drop=["ALL"], add=["CHOWN"]))),
        ),
        *namespace_ways("keeps capabilities", in_container(_SOME)),
        *HARDENED,
        complies(
            "ALL is one of several that are dropped",
            edited(in_container(capabilities(drop=["NET_RAW", "ALL"]))),
        ),
        complies("the list of added ones is empty", edited(in_container(capabilities(drop=["ALL"], add=[])))),
        complies(
            "the list of added ones is null", edited(in_container(capabilities(drop=["ALL"], add=None)))
        ),
        complies("a pod for Windows says nothing about capabilities", edited(_for_windows)),
        *foreign_look_alikes({}),
    ),
)
