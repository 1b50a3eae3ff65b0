"""What pages show of real trials of agents that are shipped: verdicts against labels."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from itbench import ShownTrial
from itbench.view.panels.call import run_panels, trial_panels
from itbench_ciso.domain import DOMAIN
from itbench_ciso.panels.variants import labelled

# Judges variants with engines in the sandbox.
pytestmark = [pytest.mark.usefixtures("ciso", "made"), pytest.mark.slow]


def test_verdicts_stand_against_their_labels(
    shown: Callable[..., list[ShownTrial]], panels_text: Callable[[Iterable[str]], str]
) -> None:
    (careless,) = shown("ciso/admission", "-a", "always-compliant", "-n", "1")
    (perfect,) = shown("ciso/admission", "-a", "oracle", "-n", "1")
    truth = careless.truth()
    assert truth is not None
    assert {each.is_right for each in labelled(careless, truth)} == {True, False}
    assert all(each.is_right for each in labelled(perfect, truth))
    page = panels_text(trial_panels(DOMAIN, careless))
    assert f"Verdicts on control {truth['control']}" in page
    assert "Ways to violate the control and to comply with it" in page
    page = panels_text(run_panels(DOMAIN, iter([careless, perfect])))
    assert "Share of the violations that were found" in page
    assert "missed violation" in page
    assert "Over 2 trials" in page
    page = panels_text(trial_panels(DOMAIN, replace(careless, truth=lambda: None)))
    assert truth["control"] not in page
    assert "verdict" in page
