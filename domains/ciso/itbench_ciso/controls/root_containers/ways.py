"""5.2.7: containers that run as root."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.exceptions import exempt_namespaces, namespace_ways
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
)

_ROOT = container_context(runAsUser=0)


def _said(pod: JsonObject, *containers: JsonObject) -> Edit:
    """Return the edit after which only these fields say who the pod and its containers run as."""

    def edit(workload: Workload) -> None:
        del workload.context["runAsNonRoot"]
        del workload.context["runAsUser"]
        workload.context.update(pod)
        places = (workload.container, *(workload.second_container() for _ in containers[1:]))
        for container, fields in zip(places, containers, strict=False):
            container["securityContext"].update(fields)

    return edit


def _user(number: int | None) -> JsonObject:
    return {"runAsUser": number}


def _promise(value: object) -> JsonObject:
    return {"runAsNonRoot": value}


def _without_contexts(workload: Workload) -> None:
    del workload.spec["securityContext"]
    del workload.container["securityContext"]


def _without_pod_context(workload: Workload) -> None:
    del workload.spec["securityContext"]
    workload.container["securityContext"].update(_user(1000))


CONTROL = Control(
    number="5.2.7",
    title="Containers must not run as root",
    parameters=exempt_namespaces,
    is_admission=True,
    ways=(
        *every_container("runs as user 0", _ROOT),
        bad("the pod runs as user 0", _said(_user(0)), _said(_user(1))),
        bad("neither pod nor container says anything", _said({}), _said(_user(2000))),
        bad("neither pod nor container has a security context", _without_contexts, _without_pod_context),
        bad("the pod may run as root and no user is given", _said(_promise(False)), _said(_promise(True))),
        bad(
            "the container may run as root and no user is given",
            _said({}, _promise(False)),
            _said({}, _promise(True)),
        ),
        bad(
            "a container withdraws what the pod promises",
            _said(_promise(True), _promise(False)),
            _said(_promise(True), _promise(True)),
        ),
        bad(
            "user 0, although the container promises not to run as root",
            _said({}, _user(0) | _promise(True)),
            _said({}, _user(1) | _promise(True)),
        ),
        bad(
            "the pod's user is 0, although the container promises not to run as root",
            _said(_user(0), _promise(True)),
            _said(_user(1), _promise(True)),
        ),
        bad(
            "the container's user 0 overrules the pod's",
            _said(_user(3000), _user(0)),
            _said(_user(3000), _user(1)),
        ),
        bad(
            "only one of two containers promises not to run as root",
            _said({}, _promise(True), {}),
            _said({}, _promise(True), _promise(True)),
        ),
        bad(
            "only one of two containers gives a user",
            _said({}, _user(2000), {}),
            _said({}, _user(2000), _user(1)),
        ),
        bad("both users are null", _said(_user(None), _user(None)), _said(_user(1000), _user(None))),
        *namespace_ways("that runs as root", in_container(_ROOT)),
        *HARDENED,
        complies("the pod promises it and gives no user", edited(_said(_promise(True)))),
        complies("the pod only gives a user", edited(_said(_user(1)))),
        complies(
            "the container promises what the pod does not", edited(_said(_promise(False), _promise(True)))
        ),
        complies(
            "the containers promise it, each in its way, and the pod does not",
            edited(_said({}, _promise(True), _user(2000))),
        ),
        complies("the container overrules a pod that runs as user 0", edited(_said(_user(0), _user(3000)))),
        complies(
            "the pod's fields are null and the container gives a user",
            edited(_said(_user(None) | _promise(None), _user(1))),
        ),
        complies(
            "the container's fields are null and the pod gives a user",
            edited(_said(_user(1000) | _promise(None), _user(None) | _promise(None))),
        ),
        complies(
            "the container's fields are null and the pod promises it",
            edited(_said(_promise(True), _user(None) | _promise(None))),
        ),
        complies(
            "the container gives a user and makes no promise",
            edited(in_container(container_context(runAsUser=4000, runAsNonRoot=False))),
        ),
        complies("the pod gives a user and makes no promise", edited(pod_context(runAsNonRoot=False))),
        complies("a pod for Windows promises it", edited(Workload.make_for_windows)),
        *foreign_look_alikes(in_container(_ROOT)),
    ),
)
