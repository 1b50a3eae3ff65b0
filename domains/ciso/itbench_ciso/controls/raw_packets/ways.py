"""5.2.8: containers that can send raw packets."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.exceptions import exempt_both, namespace_ways, workload_ways
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    bad,
    bad_container,
    capabilities,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
)

# Neither NET_RAW nor ALL.
_OTHERS = ["MKNOD", "SYS_CHROOT", "NET_ADMIN", "SYS_ADMIN", "CHOWN", "KILL", "SETUID"]
_KEPT = capabilities(drop=_OTHERS)


_NEARLY = [changed(name) for name in ("NET_RAW", "ALL") for _, changed in NEAR]


def _unsaid(container: JsonObject) -> None:
    del container["securityContext"]["capabilities"]


def _selecting_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "linux"}
    workload.spec["nodeSelector"] = {"kubernetes.io/os": "windows"}


def _selecting_windows_unsaid(workload: Workload) -> None:
    _selecting_windows(workload)
    _unsaid(workload.container)


CONTROL = Control(
    number="5.2.8",
    title="Containers must give up the NET_RAW capability",
    parameters=exempt_both,
    is_admission=True,
    ways=(
        *every_container("drops other capabilities only", _KEPT),
        bad_container("a container says nothing about capabilities", _unsaid),
        bad_container("the lists are empty", capabilities(drop=[], add=[])),
        bad_container("the lists are null", capabilities(drop=None, add=None)),
        bad_container("NET_RAW is only added", capabilities(add=["NET_RAW"]), capabilities(drop=["NET_RAW"])),
        bad_container(
            "NET_RAW is added again",
            capabilities(drop=["ALL"], add=["CHOWN", "NET_RAW", "KILL"]),
            capabilities(drop=["ALL"], add=["CHOWN", "SETUID", "KILL"]),
        ),
        bad_container(
            "all are added again",
            capabilities(drop=["NET_RAW"], add=["CHOWN", "ALL", "KILL"]),
            capabilities(drop=["NET_RAW"], add=["CHOWN", "SETUID", "KILL"]),
        ),
        bad_container(
            "`all` is dropped in lower case", capabilities(drop=["all"]), capabilities(drop=["ALL"])
        ),
        *(
            bad_container(
                f"what is dropped has a name that {relation} {name}",
                capabilities(drop=[changed(name)]),
                capabilities(drop=[name]),
            )
            for name in ("NET_RAW", "ALL")
            for relation, changed in NEAR
        ),
        bad(
            "a pod that is not for Windows selects Windows nodes",
            _selecting_windows_unsaid,
            _selecting_windows,
        ),
        *namespace_ways("that keeps NET_RAW", in_container(_KEPT)),
        *workload_ways("keeps NET_RAW", in_container(_KEPT)),
        *HARDENED,
        complies("NET_RAW alone is dropped", edited(in_container(capabilities(drop=["NET_RAW"])))),
        complies(
            "NET_RAW is dropped among others",
            edited(in_container(capabilities(drop=["MKNOD", "NET_RAW", "SYS_CHROOT"]))),
        ),
        complies("others are added", edited(in_container(capabilities(drop=["ALL"], add=_OTHERS)))),
        complies(
            "names of added ones are only nearly NET_RAW and ALL",
            edited(in_container(capabilities(drop=["ALL"], add=_NEARLY))),
        ),
        complies("the list of added ones is empty", edited(in_container(capabilities(drop=["ALL"], add=[])))),
        complies(
            "the list of added ones is null", edited(in_container(capabilities(drop=["ALL"], add=None)))
        ),
        complies("a pod for Windows says nothing about capabilities", edited(Workload.make_for_windows)),
        *foreign_look_alikes(in_container(_KEPT)),
    ),
)
