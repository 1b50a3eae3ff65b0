"""5.1.10: reaching the kubelet through the API server."""

from itbench import JsonObject
from itbench_ciso.controls.control import Control, complies, no_parameters
from itbench_ciso.controls.manifests.access import rule
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.rights import Right, bad_grant
from itbench_ciso.controls.ways.written import in_cluster_role, written_ways

_RIGHT = Right(
    verbs=("get", "create", "update", "delete", "patch"),
    resources=("nodes/proxy",),
    is_cluster_wide=True,
    part="*/proxy",
    is_by_any_verb=True,
)


def _named(scene: Scene) -> JsonObject:
    return _RIGHT.granted(scene) | {"resourceNames": ["node-1"]}


def _other_parts(_scene: Scene) -> JsonObject:
    return rule(["get", "list"], ["nodes", "nodes/metrics", "nodes/stats", "nodes/log", "*/status"])


def _other_proxies(_scene: Scene) -> JsonObject:
    return rule(["get", "create"], ["pods/proxy", "services/proxy", "proxy"])


def _url(_scene: Scene) -> JsonObject:
    return {"nonResourceURLs": ["/proxy", "/nodes/proxy"], "verbs": ["get"]}


CONTROL = Control(
    number="5.1.10",
    title="Roles do not reach the proxy of nodes",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *written_ways(_RIGHT),
        bad_grant("the proxy of named nodes", in_cluster_role, _named),
        complies("other parts of nodes", in_cluster_role(_other_parts)),
        complies("proxies of other resources", in_cluster_role(_other_proxies)),
        complies("a URL outside of resources", in_cluster_role(_url)),
    ),
)
