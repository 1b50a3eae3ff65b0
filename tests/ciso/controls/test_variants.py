"""Variants: the same bytes from the same seed, every way taken, and nothing told by names."""

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given, settings, strategies as some

from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.control import Control, complies, no_parameters, on_scene, violates
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.variants import drawn_plans, fewest_variants, make_variants

CONTROLS = list(controls().values())
# As many as an embedded task has at least.
VARIANTS = 40


def drawn(control, seed, count=VARIANTS):
    random = Randomness(seed)
    return make_variants(control, control.parameters(random), random, count)


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.number)
def test_every_way_is_taken_in_both_halves_of_the_variants(control):
    plans = drawn_plans(control, Randomness(5), max(VARIANTS, fewest_variants(control)))
    complying, violating = (
        [way for way in control.ways if way.is_compliant is fine] for fine in (True, False)
    )
    halves = [[plan for plan in plans if plan.is_compliant is fine] for fine in (True, False)]
    assert len(halves[0]) == len(halves[1])
    for half in halves:
        assert {plan.violating.name for plan in half} == {way.name for way in violating}
        assert {way.name for plan in half for way in plan.quiet} == {way.name for way in complying}
    assert Counter(len(plan.quiet) for plan in halves[0]) == Counter(len(plan.quiet) for plan in halves[1])
    assert all(
        plan.change is (plan.violating.repaired if plan.is_compliant else plan.violating.change)
        for plan in plans
    )


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.number)
def test_a_repaired_way_adds_as_much_as_the_violating_one(control):
    """Kinds, namespaces and containers: what the next tests on tells cannot see in a small sample."""
    parameters = control.parameters(Randomness(3))
    for place, way in enumerate(way for way in control.ways if not way.is_compliant):
        found = []
        for change in (way.change, way.repaired):
            scene = Scene(Randomness(place))
            change(scene, parameters)
            found.append(Counter(each["kind"] for each in scene.settled()))
        assert found[0] == found[1], way.name


@pytest.mark.slow
@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.number)
def test_no_two_objects_of_a_variant_are_the_same(control, collected):
    for variant in drawn(control, 8, fewest_variants(control))[::4]:
        names = [
            (
                each["apiVersion"],
                each["kind"],
                each["metadata"].get("namespace") or "default",
                each["metadata"]["name"],
            )
            for each in collected(variant.files)["resources"]
        ]
        assert len(set(names)) == len(names), variant.way


def test_a_control_has_ways_enough_and_no_two_of_one_name():
    assert len(CONTROLS) > 30
    for control in CONTROLS:
        complying = [way for way in control.ways if way.is_compliant]
        assert len(complying) >= 5, control.number
        assert len(control.ways) - len(complying) >= 6, control.number
        assert len({way.name for way in control.ways}) == len(control.ways), control.number


@pytest.mark.slow
@settings(max_examples=40)
@given(seed=some.integers(min_value=0, max_value=2**63), control=some.sampled_from(CONTROLS))
def test_the_same_seed_gives_the_same_bytes(seed, control):
    first, again = drawn(control, seed, 6), drawn(control, seed, 6)
    assert first == again


@pytest.mark.slow
@settings(max_examples=40)
@given(seed=some.integers(min_value=0, max_value=2**63), control=some.sampled_from(CONTROLS))
def test_file_names_tell_nothing(seed, control):
    variants = drawn(control, seed, 4)
    names = [list(variant.files) for variant in variants]
    assert all(each == names[0] for each in names)
    assert names[0] == [
        f"static-resources/manifests-{number:02d}.yaml" for number in range(1, len(names[0]) + 1)
    ]
    assert 2 <= len(names[0]) <= 4
    assert all(data for variant in variants for data in variant.files.values())


@pytest.mark.slow
def test_different_seeds_give_different_variants():
    assert drawn(CONTROLS[0], 1) != drawn(CONTROLS[0], 2)


@pytest.mark.parametrize("count", [0, 1, 2, 7, 41])
def test_any_number_of_variants_can_be_made(count):
    variants = drawn(CONTROLS[0], 1, count)
    complying = sum(variant.is_compliant for variant in variants)
    assert len(variants) == count
    assert abs(2 * complying - count) <= 1


@pytest.mark.slow
def test_the_order_is_random():
    orders = {tuple(variant.is_compliant for variant in drawn(CONTROLS[0], seed)) for seed in range(5)}
    assert len(orders) == 5


def test_a_way_is_taken_as_often_as_any_other_of_its_half():
    nothing = on_scene(id)
    quiet = [complies(f"c{n}", nothing) for n in range(3)]
    ways = (*quiet, *(violates(f"v{n}", nothing, nothing) for n in range(4)))
    control = Control(number="0", title="", parameters=no_parameters, ways=ways)
    plans = drawn_plans(control, Randomness(9), 24)
    for is_compliant in (True, False):
        half = [plan for plan in plans if plan.is_compliant is is_compliant]
        assert Counter(plan.violating.name for plan in half) == {f"v{n}": 3 for n in range(4)}
        assert Counter(way.name for plan in half for way in plan.quiet) == {f"c{n}": 4 for n in range(3)}
    assert {plan.name for plan in plans} >= {"v0", "c0; repaired: v0"}


def test_what_is_laid_out_is_what_the_scene_holds(collected):
    variants = list(islice(drawn(CONTROLS[0], 4), 10))
    kinds = [sorted(each["kind"] for each in collected(variant.files)["resources"]) for variant in variants]
    assert all(found.count("Namespace") >= 2 and "List" not in found for found in kinds)
    texts = [data.decode() for variant in variants for data in variant.files.values()]
    assert any("kind: List" in text for text in texts)
    assert any(text.startswith("---\n---\n") for text in texts)
