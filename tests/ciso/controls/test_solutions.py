"""Reference policies judge every variant right, and policies that know nothing do not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings, strategies as some

from itbench.interfaces.json import JsonObject
from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.control import Control, Parameters
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import admission_policy, solution_policy
from itbench_ciso.controls.variants import Variant, fewest_variants, make_variants

SEEDS = (1, 2, 3)
CONTROLS = list(controls().values())
ADMISSION = [control for control in CONTROLS if control.is_admission]


def number(control: Control) -> str:
    return control.number


# Each control has one of the seeds whenever it is judged, so that its variants are drawn and read once.
SEED_OF = {control.number: SEEDS[place % len(SEEDS)] for place, control in enumerate(CONTROLS)}


def some_slow(judged: list[Control]) -> list:
    """Return every control with its seed, and with the others for the soak; but for a few they are slow: a third of a second."""
    return [
        pytest.param(
            control,
            seed,
            id=f"{control.number}-{seed}",
            marks=[pytest.mark.soak]
            if seed != SEED_OF[control.number]
            else [pytest.mark.slow]
            if place % 6
            else [],
        )
        for place, control in enumerate(judged)
        for seed in SEEDS
    ]


@dataclass(frozen=True)
class Drawn:
    parameters: Parameters
    variants: list[Variant]
    inputs: list[JsonObject]


@pytest.fixture(scope="module")
def drawn(collected) -> Callable[[Control, int], Drawn]:
    @cache  # Reading YAML takes as long as judging it.
    def draw(number: str, seed: int) -> Drawn:
        control, random = controls()[number], Randomness(seed).fork(number)
        parameters = control.parameters(random)
        variants = make_variants(control, parameters, random, fewest_variants(control))
        return Drawn(parameters, variants, [collected(variant.files) for variant in variants])

    return lambda control, seed: draw(control.number, seed)


def wrong(found: Drawn, verdicts: list[dict], name: str) -> list[str]:
    pairs = zip(found.variants, verdicts, strict=True)
    return [variant.way for variant, verdict in pairs if verdict[name] is not variant.is_compliant]


@pytest.mark.slow
@pytest.mark.parametrize(("control", "seed"), some_slow(CONTROLS))
def test_the_reference_policy_judges_every_variant_right(control, seed, rego, drawn):
    found = drawn(control, seed)
    policies = {"it": solution_policy(control, found.parameters)}
    assert wrong(found, rego(policies, found.inputs), "it") == []


@pytest.mark.slow
@pytest.mark.parametrize(("control", "seed"), some_slow(ADMISSION))
def test_the_reference_admission_policy_judges_every_variant_right(control, seed, admission, drawn):
    found = drawn(control, seed)
    policies = {"it": admission_policy(control, found.parameters)}
    assert wrong(found, admission(policies, found.inputs), "it") == []


@pytest.mark.slow
def test_policies_that_know_nothing_fail(rego, drawn):
    always = "package check\nimport rego.v1\nresult := {}\n"
    policies = {"compliant": always.format("true"), "violated": always.format("false")}
    for control in CONTROLS[::9]:
        found = drawn(control, SEED_OF[control.number])
        verdicts = rego(policies, found.inputs)
        assert len(wrong(found, verdicts, "compliant")) == len(found.variants) // 2
        assert len(wrong(found, verdicts, "violated")) == len(found.variants) // 2


@pytest.mark.slow  # Reads the YAML of every control's variants.
@pytest.mark.parametrize("control", CONTROLS, ids=number)
def test_a_policy_that_only_knows_one_example_fails(control, drawn):
    found = drawn(control, SEED_OF[control.number])
    pairs = zip(found.inputs, found.variants, strict=True)
    violations = [data for data, variant in pairs if not variant.is_compliant]
    assert all(data != violations[0] for data in violations[1:])
    assert len(violations) == len(found.variants) // 2


@pytest.mark.slow
@given(seed=some.integers(min_value=0, max_value=2**63), control=some.sampled_from(CONTROLS))
@settings(max_examples=25)
def test_the_reference_policy_is_right_whatever_the_seed(seed, control, rego, collected):
    random = Randomness(seed)
    parameters = control.parameters(random)
    variants = make_variants(control, parameters, random, 2)
    verdicts = rego(
        {"it": solution_policy(control, parameters)}, [collected(variant.files) for variant in variants]
    )
    assert [verdict["it"] for verdict in verdicts] == [variant.is_compliant for variant in variants]
