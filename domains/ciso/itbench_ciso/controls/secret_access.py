"""5.1.2: reading Secrets."""

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import bind, role, rule, someone
from itbench_ciso.controls.bound_ways import bound_ways, given_to_anyone
from itbench_ciso.controls.control import Control, Parameters, complies, violates
from itbench_ciso.controls.permitted import permitted
from itbench_ciso.controls.rights import Right
from itbench_ciso.controls.scene import Scene

_RIGHT = Right(verbs=("get", "list", "watch"), resources=("secrets",))


def _every_resource(scene: Scene, _given: Parameters) -> None:
    granted = rule([scene.random.pick(_RIGHT.verbs)], ["*"])
    bind(scene, role(scene, granted), someone(scene))


def _no_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": []}


def _named(scene: Scene) -> JsonObject:
    return rule(["get", "watch"], ["secrets"], names=[scene.name()])


def _writing(_scene: Scene) -> JsonObject:
    return rule(["create", "update", "patch", "delete"], ["secrets"])


CONTROL = Control(
    number="5.1.2",
    title="Secrets are read only by those who are named",
    parameters=permitted,
    ways=(
        *bound_ways(_RIGHT),
        violates("a Role grants reading everything in its namespace", _every_resource),
        violates("the list of names is empty", given_to_anyone(_no_names)),
        complies("a rule is for one named Secret", given_to_anyone(_named)),
        complies("Secrets may be written but not read", given_to_anyone(_writing)),
    ),
)
