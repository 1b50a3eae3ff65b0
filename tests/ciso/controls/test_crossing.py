"""What is changed for one control is no matter to the others, except where two are said to overlap."""

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.overlaps import OVERLAPS, overlaps
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import solution_policy
from itbench_ciso.controls.variants import combined, drawn_plans

CONTROLS = controls()
PARAMETERS = {number: control.parameters(Randomness(7)) for number, control in CONTROLS.items()}


def solutions(numbers):
    return {number: solution_policy(CONTROLS[number], PARAMETERS[number]) for number in numbers}


def changed(number, way, seed):
    scene = Scene(Randomness(seed))
    way.change(scene, PARAMETERS[number])
    return {"resources": scene.settled()}


@pytest.mark.slow
def test_a_hardened_scene_complies_with_every_control(rego):
    scenes = [{"resources": Scene(Randomness(seed)).objects} for seed in (1, 2, 3)]
    for verdicts in rego(solutions(CONTROLS), scenes):
        assert {number for number, verdict in verdicts.items() if verdict is not True} == set()


@pytest.mark.slow  # Each control is judged by the policies of all the others.
@pytest.mark.parametrize("number", CONTROLS)
def test_a_way_of_one_control_touches_no_other(number, rego):
    random = Randomness(11).fork(number)
    scene = Scene(random)
    # Several ways at once: the policies take longer than the scene.
    for plan in drawn_plans(CONTROLS[number], random, 4):
        for way in plan.quiet:
            way.change(scene, PARAMETERS[number])
        plan.change(scene, PARAMETERS[number])
    others = [other for other in CONTROLS if other != number and (number, other) not in OVERLAPS]
    (verdicts,) = rego(solutions(others), [{"resources": scene.settled()}])
    assert {other for other, verdict in verdicts.items() if verdict is not True} == set()


@pytest.mark.soak  # Takes one way after the other until one shows it.
@pytest.mark.parametrize(("first", "second"), OVERLAPS, ids=lambda number: number)
def test_controls_that_are_said_to_overlap_do(first, second, rego):
    policy = solutions([second])
    # Some show only by one verb out of several, or only where the role happens to be bound.
    scenes = (changed(first, way, seed) for seed in range(20) for way in CONTROLS[first].ways)
    assert any(not rego(policy, [scene])[0][second] for scene in scenes)


def test_overlapping_is_mutual():
    assert overlaps("5.2.9", "5.2.10")
    assert overlaps("5.2.10", "5.2.9")
    assert overlaps("5.7.4", "5.2.1")
    assert overlaps("5.2.1", "5.7.4")
    assert not overlaps("5.2.3", "5.2.4")


@pytest.mark.slow
def test_combined_variants_are_judged_by_the_first_control_and_comply_with_the_second(rego, collected):
    numbers = ("5.2.5", "5.7.2")
    pairs = [argument for number in numbers for argument in (CONTROLS[number], PARAMETERS[number])]
    variants = combined(*pairs, Randomness(3), 20)
    verdicts = rego(solutions(numbers), [collected(variant.files) for variant in variants])
    expected = [{"5.2.5": variant.is_compliant, "5.7.2": True} for variant in variants]
    assert verdicts == expected
    assert sum(variant.is_compliant for variant in variants) == 10
