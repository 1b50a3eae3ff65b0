"""A right that a control guards, and the rules that grant it."""

from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench_ciso.controls.access import rule
from itbench_ciso.controls.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What nobody, or only who is named, may be given.

    Attributes:
        verbs: each of them grants it.
        resources: each of them grants it.
        group: the API group of the resources.
        is_cluster_wide: whether the resources live in no namespace, so that only what is given cluster-wide counts.
    """

    verbs: tuple[str, ...]
    resources: tuple[str, ...]
    group: str = ""
    is_cluster_wide: bool = False

    def granted(self, scene: Scene) -> JsonObject:
        """Return a rule that grants it by one verb on one resource."""
        random = scene.random
        return rule([random.pick(self.verbs)], [random.pick(self.resources)], self.group)

    def granted_among_others(self, scene: Scene) -> JsonObject:
        """Return a rule that grants it among more verbs, resources and API groups."""
        granted = self.granted(scene)
        more = {"apiGroups": "metrics.k8s.io", "resources": "resourcequotas", "verbs": "get"}
        for field, value in more.items():
            granted[field] = list(dict.fromkeys([value, *granted[field]]))
        return granted

    def granted_elsewhere(self, scene: Scene) -> JsonObject:
        """Return a rule that looks the same but is about another API group."""
        return self.granted(scene) | {"apiGroups": ["estate.meridian.example"]}


def foreign_role(scene: Scene, granted: JsonObject, kind: str) -> JsonObject:
    """Add what looks like a role that has this rule but belongs to another API group."""
    found = scene.custom_object("identity.meridian.example/v1", kind, {})
    del found["spec"]
    found["rules"] = [granted]
    return found
