"""The panels that the page about domains shows work as it says, through the viewer's own call of a domain."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itbench import ShownTrial, Submission
from itbench.view.panels.call import run_panels, trial_panels

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "writing-a-domain.md"


@pytest.mark.usefixtures("sums")
def test_the_example_of_panels_shows_hosts_and_counts(
    shown: Callable[..., list[ShownTrial]], panels_text: Callable[[Iterable[str]], str]
) -> None:
    block = re.search(
        r'^```python title="\S+/panels.py"\n(.*?)^```$', PAGE.read_text(), re.DOTALL | re.MULTILINE
    )
    assert block is not None
    from itbench_sums import DOMAIN

    names: dict[str, Any] = {}
    exec(block[1], names)
    domain = replace(DOMAIN, trial_panels=names["trial_panels"], run_panels=names["run_panels"])
    trials = shown("sums", "-a", "adder", "-n", "2", "--sandbox", "none", "--allow-unsafe")
    named = replace(
        trials[0], truth=lambda: {"host": "beta"}, submission=lambda: Submission(answer={"host": "alpha"})
    )
    assert "<td>alpha</td><td>beta</td>" in panels_text(trial_panels(domain, named))
    assert trial_panels(domain, replace(named, truth=lambda: None)) == []
    assert "adder; 2" in panels_text(run_panels(domain, trials))
