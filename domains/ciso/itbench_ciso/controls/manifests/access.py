"""Roles, bindings and subjects, as building blocks of scenes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.manifests.names import OWNER_LABEL, TEAMS

if TYPE_CHECKING:
    from itbench_ciso.controls.manifests.scene import Scene

RBAC_GROUP = "rbac.authorization.k8s.io"
_VERSION = f"{RBAC_GROUP}/v1"
_READING = ("get", "list", "watch")
# Verbs, resources and API group of rules that no control minds.
_HARMLESS = (
    (_READING, ("configmaps",), ""),
    (_READING, ("services", "endpoints"), ""),
    (("get", "list"), ("pods", "pods/log"), ""),
    (("create", "patch"), ("events",), "events.k8s.io"),
    (_READING, ("deployments", "replicasets"), "apps"),
    (("patch",), ("deployments/scale",), "apps"),
    (("get", "update"), ("leases",), "coordination.k8s.io"),
    (_READING, ("ingresses",), "networking.k8s.io"),
    (_READING, ("jobs", "cronjobs"), "batch"),
)
_USERS = (
    "ines@meridian.example",
    "tomas@meridian.example",
    "yuki@meridian.example",
    "amara@meridian.example",
)
_GROUPS = ("developers", "contractors", "data-team", "system:authenticated", "support")


def rule(
    verbs: Sequence[str], resources: Sequence[str], group: str = "", names: Sequence[str] = ()
) -> JsonObject:
    """Return one rule of a role, limited to named objects if there are names."""
    made: JsonObject = {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
    return made | ({"resourceNames": list(names)} if names else {})


def harmless_rule(random: Randomness) -> JsonObject:
    """Return a rule that no control minds."""
    verbs, resources, group = random.pick(_HARMLESS)
    return rule(verbs, resources, group)


def role(
    scene: "Scene", *rules: JsonObject, name: str | None = None, namespace: str | None = None
) -> JsonObject:
    """Add a Role that has these rules among harmless ones."""
    metadata = scene.metadata(name, namespace)
    return scene.add(
        {"apiVersion": _VERSION, "kind": "Role", "metadata": metadata, "rules": _mixed(rules, scene.random)}
    )


def cluster_role(
    scene: "Scene", *rules: JsonObject, name: str | None = None, labels: JsonObject | None = None
) -> JsonObject:
    """Add a ClusterRole that has these rules among harmless ones."""
    metadata = _metadata(scene, name)
    metadata["labels"] |= labels or {}
    rules_mixed = _mixed(rules, scene.random)
    return scene.add(
        {"apiVersion": _VERSION, "kind": "ClusterRole", "metadata": metadata, "rules": rules_mixed}
    )


def aggregated_role(scene: "Scene", selectors: Sequence[JsonObject], *rules: JsonObject) -> JsonObject:
    """Add a ClusterRole that has the rules of every ClusterRole that one of these `matchLabels` selects."""
    found = cluster_role(scene)
    found["rules"] = list(rules)
    found["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": each} for each in selectors]}
    return found


def bind(scene: "Scene", bound: JsonObject, *subjects: JsonObject, name: str | None = None) -> JsonObject:
    """Add a ClusterRoleBinding of a ClusterRole, or a RoleBinding of a Role in its namespace."""
    if bound["kind"] == "Role":
        return bind_in(scene, bound, bound["metadata"]["namespace"], *subjects)
    metadata = _metadata(scene, name)
    return scene.add(
        {
            "apiVersion": _VERSION,
            "kind": "ClusterRoleBinding",
            "metadata": metadata,
            "roleRef": _reference(bound),
            "subjects": list(subjects),
        }
    )


def bind_in(
    scene: "Scene", bound: JsonObject, namespace: str | None, *subjects: JsonObject, name: str | None = None
) -> JsonObject:
    """Add a RoleBinding in a namespace."""
    return scene.add(
        {
            "apiVersion": _VERSION,
            "kind": "RoleBinding",
            "metadata": scene.metadata(name, namespace),
            "roleRef": _reference(bound),
            "subjects": list(subjects),
        }
    )


def known_role(name: str, kind: str = "ClusterRole") -> JsonObject:
    """Return what stands for a role that is bound by name only, such as a built-in one."""
    return {"kind": kind, "metadata": {"name": name}}


def account(namespace: str, name: str) -> JsonObject:
    """Return a service account as a subject."""
    return {"kind": "ServiceAccount", "name": name, "namespace": namespace}


def user(name: str) -> JsonObject:
    """Return a user as a subject."""
    return {"kind": "User", "apiGroup": RBAC_GROUP, "name": name}


def group(name: str) -> JsonObject:
    """Return a group as a subject."""
    return {"kind": "Group", "apiGroup": RBAC_GROUP, "name": name}


def some_account(scene: "Scene") -> JsonObject:
    """Return a service account of the users' namespaces as a subject; no task permits it anything."""
    namespace = scene.random.pick(scene.namespaces)
    return account(namespace, f"{namespace}-runtime")


def some_user(scene: "Scene") -> JsonObject:
    """Return a user that no task permits anything."""
    return user(scene.random.pick(_USERS))


def some_group(scene: "Scene") -> JsonObject:
    """Return a group that no task permits anything."""
    return group(scene.random.pick(_GROUPS))


def someone(scene: "Scene") -> JsonObject:
    """Return a subject of any kind that no task permits anything."""
    return scene.random.pick((some_account, some_user, some_group))(scene)


def harmless_access(scene: "Scene") -> None:
    """Add a Role that no control minds, and its binding."""
    bind(scene, role(scene, harmless_rule(scene.random)), someone(scene))


def _metadata(scene: "Scene", name: str | None) -> JsonObject:
    name = scene.name() if name is None else name
    return {"name": name, "labels": {OWNER_LABEL: scene.random.pick(TEAMS)}}


def _reference(bound: JsonObject) -> JsonObject:
    return {"apiGroup": RBAC_GROUP, "kind": bound["kind"], "name": bound["metadata"]["name"]}


def _mixed(rules: Sequence[JsonObject], random: Randomness) -> list[JsonObject]:
    return random.shuffled([*rules, *(harmless_rule(random) for _ in range(random.below(3)))])
