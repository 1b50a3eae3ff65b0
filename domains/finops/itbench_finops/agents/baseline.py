"""An agent without a model, for either kind of task."""

from itbench import Task, Trace, Workspace, json_text
from itbench_finops.agents.bill import read_bill
from itbench_finops.agents.explain import explain
from itbench_finops.agents.fleet import FLEET_NAME, read_fleet
from itbench_finops.agents.thumb import thumb_size
from itbench_finops.agents.tricks import answer_of


class BaselineAgent:
    """Explains a bill by what each resource cost on the same weekday, or sizes a fleet by a rule of thumb."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Read what is there and hand in an answer; nothing where nothing can be read."""
        trace.turn()
        answer: bytes | None = None
        if FLEET_NAME in await workspace.list_files():
            fleet = await read_fleet(workspace, trace)
            if fleet is not None:
                answer = json_text({"plan": [thumb_size(entry) for entry in fleet]}).encode()
        else:
            bill = await read_bill(workspace, trace)
            if bill is not None:
                findings = explain(bill)
                for finding in findings:
                    trace.record("note", about="finding", name=finding.name, text=finding.reason)
                answer = answer_of((finding.name, finding.type) for finding in findings)
        if answer is not None and task.hand_in.answer is not None:
            await workspace.write_file(task.hand_in.answer, answer)
