"""5.2.8: containers that can send raw packets."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.exceptions import exempt_both, namespace_ways, workload_ways
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    ContainerEdit,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)
from itbench_ciso.controls.workload import Workload


def capabilities(**lists: list[str] | None) -> ContainerEdit:
    """Return the edit that gives a container exactly these lists of capabilities."""

    def edit(container: JsonObject) -> None:
        container["securityContext"]["capabilities"] = lists

    return edit


_KEPT = capabilities(drop=["MKNOD", "SYS_CHROOT"])


def _unsaid(container: JsonObject) -> None:
    del container["securityContext"]["capabilities"]


def _for_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "windows"}
    _unsaid(workload.container)


CONTROL = Control(
    number="5.2.8",
    title="Containers must give up the NET_RAW capability",
    parameters=exempt_both,
    is_admission=True,
    ways=(
        *every_container("drops other capabilities only", _KEPT),
        violates("a container says nothing about capabilities", edited(in_container(_unsaid))),
        violates("NET_RAW is added again", edited(in_container(capabilities(drop=["ALL"], add=["NET_RAW"])))),
        violates("all are added again", edited(in_container(capabilities(drop=["NET_RAW"], add=["ALL"])))),
        *namespace_ways("keeps NET_RAW", in_container(_KEPT)),
        *workload_ways("keeps NET_RAW", in_container(_KEPT)),
        *HARDENED,
        complies("NET_RAW alone is dropped", edited(in_container(capabilities(drop=["NET_RAW"])))),
        complies(
            "NET_RAW is dropped among others", edited(in_container(capabilities(drop=["MKNOD", "NET_RAW"])))
        ),
        complies("another one is added", edited(in_container(capabilities(drop=["ALL"], add=["CHOWN"])))),
        complies(
            "the list of added ones is null", edited(in_container(capabilities(drop=["ALL"], add=None)))
        ),
        complies("a pod for Windows says nothing about capabilities", edited(_for_windows)),
        *foreign_look_alikes({}),
    ),
)
