"""What pages show of real trials: of agents that are shipped, run over incidents and recorded cases."""

import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from itbench import ShownTrial
from itbench.testing import Answer, ModelServer
from itbench.view.panels.call import run_panels, trial_panels
from itbench_sre.domain import DOMAIN

Shown = Callable[..., list[ShownTrial]]
Text = Callable[[Iterable[str]], str]
OPEN = ("--sandbox", "none", "--allow-unsafe")
_POD = re.compile(r"([a-z][a-z-]+)-[0-9a-f]{8,10}-[a-z0-9]{5}")


def look_and_name(asked: Any) -> Answer:
    """Look at objects and events, name what pods are of, and hand in."""
    commands = ["ls -R . | head -20", "head -c 20000 k8s_objects_raw.tsv", "head -c 20000 k8s_events_raw.tsv"]
    if asked.turn < len(commands):
        return Answer(calls=[("execute", {"command": commands[asked.turn]})])
    if asked.turn == len(commands):
        workloads = list(dict.fromkeys(_POD.findall(json.dumps(asked.messages))))[:8]
        names = [f"otel-demo/Deployment/{name}" for name in workloads] + ["chaos-mesh/Schedule/never-shown"]
        factors = [{"name": name, "reasoning": "seen", "evidence": "seen"} for name in names]
        answer = json.dumps({"contributing_factors": factors})
        return Answer(calls=[("execute", {"command": f"cat > agent_output.json <<'END'\n{answer}\nEND"})])
    return Answer(calls=[("finish", {})])


@pytest.mark.soak
@pytest.mark.slow
def test_incidents_show_topology_and_over_investigation(
    incident_cache: Path, shown: Shown, panels_text: Text, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow: makes the embedded incidents."""
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    with ModelServer(look_and_name) as server:
        words = ("-a", "react", "-m", "openai/any", "--base-url", server.openai_url, "-n", "2")
        looked = shown("sre", *words, *OPEN)
    everything = shown("sre", "-a", "name-everything", "-n", "2")
    for trial in looked:
        page = panels_text(trial_panels(DOMAIN, trial))
        assert "Topology" in page
        assert "root cause" in page
        assert "named: fault injector" in page or "named: not in the data" in page
        assert "Names by when a tool&#39;s output first showed them" in page
        assert "Score with only the names that were shown by each turn" in page
    page = panels_text(trial_panels(DOMAIN, everything[0]))
    assert "When it was seen" not in page, "an agent without tools has no outputs of tools"
    assert "What was named" in page
    page = panels_text(run_panels(DOMAIN, iter([*looked, *everything])))
    for title in ("Names handed in against turns", "Wrong names a trial, by kind", "Turns after a tool"):
        assert title in page
    assert "Over 2 trials whose traces have outputs of tools" in page
