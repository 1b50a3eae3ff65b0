"""Ways of the controls that judge roles as they are written, bound or not."""

from collections.abc import Callable

from itbench import JsonObject, JsonValue
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Parameters, Way, complies
from itbench_ciso.controls.manifests.access import (
    aggregated_role,
    bind,
    cluster_role,
    harmless_rule,
    role,
    someone,
)
from itbench_ciso.controls.manifests.names import NEAR, SYSTEM_NAMESPACES
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.aggregated import fresh_labels, own_rule
from itbench_ciso.controls.ways.rights import Given, Granting, Right, bad_grant, foreign_roles

_CLUSTER_ROLES = (
    "estate-operator",
    "platform-installer",
    "fleet-manager",
    "delivery-engine",
    "cluster-keeper",
)
# Names that do not begin with `system:`, as those of Kubernetes' own roles do.
NEARLY_SYSTEM = (
    ("only contains `system:`", "meridian:system:"),
    ("begins with `system` without a colon", "system-"),
)
_ROLES = ("runner", "installer", "deployer", "reconciler", "builder")


def exempt_cluster_role(random: Randomness) -> Parameters:
    """Draw the name of one ClusterRole that may grant what others may not."""
    return {"exempt_cluster_role": random.pick(_CLUSTER_ROLES)}


def exempt_roles(random: Randomness) -> Parameters:
    """Draw one ClusterRole and one Role that may grant what others may not."""
    return {
        **exempt_cluster_role(random),
        "exempt_role": random.pick(_ROLES),
        "exempt_role_namespace": random.pick(SYSTEM_NAMESPACES),
    }


def two_cluster_roles(random: Randomness) -> Parameters:
    """Draw the names of two ClusterRoles that may grant what others may not."""
    return {"exempt_roles": sorted(random.shuffled(_CLUSTER_ROLES)[:2])}


def in_cluster_role(granting: Granting) -> Change:
    """Return the change that adds a ClusterRole with a rule and, half of the time, a binding of it."""

    def change(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, lambda: cluster_role(scene, granting(scene)))

    return change


def in_role(granting: Granting) -> Change:
    """Return the change that adds a Role with a rule and, half of the time, a binding of it."""

    def change(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, lambda: role(scene, granting(scene)))

    return change


def written_ways(right: Right) -> tuple[Way, ...]:
    """Return all ways that any control of this kind has, but those about exceptions."""
    in_a_role = (
        [complies("Roles have such rules, which cannot grant it", in_role(right.granted))]
        if right.is_cluster_wide
        else [
            bad_grant("a Role grants it", in_role, right.granted),
            bad_grant("a Role without a namespace grants it", _in_unplaced_role, right.granted),
        ]
    )
    return (
        *(
            bad_grant(f"a rule of a ClusterRole {name}", in_cluster_role, granting)
            for name, granting in right.grants()
        ),
        bad_grant("one of three rules grants it", _middle_rule, right.granted),
        bad_grant("an aggregated role has a rule of its own that grants it", own_rule, right.granted),
        *(
            bad_grant(f"a role whose name {what} grants it", so_called(beginning), right.granted)
            for what, beginning in NEARLY_SYSTEM
        ),
        *in_a_role,
        *look_alike_ways(right.granted),
        complies("a rule is about another API group", in_cluster_role(right.granted_elsewhere)),
        complies("only several rules together have verb, resource and API group", _torn(right)),
        complies("verbs, resources and API groups of rules are nearly those that grant it", _nearly(right)),
        complies("rules lack verbs, resources or API groups", _without_lists(right.granted)),
    )


def look_alike_ways(granting: Granting) -> tuple[Way, ...]:
    """Return ways that comply: a role of Kubernetes itself, and what is no role."""

    def of_kubernetes(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(
            scene, lambda: cluster_role(scene, granting(scene), name=f"system:controller:{scene.name()}")
        )
        _maybe_bound(scene, lambda: role(scene, granting(scene), name=f"system:controller:{scene.name()}"))

    def aggregated(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        cluster_role(scene, granting(scene), name=f"system:aggregate-to-{scene.name()}", labels=labels)
        _maybe_bound(scene, lambda: aggregated_role(scene, [labels]))

    def of_other_group(scene: Scene, _given: Parameters) -> None:
        for kind in ("Role", "ClusterRole"):
            foreign_roles(scene, granting, kind)

    def harmless(scene: Scene, _given: Parameters) -> None:
        _maybe_bound(scene, lambda: cluster_role(scene, harmless_rule(scene.random)))
        cluster_role(scene)["rules"] = None
        cluster_role(scene)["rules"] = []

    return (
        complies("roles of Kubernetes itself grant it", of_kubernetes),
        complies("an aggregated role would have it from a role of Kubernetes itself", aggregated),
        complies("what looks like a role belongs to another API group", of_other_group),
        complies("ClusterRoles grant other things or nothing", harmless),
    )


def exempt_cluster_role_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways about the one exempt ClusterRole."""

    def exempt(scene: Scene, given: Parameters) -> None:
        _maybe_bound(scene, lambda: cluster_role(scene, granting(scene), name=given["exempt_cluster_role"]))

    return (
        complies("the exempt ClusterRole grants it", exempt),
        *(
            bad_grant(
                f"a ClusterRole whose name {relation} the exempt one's grants it",
                _named("exempt_cluster_role", near),
                granting,
            )
            for relation, near in NEAR
        ),
    )


def exempt_role_ways(granting: Granting) -> tuple[Way, ...]:
    """Return the ways about the exempt ClusterRole and the exempt Role."""
    place = "exempt_role_namespace"
    return (
        *exempt_cluster_role_ways(granting),
        complies("the exempt Role grants it", _placed("exempt_role", place)(granting)),
        bad_grant(
            "a Role with the exempt one's name in another namespace grants it",
            _placed("exempt_role", None),
            granting,
        ),
        bad_grant("another Role in the exempt one's namespace grants it", _placed(None, place), granting),
        *(
            bad_grant(
                f"a Role whose name {relation} the exempt one's grants it",
                _placed("exempt_role", place, name_changed=near),
                granting,
            )
            for relation, near in NEAR
        ),
        *(
            bad_grant(
                f"a Role whose namespace's name {relation} the exempt one's grants it",
                _placed("exempt_role", place, place_changed=near),
                granting,
            )
            for relation, near in NEAR
        ),
        bad_grant(
            "a Role with the exempt ClusterRole's name grants it",
            _placed("exempt_cluster_role", None),
            granting,
        ),
        bad_grant(
            "a Role with the exempt ClusterRole's name in the exempt Role's namespace grants it",
            _placed("exempt_cluster_role", place),
            granting,
        ),
        bad_grant("a ClusterRole with the exempt Role's name grants it", _named("exempt_role"), granting),
    )


def _placed(
    name: str | None,
    namespace: str | None,
    name_changed: Callable[[str], str] = str,
    place_changed: Callable[[str], str] = str,
) -> Given:
    """Return what adds a Role under the name and in the namespace that parameters of these names give, or near ones."""

    def given(granting: Granting) -> Change:
        def change(scene: Scene, given: Parameters) -> None:
            place = None if namespace is None else place_changed(given[namespace])
            own_name = None if name is None else name_changed(given[name])
            _maybe_bound(scene, lambda: role(scene, granting(scene), name=own_name, namespace=place))

        return change

    return given


def _named(name: str, changed: Callable[[str], str] = str) -> Given:
    """Return what adds a ClusterRole under the name that a parameter of that name gives, or a near one."""

    def given(granting: Granting) -> Change:
        return lambda scene, given: _maybe_bound(
            scene, lambda: cluster_role(scene, granting(scene), name=changed(given[name]))
        )

    return given


def so_called(beginning: str) -> Given:
    """Return what adds a ClusterRole whose name begins so."""

    def given(granting: Granting) -> Change:
        return lambda scene, _given: _maybe_bound(
            scene, lambda: cluster_role(scene, granting(scene), name=f"{beginning}{scene.name()}")
        )

    return given


def _in_unplaced_role(granting: Granting) -> Change:
    return lambda scene, _given: scene.unplace(role(scene, granting(scene), namespace="default"))


def _middle_rule(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        found = cluster_role(scene)
        found["rules"] = [harmless_rule(scene.random), granting(scene), harmless_rule(scene.random)]

    return change


def _torn(right: Right) -> Change:
    return lambda scene, _given: _maybe_bound(scene, lambda: cluster_role(scene, *right.torn(scene)))


def _nearly(right: Right) -> Change:
    return lambda scene, _given: _maybe_bound(scene, lambda: cluster_role(scene, *right.nearly(scene)))


def _without_lists(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        # The field `verbs` is required: an API server shows policies null where it is absent.
        lists: tuple[tuple[str, JsonValue], ...] = (
            ("verbs", []),
            ("resources", scene.random.pick((None, []))),
            ("apiGroups", scene.random.pick((None, []))),
        )
        rules = [{**granting(scene), field: value} for field, value in lists]
        cluster_role(scene, *rules)

    return change


def _maybe_bound(scene: Scene, added: Callable[[], JsonObject]) -> None:
    # Drawn before the role is, so that what it grants has no say in it.
    is_bound = scene.random.below(2)
    found = added()
    if is_bound:
        bind(scene, found, someone(scene))
