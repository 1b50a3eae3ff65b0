"""5.2.13: ports of the node."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies, no_parameters, on_scene
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    ContainerEdit,
    Edit,
    bad,
    bad_container,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_edit,
    text_look_alikes,
)


def _listening(port: int | None, protocol: str = "TCP") -> ContainerEdit:
    def edit(container: JsonObject) -> None:
        entry: JsonObject = {"containerPort": 9100, "hostPort": port, "protocol": protocol}
        container["ports"] = [{key: value for key, value in entry.items() if value is not None}]

    return edit


def _second_port(more: JsonObject) -> ContainerEdit:
    return lambda container: container["ports"].append({"name": "metrics", "containerPort": 9102} | more)


def _first_of_two(more: JsonObject) -> ContainerEdit:
    return lambda container: container["ports"].insert(0, {"name": "metrics", "containerPort": 9102} | more)


def _no_ports(container: JsonObject) -> None:
    del container["ports"]


def _null(container: JsonObject) -> None:
    container["ports"] = [{"containerPort": 9100, "hostPort": None}]


def _in_host_network(*, is_shared: bool) -> Edit:
    """Return the edit of a pod that lists a port, and shares the network of its node or not."""

    def edit(workload: Workload) -> None:
        pod_edit(hostNetwork=is_shared)(workload)
        _listening(None)(workload.container)

    return edit


def _init_in_host_network(*, is_shared: bool) -> Edit:
    def edit(workload: Workload) -> None:
        pod_edit(hostNetwork=is_shared)(workload)
        _no_ports(workload.container)
        _listening(None)(workload.init_container())

    return edit


def _silent_in_host_network(workload: Workload) -> None:
    pod_edit(hostNetwork=True)(workload)
    _no_ports(workload.container)


def _node_port(scene: Scene) -> None:
    ports = [{"port": 80, "targetPort": 8080, "nodePort": scene.random.between(30000, 32767)}]
    spec = {"type": "NodePort", "selector": {"app": scene.name()}, "ports": ports}
    scene.add({"apiVersion": "v1", "kind": "Service", "metadata": scene.metadata(), "spec": spec})


CONTROL = Control(
    number="5.2.13",
    title="Containers must not take ports of their node",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *every_container("takes a port of the node", _listening(9100), _listening(None)),
        bad_container(
            "a container takes a UDP port of the node", _listening(53, "UDP"), _listening(None, "UDP")
        ),
        bad_container(
            "only the second port is one of the node", _second_port({"hostPort": 9102}), _second_port({})
        ),
        bad_container(
            "only the first port is one of the node", _first_of_two({"hostPort": 9102}), _first_of_two({})
        ),
        bad_container("the lowest port is taken", _listening(1), _listening(0)),
        bad_container("the highest port is taken", _listening(65535), _listening(0)),
        bad(
            "a pod that shares the network of its node lists a port",
            _in_host_network(is_shared=True),
            _in_host_network(is_shared=False),
        ),
        bad(
            "only an init container of a pod that shares the network of its node lists a port",
            _init_in_host_network(is_shared=True),
            _init_in_host_network(is_shared=False),
        ),
        *HARDENED,
        complies("the field is 0", edited(in_container(_listening(0)))),
        complies("the field is null", edited(in_container(_null))),
        complies("there are no ports", edited(in_container(_no_ports))),
        complies("a pod that shares the network of its node lists no ports", edited(_silent_in_host_network)),
        complies("a Service has a port on each node", on_scene(_node_port)),
        *text_look_alikes("hostPort", "  containers:\n  - name: main\n    ports:\n    - hostPort: 80\n"),
        *foreign_look_alikes(in_container(_listening(9100))),
    ),
)
