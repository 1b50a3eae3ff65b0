"""5.2.7: containers that run as root."""

from itbench_ciso.controls.control import Control, complies, violates
from itbench_ciso.controls.exceptions import exempt_namespaces, namespace_ways
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
)
from itbench_ciso.controls.workload import Workload

_ROOT = container_context(runAsUser=0)


def _unsaid(workload: Workload) -> None:
    del workload.context["runAsNonRoot"]
    del workload.context["runAsUser"]


def _may_be_root(workload: Workload) -> None:
    _unsaid(workload)
    workload.context["runAsNonRoot"] = False


def _null(workload: Workload) -> None:
    workload.context.update(runAsNonRoot=None, runAsUser=None)
    workload.container["securityContext"]["runAsUser"] = 1


def _promised(workload: Workload) -> None:
    del workload.context["runAsUser"]


def _withdrawn(workload: Workload) -> None:
    _promised(workload)
    workload.container["securityContext"]["runAsNonRoot"] = False


def _numbered(workload: Workload) -> None:
    del workload.context["runAsNonRoot"]


def _containers_promise(workload: Workload) -> None:
    _unsaid(workload)
    workload.second_container()["securityContext"]["runAsUser"] = 2000
    workload.container["securityContext"]["runAsNonRoot"] = True


def _one_promises(workload: Workload) -> None:
    _unsaid(workload)
    workload.container["securityContext"]["runAsNonRoot"] = True
    workload.second_container()


def _containers_overrule(workload: Workload) -> None:
    workload.context["runAsUser"] = 0
    workload.container["securityContext"]["runAsUser"] = 3000


CONTROL = Control(
    number="5.2.7",
    title="Containers must not run as root",
    parameters=exempt_namespaces,
    is_admission=True,
    ways=(
        *every_container("runs as user 0", _ROOT),
        violates("the pod runs as user 0", edited(pod_context(runAsUser=0))),
        violates("neither pod nor container says anything", edited(_unsaid)),
        violates(
            "the pod may run as root and no user is given",
            edited(_may_be_root),
        ),
        violates("a container withdraws what the pod promises", edited(_withdrawn)),
        violates("only one of two containers promises not to run as root", edited(_one_promises)),
        *namespace_ways("runs as root", in_container(_ROOT)),
        *HARDENED,
        complies("the pod promises it and gives no user", edited(_promised)),
        complies("the pod only gives a user", edited(_numbered)),
        complies(
            "the containers promise it, each in its way, and the pod does not", edited(_containers_promise)
        ),
        complies("the container overrules a pod that runs as user 0", edited(_containers_overrule)),
        complies(
            "the pod's fields are null and the container gives a user",
            edited(_null),
        ),
        complies(
            "the container gives a user and makes no promise",
            edited(in_container(container_context(runAsUser=4000, runAsNonRoot=False))),
        ),
        *foreign_look_alikes({"securityContext": {"runAsUser": 0}}),
    ),
)
