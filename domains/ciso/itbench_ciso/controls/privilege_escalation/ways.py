"""5.2.6: processes that gain more privileges than their parent."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.exceptions import exempt_workload, workload_ways
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    bad_container,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
    text_look_alikes,
)

_IN_POD = pod_context(allowPrivilegeEscalation=False)


def _forget(container: JsonObject) -> None:
    del container["securityContext"]["allowPrivilegeEscalation"]


def _without_context(container: JsonObject) -> None:
    del container["securityContext"]


def _selecting_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "linux"}
    workload.spec["nodeSelector"] = {"kubernetes.io/os": "windows"}


def _forgetting(edit: Edit) -> Edit:
    def forget(workload: Workload) -> None:
        edit(workload)
        _forget(workload.container)

    return forget


CONTROL = Control(
    number="5.2.6",
    title="Containers must rule out privilege escalation",
    parameters=exempt_workload,
    is_admission=True,
    ways=(
        *every_container("says nothing about escalation", _forget),
        bad_container("the field is true", container_context(allowPrivilegeEscalation=True)),
        bad_container("the field is null", container_context(allowPrivilegeEscalation=None)),
        bad_container("the container has no security context", _without_context),
        bad("only the pod's security context has the field", _forgetting(_IN_POD), _IN_POD),
        bad(
            "a pod that is not for Windows selects Windows nodes",
            _forgetting(_selecting_windows),
            _selecting_windows,
        ),
        *workload_ways("says nothing about escalation", in_container(_forget)),
        *HARDENED,
        complies("a pod for Windows says nothing about escalation", edited(Workload.make_for_windows)),
        complies(
            "the container is also not privileged", edited(in_container(container_context(privileged=False)))
        ),
        *text_look_alikes("allowPrivilegeEscalation", "  containers:\n  - name: main\n"),
        *foreign_look_alikes(in_container(_forget)),
    ),
)
