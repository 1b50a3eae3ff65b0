"""Policies that are written in a hurry from the title alone pass for some controls and fail for most."""

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import admission_baseline, baseline_policy
from itbench_ciso.controls.variants import make_variants

VARIANTS = 40
CONTROLS = list(controls().values())


def is_right(control, policy, judge, collected):
    random = Randomness(1).fork(control.number)
    variants = make_variants(control, control.parameters(random), random, VARIANTS)
    # Most are wrong somewhere among the first few.
    for part in (variants[:3], variants[3:15], variants[15:]):
        verdicts = judge({"it": policy}, [collected(variant.files) for variant in part])
        if any(
            verdict["it"] is not variant.is_compliant for verdict, variant in zip(verdicts, part, strict=True)
        ):
            return False
    return True


@pytest.mark.slow  # Judges several hundred variants.
def test_the_baseline_scores_between_a_tenth_and_seven_tenths(rego, collected):
    right = [is_right(control, baseline_policy(control), rego, collected) for control in CONTROLS]
    assert 0.1 <= sum(right) / len(right) <= 0.7


@pytest.mark.slow  # Judges several hundred variants.
def test_the_admission_baseline_scores_between_a_tenth_and_seven_tenths(admission, collected):
    judged = [control for control in CONTROLS if control.is_admission]
    right = [is_right(control, admission_baseline(control), admission, collected) for control in judged]
    assert 0.1 <= sum(right) / len(right) <= 0.7
