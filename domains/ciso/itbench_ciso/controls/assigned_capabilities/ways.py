"""5.2.10: containers that have any capability at all."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.exceptions import exempt_namespaces, namespace_ways
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

_SOME = capabilities(drop=["NET_RAW", "MKNOD"])


def _unsaid(container: JsonObject) -> None:
    del container["securityContext"]["capabilities"]


def _selecting_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "linux"}
    workload.spec["nodeSelector"] = {"kubernetes.io/os": "windows"}


def _selecting_windows_unsaid(workload: Workload) -> None:
    _selecting_windows(workload)
    _unsaid(workload.container)


CONTROL = Control(
    number="5.2.10",
    title="Containers must have no capabilities",
    parameters=exempt_namespaces,
    is_admission=True,
    ways=(
        *every_container("drops some capabilities only", _SOME),
        bad_container("a container says nothing about capabilities", _unsaid),
        bad_container("the lists are empty", capabilities(drop=[], add=[])),
        bad_container("the list of dropped ones is null", capabilities(drop=None)),
        bad_container("`all` is dropped in lower case", capabilities(drop=["all"])),
        *(
            bad_container(
                f"what is dropped has a name that {relation} ALL", capabilities(drop=[changed("ALL")])
            )
            for relation, changed in NEAR
        ),
        bad_container(
            "one is added after all are dropped",
            capabilities(drop=["ALL"], add=["CHOWN"]),
            capabilities(drop=["ALL"], add=[]),
        ),
        bad_container(
            "two are added after all are dropped",
            capabilities(drop=["NET_RAW", "ALL"], add=["CHOWN", "KILL"]),
            capabilities(drop=["NET_RAW", "ALL"], add=[]),
        ),
        bad(
            "a pod that is not for Windows selects Windows nodes",
            _selecting_windows_unsaid,
            _selecting_windows,
        ),
        *namespace_ways("that keeps capabilities", in_container(_SOME)),
        *HARDENED,
        complies(
            "ALL is one of several that are dropped",
            edited(in_container(capabilities(drop=["NET_RAW", "ALL", "KILL"]))),
        ),
        complies("the list of added ones is empty", edited(in_container(capabilities(drop=["ALL"], add=[])))),
        complies(
            "the list of added ones is null", edited(in_container(capabilities(drop=["ALL"], add=None)))
        ),
        complies("a pod for Windows says nothing about capabilities", edited(Workload.make_for_windows)),
        *foreign_look_alikes(in_container(_SOME)),
    ),
)
