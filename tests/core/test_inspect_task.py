"""Suites as tasks of Inspect AI, run by it with a scripted model: our tasks and rules, and no truth where an agent can see it."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from itbench import FilesEnvironment, UsageError
from itbench.inspect_suite.material import refuse_other_worlds
from itbench.plugins.domains import domain_host

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "inspect.md"
EVALUATE = r"""
import json, runpy, sys
from inspect_ai import eval
from inspect_ai.model import ModelOutput, ModelUsage, get_model
from itbench import inspect_task
from itbench.plugins.domains import find_suite

def call(command):
    return ModelOutput.for_tool_call("mockllm/model", "bash", {"command": command})

def submit():
    return ModelOutput.for_tool_call("mockllm/model", "submit", {"answer": "done"})

def scripted(*commands):
    outputs = [each for command in commands for each in (call(command), submit())]
    for each in outputs:
        # Otherwise the tokens are counted, with a table from the network.
        each.usage = ModelUsage(input_tokens=10, output_tokens=1, total_tokens=11)
    return get_model("mockllm/model", custom_outputs=outputs)

def evaluated(name, commands, limit):
    task = inspect_task(name, limit=limit, sandbox="local")
    domain, suite = find_suite(name)
    chosen = list(suite.tasks())[:limit]
    truths = {each.id: suite.truth(each.id) for each in chosen}
    if commands is None:
        files = [domain.solution(each, truths[each.id]) for each in chosen]
        commands = ["".join(f"cat > {path} <<'EOF'\n{data.decode()}\nEOF\n" for path, data in each.items()) for each in files]
    (log,) = eval(task, model=scripted(*commands), log_dir="logs", display="none", max_samples=1)
    assert log.status == "success", log.error
    samples = [told(each, truths[each.id]["canary"]) for each in log.samples]
    return {"samples": samples, "mean": log.results.scores[0].metrics["mean"].value}

def told(sample, canary):
    score = sample.scores["itbench"]
    return {
        "id": sample.id,
        "value": score.value,
        "why": score.explanation,
        "metrics": (score.metadata or {}).get("metrics"),
        "seen": [message.text for message in sample.messages],
        "shown": [sample.input, sample.target, sample.metadata, sample.files],
        "is_truth_told": canary in sample.model_dump_json(),
    }

# What the page shows, where its data is made anyway.
assert '"finops"' not in sys.argv[1] or len(runpy.run_path("tasks.py")["anomalies"]().dataset) == 10
print(json.dumps([evaluated(*each) for each in json.loads(sys.argv[1])]))
"""


WRITE = "echo '{0}' > answer.json"
UNKNOWN = """echo '{"contributing_factors": [{"name": "shop/Deployment/no-such-thing"}]}' > agent_output.json; ls alerts"""
SUMS = ("sums", [WRITE.format('{"sum": 0}'), WRITE.format('{"sum": 21}'), "true", WRITE.format("no JSON")], 4)


@pytest.fixture
def evaluated(
    in_inspect: Callable[..., str], sums: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return a function that evaluates suites with Inspect, each with one command for each sample, or None for the solutions."""
    source = Path(__file__).parents[1] / "plugins" / "sums" / "src"
    monkeypatch.setenv("PYTHONPATH", f"{sums}:{source}")
    (shown,) = re.findall(r'```python title="tasks.py"\n(.*?)```', PAGE.read_text(), re.DOTALL)
    (tmp_path / "tasks.py").write_text(shown)

    def run(*asked: tuple[str, list[str] | None, int]) -> Any:
        found = json.loads(in_inspect("-c", EVALUATE, json.dumps(asked)).splitlines()[-1])
        for each in (sample for suite in found for sample in suite["samples"]):
            assert not each["is_truth_told"]
            assert each["shown"][1] == ""
        return found

    return run


@pytest.mark.slow  # It makes an environment with Inspect AI, and starts it.
@pytest.mark.timeout(900)
def test_a_suite_is_scored_by_its_own_rules_and_no_truth_is_where_an_agent_sees_it(
    evaluated: Callable[..., Any],
) -> None:
    (added,) = evaluated(SUMS)
    _is_of_sums(added)


@pytest.mark.soak  # It makes an incident and bills.
@pytest.mark.timeout(900)
def test_agents_see_the_files_of_a_suite_and_what_they_hand_in_is_observed(
    evaluated: Callable[..., Any],
) -> None:
    bill, incident = evaluated(("finops", None, 2), ("sre/incidents-quick", [UNKNOWN], 1))
    assert [each["value"] for each in bill["samples"]] == [1.0, 1.0]
    assert {"default:data.csv", "default:anomaly.json"} <= set(bill["samples"][0]["shown"][3])
    _is_of_an_incident(incident["samples"])


def _is_of_sums(found: Any) -> None:
    values = {each["id"]: (each["value"], each["why"]) for each in found["samples"]}
    assert values["sum-0000"] == (1.0, "the answer is off by 0")
    assert values["sum-0001"] == (0.5, "the answer is off by 1")
    assert values["sum-0002"] == (0.0, "'answer.json' was not handed in")
    assert values["sum-0003"][0] == 0.0
    assert "JSON" in values["sum-0003"][1]
    assert found["samples"][1]["metrics"] == {"error": 1.0}
    assert found["mean"] == 0.375


def _is_of_an_incident(samples: Any) -> None:
    """The environment of an incident looks up in its files what an answer names."""
    assert samples[0]["value"] == 0.0
    assert "no-such-thing" in samples[0]["why"]
    assert samples[0]["metrics"]["wrong_not_in_data"] == 1.0
    assert any("alerts_at_" in text for text in samples[0]["seen"][2:])


def test_a_suite_with_a_world_of_its_own_is_refused(sums: Path) -> None:
    domain = domain_host().get("sums")
    with pytest.raises(UsageError, match="has an environment of its own, which Inspect cannot open"):
        refuse_other_worlds(replace(domain, environment=FilesEnvironment), domain.suites[0], ())
