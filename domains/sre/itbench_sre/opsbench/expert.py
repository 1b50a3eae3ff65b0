"""What the experts did: their calls replayed in a workspace, and the right answer."""

from contextlib import suppress

from itbench import JsonObject, ToolError, Workspace
from itbench.kit import closest_path
from itbench_sre.opsbench.steps import step_of


def right_answer(truth: JsonObject) -> JsonObject:
    """Return the answer with the true diagnosis alone."""
    fields = ("fault_taxonomy", "fault_object", "root_cause")
    return {
        "key_evidence_summary": "",
        "top_3_predictions": [{"rank": 1} | {field: truth[field] for field in fields}],
    }


async def replay(truth: JsonObject, workspace: Workspace) -> None:
    """Make the calls of the trajectory that comes nearest to a written path; without tools, make none."""
    tools = {tool.name: tool for tool in workspace.tools}
    if not tools:
        return

    def nearness(calls: list[tuple[str, JsonObject]]) -> tuple[float, float]:
        noted = [{"tool": tool, "arguments": arguments, "is_error": False} for tool, arguments in calls]
        steps = [step for call in noted if (step := step_of(call)) is not None]
        _, near = closest_path(steps, truth["process"])
        return near.coverage, near.relevance

    for tool, arguments in max(truth["expert"].values(), key=nearness):
        # One of the published calls names no kind; its expert was told so, and continued.
        with suppress(ToolError):
            await tools[tool].call(**arguments)
