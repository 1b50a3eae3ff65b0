"""`files=raw` and `tools=kubectl`: what an agent finds in the sandbox instead of the ten tools."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from itbench import TrialSetup
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench_sre.opsbench.environment import CaseEnvironment
from itbench_sre.opsbench.kubectl import answer

from .conftest import LABELS, NODES, PODS, environment_of, suite_of

LAST = "".join(f"line {line}\n" for line in (58, 59))
EVERY = "".join(f"line {line}\n" for line in range(60))
# Command lines after `kubectl`, and what they print; None for what is politely refused.
LINES: list[tuple[str, str | None]] = [
    ("get pods -n boutique", PODS),
    ("get po", PODS),
    ("-n boutique get pod", PODS),
    ("get pods --namespace=boutique", PODS),
    ("get --show-labels pods -nboutique", LABELS),
    ("get pods -n default", None),
    ("get secrets", "No resources found in boutique namespace.\n"),
    ("describe pod cart-5d8f9c7b6d-x2x4z", "Name: cart\n"),
    ("describe pod/cart-5d8f9c7b6d-x2x4z", "Name: cart\n"),
    ("get no -o wide", NODES),
    ("get nodes -owide -n boutique", NODES),
    ("get events", "9s Warning"),
    ("get ev --sort-by=.metadata.creationTimestamp", "9s Warning"),
    ("logs cart-5d8f9c7b6d-x2x4z --tail 2", LAST),
    ("logs pod/cart-5d8f9c7b6d-x2x4z --tail=-1", EVERY),
    ("logs deploy/cart --tail=100", EVERY),
    ("logs cart -p", "ended\n\nbadly\n"),
    ("logs cart -c istio-proxy", None),
    ("logs cart --tail=x", None),
    ("logs cart --tail=0", ""),
    ("logs shop", None),
    ("delete pod cart", None),
    ("get pods -o json", None),
    ("get pods --watch", None),
    ("get", None),
    ("apply -f x.yaml", None),
    ("", None),
]


def recorded(clone: Path) -> dict[str, Any]:
    raw = next(clone.glob("benchmark/*/*/7")) / "raw_data"
    states, logs = (json.loads((raw / f"{name}.json").read_text()) for name in ("k8s_states", "logs"))
    return {"namespace": "boutique", "states": states, "logs": logs}


def test_kubectl_answers_recorded_command_lines_in_any_spelling(clone: Path) -> None:
    recording = recorded(clone)
    for line, expected in LINES:
        assert answer(recording, line.split()) == expected, line


def test_what_was_recorded_as_no_text_is_no_answer(clone: Path) -> None:
    recording = recorded(clone)
    recording["states"] |= {"kubectl get nodes -o wide": ["a"], "kubectl get pods -n boutique": 5, "": "x"}
    assert answer(recording, ["get", "nodes", "-o", "wide"]) is None
    assert answer(recording, ["get", "pods"]) is None


@pytest.mark.slow  # Reads all cases there are.
def test_every_recorded_command_line_is_answered_as_recorded(published: Path) -> None:
    for path in sorted(published.glob("benchmark/*/*/*/raw_data/k8s_states.json"))[::7]:
        states = json.loads(path.read_text())
        place = "train-ticket" if "trainticket" in str(path) else "boutique"
        some = dict(list(states.items())[::40])
        for line, output in some.items():
            if "|" in line or "NAME" in line:
                continue
            found = answer({"namespace": place, "states": states, "logs": {}}, line.split()[1:])
            assert found == (
                output or f"No resources found in {line.rpartition(' -n ')[2].split()[0]} namespace.\n"
            ), line


@pytest.fixture
def sandbox(plain_sandbox: BubblewrapSandbox) -> BubblewrapSandbox:
    return plain_sandbox


async def said(
    clone: Path, sandbox: BubblewrapSandbox, option: dict[str, str], *commands: str
) -> list[tuple[int | None, str]]:
    suite = suite_of(clone, **option)
    task = next(task for task in suite.tasks() if suite.directory(task.id).name == "7")
    hidden, secret = suite.hidden(task.id), suite.setup(task.id)
    setup = TrialSetup(task=task, hidden=hidden, secret=secret, sandbox=sandbox, bench=sandbox)
    environment = CaseEnvironment(setup)
    async with environment.open() as workspace:
        assert list(workspace.tools) == []
        done = [await workspace.execute(command, timeout_s=30) for command in commands]
        assert (await environment.observe({})).state == {}
    return [(each.exit_code, each.stdout + each.stderr) for each in done]


def test_kubectl_is_on_the_path_in_the_sandbox(clone: Path, sandbox: BubblewrapSandbox) -> None:
    lines = ("kubectl get po --show-labels", "kubectl logs cart --tail=1", "kubectl delete ns boutique", "ls")
    found = asyncio.run(said(clone, sandbox, {"tools": "kubectl"}, *lines))
    assert found[:2] == [(0, LABELS), (0, "line 59\n")]
    code, text = found[2]
    assert code == 1
    assert text.startswith("error: this kubectl answers from a recording")
    assert "It knows: kubectl get" in text
    assert found[3] == (0, "")


def test_raw_files_show_neither_their_place_nor_their_time(clone: Path, sandbox: BubblewrapSandbox) -> None:
    lines = ("ls -A", "cat /proc/self/mountinfo; ls -lR --full-time; env", "cat k8s_states.json")
    names, surroundings, states = asyncio.run(said(clone, sandbox, {"files": "raw"}, *lines))
    assert names == (0, "alert.json\nk8s_states.json\nlogs.json\n")
    assert json.loads(states[1])["kubectl get pods -n boutique"] == PODS
    for word in ("scheduling", "benchmark", str(clone)):
        assert word not in surroundings[1]


def test_with_tools_the_workspace_is_empty(clone: Path) -> None:
    async def look() -> list[str]:
        suite = suite_of(clone)
        async with environment_of(suite, next(iter(suite.directories))).open() as workspace:
            return await workspace.list_files()

    assert asyncio.run(look()) == []
