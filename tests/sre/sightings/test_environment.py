"""The environment observes what an answer names, whatever the answer is."""

import asyncio
import json
from pathlib import Path

import pytest

from itbench.interfaces.environment import TrialSetup
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_sre.domain import DOMAIN
from itbench_sre.published.task import make_task


@pytest.fixture
def observe(shop):
    def made(data):
        task = make_task("t-1", 1, suite="itbench-lite", title="T", public_id="")
        sandbox = LocalSandbox(is_in_process=True)
        environment = DOMAIN.environment(TrialSetup(task=task, inputs=shop, sandbox=sandbox, bench=sandbox))
        files = {} if data is None else {"agent_output.json": data}
        return asyncio.run(environment.observe(files)).state

    return made


def answer(*names):
    return json.dumps({"contributing_factors": [{"name": name} for name in names]}).encode()


def test_each_named_object_is_looked_up(observe):
    names = ["shop/Deployment/till", "shop/deployment/TILL", "SHOP/Deployment/till", "unreadable", None, 7]
    found = observe(answer(*names))["objects"]
    assert found["named"] == {"shop/deployment/till": True, "shop/deployment/TILL": False}


def test_entities_of_ibms_format_are_looked_up_blamed_or_not(observe):
    entities = [{"name": "shop/Pod/till"}, {"name": "shop/Pod/x", "contributing_factor": True}]
    found = observe(json.dumps({"entities": entities}).encode())["objects"]
    assert found["named"] == {"shop/pod/till": True, "shop/pod/x": False}


def test_an_answer_that_the_runner_corrects_is_looked_up_too(observe):
    fenced = b"```json\n" + answer("shop/Pod/till") + b"\n```\n"
    assert observe(fenced)["objects"]["named"] == {"shop/pod/till": True}


@pytest.mark.parametrize(
    "data",
    [None, b"", b"\xff\x00", b"[" * 5000, b'{"contributing_factors": 3}', b"null", b'{"entities": {}}', b"7"],
)
def test_without_an_answer_to_read_nothing_is_observed(observe, data):
    assert observe(data) == {}


HOSTILE = [
    "shop/Pod/" + "a-" * 245,
    "../../etc/passwd",
    "shop/Pod/\u0000",
    "shop/Pod/till\n-x",
    "s" * 500,
    "/" * 500,
    "shop/Pod/(a+)+$",
    "shop/Pod/${HOME}",
    "constructor/__proto__/x",
]


def test_hostile_names_are_only_names(observe):
    found = observe(answer(*HOSTILE))["objects"]
    assert found["named"]
    assert not any(found["named"].values())


@pytest.fixture
def dataset(make, tmp_path: Path) -> Path:
    """The made-up snapshot laid out as ITBench-Lite, with two truths: one that can be won, one that cannot."""
    roots = {
        1: "{id: a, kind: HorizontalPodAutoscaler, namespace: shop, filter: ['*.*'], root_cause: true}",
        2: "{id: b, kind: ConfigMap, namespace: shop, name: discounts, root_cause: true}",
        3: "{id: till-1, kind: Pod, namespace: shop, filter: ['till-.*'], root_cause: true}",
    }
    for number, root in roots.items():
        folder = tmp_path / "data" / f"Scenario-{number}"
        make.write(folder, make.shop_files())
        (folder / "ground_truth.yaml").write_text(f"groups:\n- {root}\n")
    return tmp_path / "data"


OPEN = ("--sandbox", "none", "--allow-unsafe")


@pytest.mark.slow
def test_a_run_stores_what_was_observed_and_scores_by_it_now_and_later(dataset: Path, itbench) -> None:
    text = answer("shop/HorizontalPodAutoscaler/a").decode()
    program = f"cat > agent_output.json <<'END'\n{text}\nEND"
    words = ("sre/itbench-lite", "--data", dataset, "-t", "itbench-lite-1", "-a", "command", *OPEN)
    found = json.loads(itbench("run", "--json", *words, "--", "sh", "-c", program).out)
    shown = json.loads(itbench("show", found["path"], "itbench-lite-1", "--json").out)
    assert shown["observed"]["objects"]["named"] == {"shop/horizontalpodautoscaler/a": False}
    assert "wrong: not in data" in " ".join(shown["score"]["reasons"])
    assert found["score"] == 0.0
    assert json.loads(itbench("score", found["path"], "--json").out)["score"] == 0.0


@pytest.mark.slow
def test_validate_says_which_truths_no_name_in_the_data_can_win(dataset: Path, itbench) -> None:
    done = itbench("validate", "sre/itbench-lite", "--data", dataset)
    lines = [line for line in done.out.splitlines() if line.startswith("truth-winnable: ")]
    problem = "no object in its data matches the root cause shop/ConfigMap/discounts"
    assert lines == [
        f"truth-winnable: task itbench-lite-2: {problem}; correct the truth, or leave the task out"
    ]
    assert done.code == 1
