"""5.1.2: reading Secrets."""

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Control, complies
from itbench_ciso.controls.manifests.access import bind, role, rule, someone
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.bound import bound_ways, given_to_anyone, known_role_ways
from itbench_ciso.controls.ways.permitted import permitted
from itbench_ciso.controls.ways.rights import Granting, Right, bad_grant, other_verbs

_RIGHT = Right(verbs=("get", "list", "watch", "patch", "deletecollection"), resources=("secrets",))


def _every_resource(scene: Scene) -> JsonObject:
    return rule([scene.random.pick(_RIGHT.verbs)], ["*"])


def _by_role(granting: Granting) -> Change:
    return lambda scene, _given: bind(scene, role(scene, granting(scene)), someone(scene))


def _no_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": []}


def _null_names(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": None}


def _named(scene: Scene) -> JsonObject:
    return rule(_RIGHT.verbs, ["secrets"], names=[scene.name()])


def _writing(_scene: Scene) -> JsonObject:
    return rule(other_verbs(_RIGHT), ["secrets"])


def _other_resources(scene: Scene) -> JsonObject:
    return rule(["get", "list"], scene.random.shuffled(["secrets/status", "*/secrets", "sealedsecrets"]))


CONTROL = Control(
    number="5.1.2",
    title="Secrets are read only by those who are named",
    parameters=permitted,
    ways=(
        *bound_ways(_RIGHT),
        *known_role_ways(("cluster-admin", "admin", "edit"), ("view",)),
        bad_grant("a Role grants reading everything in its namespace", _by_role, _every_resource),
        bad_grant("the list of names is empty", given_to_anyone, _no_names),
        bad_grant("the list of names is null", given_to_anyone, _null_names),
        complies("a rule is for one named Secret", given_to_anyone(_named)),
        complies("Secrets may be written but not read", given_to_anyone(_writing)),
        complies("a rule is about other resources", given_to_anyone(_other_resources)),
    ),
)
