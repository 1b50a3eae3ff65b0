"""An agent without a model: it links what changed to what went wrong and names the best-explained change."""

import asyncio

from itbench import Task, Trace, Workspace, json_text
from itbench_sre.agents.diagnosis import find_candidates, make_answer
from itbench_sre.agents.evidence import gather
from itbench_sre.opsbench.rules import make_agent
from itbench_sre.opsbench.task import is_case

_NOTED_SYMPTOMS = 12
_NOTED_CANDIDATES = 6


class BaselineAgent:
    """Reads the snapshot in the workspace, ranks candidates and writes one diagnosis."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Diagnose the incident; the answer names nothing where the snapshot shows nothing."""
        if is_case(task):
            await make_agent("baseline").solve(task, workspace, trace)
            return
        evidence = await gather(workspace, trace)
        trace.turn()
        symptoms, candidates = await asyncio.to_thread(find_candidates, evidence)
        for symptom in symptoms[:_NOTED_SYMPTOMS]:
            trace.record(
                "note", about="symptom", source=symptom.source, place=symptom.place, text=symptom.text
            )
        for candidate in candidates[:_NOTED_CANDIDATES]:
            parts = [f"{reason} (+{part:.2f})" for part, reason, _ in candidate.parts]
            trace.record(
                "note",
                about="candidate",
                name=candidate.name,
                score=round(candidate.score, 3),
                parts=list(parts),
            )
        if task.hand_in.answer is not None:
            answer = make_answer(symptoms, candidates, evidence)
            await workspace.write_file(task.hand_in.answer, json_text(answer).encode())
