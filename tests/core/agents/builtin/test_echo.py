"""The echo fits whatever schema it is given, so that it is scored and not refused."""

import asyncio
import json
from pathlib import PurePosixPath
from typing import Any

import pytest

from itbench import HandIn, Task, Trace
from itbench.agents.builtin.echo import EchoAgent
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.schema.check import schema_faults


def echo(hand_in: HandIn) -> dict[str, bytes]:
    async def work() -> dict[str, bytes]:
        task = Task(id="t", title="The title", instructions="The instructions", hand_in=hand_in)
        async with LocalSandbox().open(()) as workspace:
            await EchoAgent().solve(task, workspace, Trace())
            assert isinstance(workspace.path, PurePosixPath)
            return {path: await workspace.read_file(path) for path in await workspace.list_files()}

    return asyncio.run(work())


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string", "maxLength": 3},
        {"type": ["number", "null"]},
        {"enum": [7]},
        {"const": {"a": 1}},
        {"type": "array", "items": {"type": "boolean"}},
        {"type": "object", "required": ["a"], "properties": {"a": {"type": "array"}, "b": {"type": "null"}}},
        {"anyOf": [{"properties": {"x": {"type": "integer"}}, "required": ["x"]}, {"type": "string"}]},
    ],
)
def test_the_echo_fits_the_answer_s_schema(schema: dict[str, Any]) -> None:
    (data,) = echo(HandIn(answer_schema=schema)).values()
    assert schema_faults(json.loads(data), schema) == []


def test_a_schema_that_never_ends_does_not_keep_the_echo_for_ever() -> None:
    schema: dict[str, Any] = {"type": "array", "items": {}}
    for _ in range(50):
        schema = {"type": "array", "items": schema}
    assert len(echo(HandIn(answer_schema=schema))["answer.json"]) < 100


def test_files_that_the_task_asks_for_get_the_instructions() -> None:
    assert echo(HandIn(answer=None, files=("a/policy.rego",))) == {"a/policy.rego": b"The instructions"}
