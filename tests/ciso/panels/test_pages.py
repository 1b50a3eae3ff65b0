"""What pages show of real trials of agents that are shipped: verdicts against labels."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itbench import ShownTrial
from itbench.view.panels.call import run_panels, trial_panels
from itbench_ciso.domain import DOMAIN
from itbench_ciso.panels.variants import labelled

# Judges variants with engines in the sandbox.
pytestmark = [pytest.mark.usefixtures("ciso", "made"), pytest.mark.slow]


def html(panels: list[Any]) -> str:
    found = "".join(map(str, panels))
    assert "panel-failed" not in found, found[found.index("panel-failed") :][:500]
    return found


def test_verdicts_stand_against_their_labels(
    itbench: Callable[..., Any], shown: Callable[[Path | str], list[ShownTrial]]
) -> None:
    trials = []
    for agent in ("always-compliant", "oracle"):
        done = itbench("run", "--json", "ciso/admission", "-a", agent, "-n", "1")
        assert done.code == 0, done.err
        trials += shown(json.loads(done.out)["path"])
    careless, perfect = trials
    truth = careless.truth()
    assert truth is not None
    assert {each.is_right for each in labelled(careless, truth)} == {True, False}
    assert all(each.is_right for each in labelled(perfect, truth))
    page = html(trial_panels(DOMAIN, careless))
    assert f"Verdicts on control {truth['control']}" in page
    assert "Ways to violate the control and to comply with it" in page
    page = html(run_panels(DOMAIN, iter(trials)))
    assert "Share of the violations that were found" in page
    assert "missed violation" in page
    assert "Over 2 trials" in page
    page = html(trial_panels(DOMAIN, replace(careless, truth=lambda: None)))
    assert truth["control"] not in page
    assert "verdict" in page
