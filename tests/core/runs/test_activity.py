"""What plugins are told of what a trial does at the moment."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Itbench = Callable[..., Any]
KEY = "sk-planted-in-a-command-4711"

HEARER = """
import json
from itbench import hookimpl

@hookimpl
def trial_activity(key, activity, text):
    with open("heard.jsonl", "a") as file:
        print(json.dumps([key.task, activity, text]), file=file)
"""
WORKER = """
from dataclasses import replace
import os
from itbench import AgentSpec
from itbench_sums import DOMAIN as SUMS, Adder

class Worker(Adder):
    def __init__(self, request):
        self._events, self._delay_s, self._wrong = 1, 0, 0
    async def solve(self, task, workspace, trace):
        await workspace.execute("echo " + os.environ["SERVICE_API_KEY"], timeout_s=5)
        await super().solve(task, workspace, trace)

DOMAIN = replace(SUMS, name="working", agents=(
    AgentSpec(name="worker", summary="s", create=Worker, role="baseline", is_in_process=False),))
"""


@pytest.mark.slow  # A whole run.
def test_a_plugin_hears_in_order_what_a_trial_does_and_no_secret(
    sums: Path, itbench: Itbench, distribution: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SERVICE_API_KEY", KEY)
    distribution("hearer", group="itbench.plugins", points={"hearer": "hearer"}, code={"hearer": HEARER})
    distribution("working", group="itbench.domains", points={"working": "wrk:DOMAIN"}, code={"wrk": WORKER})
    assert itbench("run", "working", "-n", "1", "--sandbox", "none", "--allow-unsafe").code == 0
    heard = [json.loads(line) for line in Path("heard.jsonl").read_text().splitlines()]
    assert heard == [
        ["sum-0000", "agent", ""],
        ["sum-0000", "tool", "echo [secret]"],
        ["sum-0000", "environment", "looking at the end state"],
        ["sum-0000", "scoring", ""],
    ]
