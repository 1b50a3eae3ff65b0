"""The adversary that knows every policy by heart reads from the task's text alone which one, and with what names."""

import pytest

from itbench.interfaces.suite import SuiteOptions
from itbench.kit.generated.randomness import Randomness
from itbench_ciso.agents.memorised import recognised
from itbench_ciso.controls.register import controls
from itbench_ciso.suites.admission import ADMISSION_SUITE
from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES
from itbench_ciso.suites.policy_updates import POLICY_UPDATES
from itbench_ciso.suites.suite import CisoSuite
from itbench_ciso.tasks.policy_updates.make import parameters_of
from itbench_ciso.tasks.policy_updates.specs import UpdateTask


def drawn_names(spec):
    if isinstance(spec, UpdateTask):
        return parameters_of(spec)
    return {spec.number: controls()[spec.number].parameters(Randomness(spec.seed).fork("parameters"))}


@pytest.mark.parametrize("options", [{}, {"seed": "77", "count": "40"}], ids=["embedded", "held out"])
@pytest.mark.parametrize(
    "suite", [CIS_KUBERNETES, ADMISSION_SUITE, POLICY_UPDATES], ids=lambda suite: suite.name
)
def test_the_names_of_every_draw_are_read_from_the_instructions(
    suite: CisoSuite, options: dict[str, str]
) -> None:
    chosen = suite.configured(SuiteOptions(extra=options))
    found = [
        {control.number: names for control, names in recognised(task.instructions)} for task in chosen.tasks()
    ]
    assert found == [drawn_names(spec) for spec in chosen.specs()]


def test_what_is_no_requirement_of_ours_is_not_recognised() -> None:
    assert list(recognised("Write a check: containers must not be privileged (5.2.2).")) == []
