"""Agents that are imported when they are asked for."""

import sys
from pathlib import Path

import pytest

from itbench import AgentRequest, PluginError, UsageError
from itbench.kit import lazy_agent, lazy_agents

CODE = """
class Walker:
    def __init__(self, name="walker"):
        self.name = name

def by_name(name):
    return Walker(f"made {name}")
"""


@pytest.fixture(autouse=True)
def park(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "park.py").write_text(CODE)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "park", raising=False)


def test_an_agent_is_imported_when_it_is_made_and_not_before() -> None:
    spec = lazy_agent("walker", "Walks.", "park:Walker", role="baseline", is_in_process=True)
    assert (spec.name, spec.summary, spec.role, spec.is_in_process) == ("walker", "Walks.", "baseline", True)
    assert "park" not in sys.modules
    assert spec.create(AgentRequest(name="walker")).name == "walker"
    assert spec.create(AgentRequest(name="walker")) is not spec.create(AgentRequest(name="walker"))


def test_agents_of_one_function_are_made_by_their_names() -> None:
    first, second = lazy_agents({"slow": "Strolls.", "fast": "Runs."}, "park:by_name", role="cheat")
    assert [(each.name, each.summary, each.role) for each in (first, second)] == [
        ("slow", "Strolls.", "cheat"),
        ("fast", "Runs.", "cheat"),
    ]
    assert second.create(AgentRequest(name="fast")).name == "made fast"


def test_what_a_model_may_steer_is_not_in_process_unless_it_is_said() -> None:
    (cheat,) = lazy_agents({"fast": "Runs."}, "park:by_name", role="cheat")
    assert (lazy_agent("walker", "Walks.", "park:Walker").is_in_process, cheat.is_in_process) == (
        False,
        False,
    )


@pytest.mark.parametrize("home", ["park:Runner", "meadow:Walker", "park", "", ":Walker", "park:"])
def test_an_agent_that_cannot_be_imported_is_one_line(home: str) -> None:
    (cheat,) = lazy_agents({"fast": "Runs."}, home, role="cheat")
    for spec in (lazy_agent("fast", "Runs.", home), cheat):
        with pytest.raises(PluginError, match=f"agent 'fast' cannot be imported from '{home}'") as raised:
            spec.create(AgentRequest(name="fast"))
        assert "\n" not in str(raised.value)


def test_options_and_arguments_are_refused_before_anything_is_imported() -> None:
    (cheat,) = lazy_agents({"fast": "Runs."}, "park:by_name", role="cheat")
    for spec in (lazy_agent("fast", "Runs.", "park:Walker"), cheat):
        with pytest.raises(UsageError, match="agent 'fast' has no option 'depth'; it knows: none"):
            spec.create(AgentRequest(name="fast", options={"depth": "3"}))
        with pytest.raises(UsageError, match="takes no arguments, found 'now'"):
            spec.create(AgentRequest(name="fast", arguments=("now",)))
    assert "park" not in sys.modules
