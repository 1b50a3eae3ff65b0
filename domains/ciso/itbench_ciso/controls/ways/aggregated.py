"""Ways about ClusterRoles that have the rules of others, which their selectors find by label."""

from itbench import JsonObject
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.access import (
    aggregated_role,
    bind,
    cluster_role,
    harmless_rule,
    role,
    someone,
)
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.rights import Given, Granting, bad_grant, foreign_roles

_PARTS = ("operations", "support", "delivery", "review")
_OTHER: JsonObject = {"meridian.example/aggregate-to-nothing": "true"}


def aggregated_ways(granting: Granting) -> tuple[Way, ...]:
    """Return ways in which a bound aggregated role grants a right, and ways in which it only seems to."""
    return (
        bad_grant("an aggregated role has it from another role", _selecting(1), granting),
        bad_grant("an aggregated role has it from a role with two labels", _selecting(2), granting),
        bad_grant(
            "an aggregated role has it from one of three rules of another role", _middle_rule, granting
        ),
        bad_grant(
            "an aggregated role has it from a rule of another role that grants other things too",
            _among_others,
            granting,
        ),
        bad_grant(
            "only the first selector of an aggregated role matches", _one_of_two_selectors(0), granting
        ),
        bad_grant(
            "only the second selector of an aggregated role matches", _one_of_two_selectors(1), granting
        ),
        violates(
            "the selector of an aggregated role is empty",
            _with_selector(granting, {}),
            _with_selector(granting, _OTHER),
        ),
        bad_grant("an aggregated role has a rule of its own that grants it", own_rule, granting),
        bad_grant("the reference to a role names no API group", _without_group, granting),
        complies("an aggregated role's selector asks for another label", _not_selecting(granting, "key")),
        complies("an aggregated role's selector asks for another value", _not_selecting(granting, "value")),
        complies(
            "an aggregated role's selector asks for the beginning of the value",
            _not_selecting(granting, "begins"),
        ),
        complies(
            "an aggregated role's selector asks for the end of the value", _not_selecting(granting, "ends")
        ),
        complies(
            "an aggregated role selects what looks like a ClusterRole", _selecting_a_foreign_role(granting)
        ),
        complies("an aggregated role's selector asks for one label more", _not_selecting(granting, "more")),
        complies("an aggregated role has no selectors", _no_selectors(granting)),
        complies("an aggregated role that has it is not bound", _unbound(granting)),
        complies("an aggregated role selects a Role, which it cannot", _selecting_a_role(granting)),
    )


def fresh_labels(scene: Scene, count: int) -> JsonObject:
    """Return labels that nothing else in the scene has."""
    parts = scene.random.shuffled(_PARTS)[:count]
    return {f"{scene.name()}.meridian.example/aggregate-to-{part}": "true" for part in parts}


def _selecting(count: int) -> Given:
    def given(granting: Granting) -> Change:
        def change(scene: Scene, _given: Parameters) -> None:
            labels = fresh_labels(scene, count)
            bind(scene, aggregated_role(scene, [labels]), someone(scene))
            cluster_role(scene, granting(scene), labels=labels)

        return change

    return given


def _middle_rule(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        bind(scene, aggregated_role(scene, [labels]), someone(scene))
        found = cluster_role(scene, labels=labels)
        found["rules"] = [harmless_rule(scene.random), granting(scene), harmless_rule(scene.random)]

    return change


def _one_of_two_selectors(place: int) -> Given:
    def given(granting: Granting) -> Change:
        def change(scene: Scene, _given: Parameters) -> None:
            labels = fresh_labels(scene, 1)
            selectors = [_OTHER, labels] if place else [labels, _OTHER]
            bind(scene, aggregated_role(scene, selectors), someone(scene))
            cluster_role(scene, granting(scene), labels=labels)

        return change

    return given


def _with_selector(granting: Granting, selector: JsonObject) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        bind(scene, aggregated_role(scene, [selector]), someone(scene))
        cluster_role(scene, granting(scene))

    return change


def _among_others(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        bind(scene, aggregated_role(scene, [labels]), someone(scene))
        granted = granting(scene)
        for field, more in (
            ("verbs", "use"),
            ("resources", "widgets"),
            ("apiGroups", "estate.meridian.example"),
        ):
            granted[field] = [*granted[field], more]
        cluster_role(scene, granted, labels=labels)

    return change


def _without_group(granting: Granting) -> Change:
    """Return the change of a binding whose reference leaves out the API group, which an API server fills in."""

    def change(scene: Scene, _given: Parameters) -> None:
        del bind(scene, cluster_role(scene, granting(scene)), someone(scene))["roleRef"]["apiGroup"]

    return change


def own_rule(granting: Granting) -> Change:
    """Return the change that adds an aggregated ClusterRole with a rule of its own, bound to somebody."""

    def change(scene: Scene, _given: Parameters) -> None:
        bind(scene, aggregated_role(scene, [_OTHER], granting(scene)), someone(scene))

    return change


def _not_selecting(granting: Granting, difference: str) -> Change:
    """Return the change in whose labels and selector a `key`, a `value` (a little or whole), or one label `more` differs."""

    def change(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        asked = {
            "key": fresh_labels(scene, 1),
            "value": dict.fromkeys(labels, "yes"),
            "begins": dict.fromkeys(labels, "tru"),
            "ends": dict.fromkeys(labels, "rue"),
            "more": labels | fresh_labels(scene, 1),
        }[difference]
        bind(scene, aggregated_role(scene, [asked]), someone(scene))
        cluster_role(scene, granting(scene), labels=labels)

    return change


def _no_selectors(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        bind(scene, aggregated_role(scene, []), someone(scene))
        bind(scene, cluster_role(scene, harmless_rule(scene.random)), someone(scene))
        cluster_role(scene, granting(scene), labels=fresh_labels(scene, 1))

    return change


def _unbound(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        aggregated_role(scene, [labels])
        cluster_role(scene, granting(scene), labels=labels)

    return change


def _selecting_a_foreign_role(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        bind(scene, aggregated_role(scene, [labels]), someone(scene))
        for found in foreign_roles(scene, granting, "ClusterRole"):
            found["metadata"]["labels"].update(labels)

    return change


def _selecting_a_role(granting: Granting) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        labels = fresh_labels(scene, 1)
        bind(scene, aggregated_role(scene, [labels]), someone(scene))
        role(scene, granting(scene))["metadata"]["labels"].update(labels)

    return change
