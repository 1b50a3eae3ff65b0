"""5.2.13: ports of the node."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.control import Control, complies, no_parameters, on_scene, violates
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    ContainerEdit,
    edited,
    every_container,
    in_container,
    text_look_alikes,
)
from itbench_ciso.controls.scene import Scene


def _listening(port: int, protocol: str = "TCP") -> ContainerEdit:
    def edit(container: JsonObject) -> None:
        container["ports"] = [{"containerPort": 9100, "hostPort": port, "protocol": protocol}]

    return edit


def _second_port(container: JsonObject) -> None:
    container["ports"].append({"name": "metrics", "containerPort": 9102, "hostPort": 9102})


def _no_ports(container: JsonObject) -> None:
    del container["ports"]


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
        *every_container("takes a port of the node", _listening(9100)),
        violates("a container takes a UDP port of the node", edited(in_container(_listening(53, "UDP")))),
        violates("only the second port is one of the node", edited(in_container(_second_port))),
        violates("the highest port is taken", edited(in_container(_listening(65535)))),
        *HARDENED,
        complies("the field is 0", edited(in_container(_listening(0)))),
        complies("there are no ports", edited(in_container(_no_ports))),
        complies("a Service has a port on each node", on_scene(_node_port)),
        *text_look_alikes("hostPort", "  containers:\n  - name: main\n    ports:\n    - hostPort: 80\n"),
    ),
)
