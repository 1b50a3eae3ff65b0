"""5.2.6: processes that gain more privileges than their parent."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.exceptions import exempt_workload, workload_ways
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    text_look_alikes,
)
from itbench_ciso.controls.workload import Workload


def _forget(container: JsonObject) -> None:
    del container["securityContext"]["allowPrivilegeEscalation"]


def _for_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "windows"}
    _forget(workload.container)


def _selecting_windows(workload: Workload) -> None:
    workload.spec["os"] = {"name": "linux"}
    workload.spec["nodeSelector"] = {"kubernetes.io/os": "windows"}
    _forget(workload.container)


def _told_to_the_pod(workload: Workload) -> None:
    workload.context["allowPrivilegeEscalation"] = False
    _forget(workload.container)


CONTROL = Control(
    number="5.2.6",
    title="Containers must rule out privilege escalation",
    parameters=exempt_workload,
    is_admission=True,
    ways=(
        *every_container("says nothing about escalation", _forget),
        violates("the field is true", edited(in_container(container_context(allowPrivilegeEscalation=True)))),
        violates("the field is null", edited(in_container(container_context(allowPrivilegeEscalation=None)))),
        violates("only the pod's security context has the field", edited(_told_to_the_pod)),
        violates("a pod that is not for Windows selects Windows nodes", edited(_selecting_windows)),
        *workload_ways("says nothing about escalation", in_container(_forget)),
        *HARDENED,
        complies("a pod for Windows says nothing about escalation", edited(_for_windows)),
        complies(
            "the container is also not privileged", edited(in_container(container_context(privileged=False)))
        ),
        *text_look_alikes("allowPrivilegeEscalation", "  containers:\n  - name: main\n"),
        *foreign_look_alikes({}),
    ),
)
