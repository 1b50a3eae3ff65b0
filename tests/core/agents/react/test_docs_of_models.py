"""The provider that docs/how-to/models.md shows works as it stands."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

from itbench import Limits, Task, Trace
from itbench.agents.model_driven.options import ReactOptions
from itbench.agents.react.agent import ReactAgent
from itbench.models import ModelRequest, ModelSettings
from itbench.sandbox.plain.sandbox import LocalSandbox

PAGE = Path(__file__).parents[4] / "docs" / "how-to" / "models.md"


def test_the_provider_of_the_page_works() -> None:
    shown: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)[0], shown)
    model = shown["PARROT"].create(ModelRequest(provider="parrot", name="green"))
    trace = Trace(limits=Limits(turns=5))

    async def work() -> None:
        task = Task(id="talk", title="Talk", instructions="Say something.")
        async with LocalSandbox().open([]) as workspace:
            await ReactAgent(model, ReactOptions(settings=ModelSettings())).solve(task, workspace, trace)

    asyncio.run(work())
    replies = [json.loads(event.data)["text"] for event in trace.events if event.kind == "reply"]
    assert "Say something." in replies[0]
    assert "used no tool" in replies[1]
    assert json.loads(trace.events[0].data)["model"] == {"name": "parrot/green"}
