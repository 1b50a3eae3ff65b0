"""A right that a control guards, and the rules that grant it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Way, violates
from itbench_ciso.controls.manifests.access import RBAC_GROUP, rule
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene

Granting: TypeAlias = Callable[[Scene], JsonObject]
Given: TypeAlias = Callable[[Granting], Change]

_HARMLESS = ("configmaps", "services", "endpoints", "limitranges", "resourcequotas", "events")
_VERBS = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    *("bind", "escalate", "impersonate", "approve", "sign", "use"),
)
_HARMLESS_PART = "pods/log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What nobody, or only who is named, may be given.

    Attributes:
        verbs: each of them grants it.
        resources: each of them grants it.
        group: the API group of the resources.
        is_cluster_wide: whether the resources live in no namespace, so that only what is given cluster-wide counts.
        part: an entry that covers the resources because they are subresources, such as `*/proxy`.
        is_by_any_verb: whether verbs other than those listed grant it too.
    """

    verbs: tuple[str, ...]
    resources: tuple[str, ...]
    group: str = ""
    is_cluster_wide: bool = False
    part: str = ""
    is_by_any_verb: bool = False

    def granted(self, scene: Scene) -> JsonObject:
        """Return a rule that grants it by one verb on one resource."""
        random = scene.random
        return rule([random.pick(self.verbs)], [random.pick(self.resources)], self.group)

    def granted_among_others(self, scene: Scene) -> JsonObject:
        """Return a rule that grants it among more verbs, resources and API groups."""
        granted = self.granted(scene)
        before = {"apiGroups": "metrics.k8s.io", "resources": "resourcequotas", "verbs": "get"}
        after = {"apiGroups": "events.k8s.io", "resources": "events", "verbs": "list"}
        for field, value in before.items():
            granted[field] = list(dict.fromkeys([value, *granted[field], after[field]]))
        return granted

    def granted_elsewhere(self, scene: Scene) -> JsonObject:
        """Return a rule that looks the same but is about another API group."""
        return self.granted(scene) | {"apiGroups": ["estate.meridian.example"]}

    def torn(self, scene: Scene) -> list[JsonObject]:
        """Return rules that only together have the verb, the resource and the API group."""
        granted = self.granted(scene)
        without = [{"resources": ["configmaps"]}, {"apiGroups": ["estate.meridian.example"]}]
        if not self.is_by_any_verb:
            without.append({"verbs": ["proxy"]})
        return [granted | each for each in without]

    def nearly(self, scene: Scene) -> list[JsonObject]:
        """Return rules in which a verb, a resource or the API group is nearly the one that grants it."""
        rules = []
        for _, changed in NEAR:
            for field, names in (
                ("verbs", self.verbs),
                ("resources", self.resources),
                ("apiGroups", (self.group,)),
            ):
                if field != "verbs" or not self.is_by_any_verb:
                    found = self.granted(scene)
                    rules.append(found | {field: [changed(name) for name in names if name] or ["core"]})
        return rules

    def grants(self) -> list[tuple[str, Granting]]:
        """Return every way in which one rule can grant it, with what it does."""
        return [
            *((f"grants `{verb}`", self._by(verb=verb)) for verb in self.verbs),
            *((f"is about `{resource}`", self._by(resource=resource)) for resource in self.resources),
            *([(f"is about `{self.part}`", self._by(resource=self.part))] if self.part else []),
            ("grants it among other things", self.granted_among_others),
            ("grants every verb", lambda scene: self.granted(scene) | {"verbs": ["*"]}),
            ("is about every resource", lambda scene: self.granted(scene) | {"resources": ["*"]}),
            ("is about every API group", lambda scene: self.granted(scene) | {"apiGroups": ["*"]}),
        ]

    def _by(self, verb: str | None = None, resource: str | None = None) -> Granting:
        def granting(scene: Scene) -> JsonObject:
            found = self.granted(scene)
            found["verbs"] = found["verbs"] if verb is None else [verb]
            found["resources"] = found["resources"] if resource is None else [resource]
            return found

        return granting


def other_verbs(right: Right) -> list[str]:
    """Return all verbs that Kubernetes knows and that do not grant a right."""
    return [verb for verb in _VERBS if verb not in right.verbs]


def disarmed(granting: Granting) -> Granting:
    """Return what grants a rule of the same shape that no control minds."""

    def harmless(scene: Scene) -> JsonObject:
        found = granting(scene)
        if "nonResourceURLs" in found:
            return found | {"nonResourceURLs": ["/version"]}
        plain = iter(scene.random.shuffled(_HARMLESS))
        resources = [_HARMLESS_PART if "/" in each else next(plain) for each in found["resources"]]
        return found | {"resources": resources}

    return harmless


def bad_grant(name: str, given: Given, granting: Granting) -> Way:
    """Return the violating way that gives what `granting` grants; the repaired one gives a harmless rule instead."""
    return violates(name, given(granting), given(disarmed(granting)))


def foreign_roles(scene: Scene, granting: Granting, kind: str) -> list[JsonObject]:
    """Add what looks like roles that have such rules but belong to other API groups, some of them of similar names."""
    groups = ("identity.meridian.example", f"{RBAC_GROUP}.meridian.example", f"meridian.{RBAC_GROUP}")
    roles = [scene.custom_object(f"{group}/v1", kind, {}) for group in groups]
    for found in roles:
        del found["spec"]
        found["rules"] = [granting(scene)]
    return roles
