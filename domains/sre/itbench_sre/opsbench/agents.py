"""Agents for recorded cases that use the tools by rules: cheats that know nothing, and a baseline that reads what is said."""

import re
from typing import TYPE_CHECKING, TypeAlias

from itbench import Task, Trace, Workspace, json_text
from itbench_sre.opsbench.task import vocabulary

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

Finding: TypeAlias = tuple[str, str]
"""A fault object and a root cause."""
Trick: TypeAlias = "Callable[[Case], Awaitable[Sequence[Finding]]]"

# The most frequent of the published cases.
MOST_FREQUENT = {
    "boutique": [
        ("namespace/boutique", "namespace_pod_quota_exceeded"),
        ("namespace/boutique", "namespace_memory_quota_exceeded"),
        ("node/master", "kube_scheduler_unavailable"),
    ],
    "trainticket": [
        ("app/tsdb-mysql", "db_read_only"),
        ("app/tsdb-mysql", "db_connection_exhaustion"),
        ("app/ts-travel-service", "gateway_misrouted"),
    ],
}
_POD_END = re.compile(r"-[a-z0-9]{6,10}-[a-z0-9]{5}$|-[0-9]+$|-[a-z0-9]{6,10}$")
_FIRST = {"namespace": "Admission_Fault", "node": "Infrastructure_Fault"}
_TAXONOMIES = (
    (r"missing_service_account", "Admission_Fault"),
    (r"(node|pod)_.*(mismatch|conflict)|taint|capacity|pvc?_", "Scheduling_Fault"),
    (r"image|volume|secret", "Startup_Fault"),
    (r"service_(selector|port|protocol|env|dns)|gateway", "Service_Routing_Fault"),
    (r"pod_(cpu|network)", "Performance_Fault"),
)


class Case:
    """The tools of one case, each answer as text."""

    def __init__(self, task: Task, workspace: Workspace) -> None:
        self.system = task.tags[0]
        self.namespace = {"trainticket": "train-ticket"}.get(self.system, self.system)
        self.apps: list[str] = vocabulary()["systems"][self.system]["apps"].split()
        self._tools = {tool.name: tool for tool in workspace.tools}

    async def ask(self, tool: str, **arguments: str | bool | int) -> str:
        """Return what a tool answers; nothing where there are no tools."""
        if tool not in self._tools:
            return ""
        found = await self._tools[tool].call(**arguments)
        return found if isinstance(found, str) else json_text(found)

    async def table(self, kind: str) -> list[list[str]]:
        """Return the rows of what `kubectl get` prints, without the header."""
        text = await self.ask("GetResources", resource_type=kind, namespace=self.namespace)
        return [
            row.split()
            for row in text.splitlines()
            if row.strip() and not row.startswith(("NAME", "No ", "LAST"))
        ]

    def app_of(self, name: str) -> str:
        """Return the app that an object's name belongs to."""
        name = name.rpartition("/")[2]
        fitting = [app for app in self.apps if name == app or name.startswith(f"{app}-")]
        return max(fitting, key=len, default=_POD_END.sub("", name))


class CaseAgent:
    """Hands in what one trick finds."""

    def __init__(self, trick: "Trick") -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the findings as an answer; nothing where the task is of another kind."""
        trace.turn()
        if not task.tags or task.tags[0] not in MOST_FREQUENT or task.hand_in.answer is None:
            return
        found = list(await self._trick(Case(task, workspace)))[:3]
        predictions = [
            {
                "rank": rank,
                "fault_taxonomy": taxonomy_of(target, cause),
                "fault_object": target,
                "root_cause": cause,
            }
            for rank, (target, cause) in enumerate(found, start=1)
        ]
        answer = {"key_evidence_summary": "", "top_3_predictions": predictions}
        await workspace.write_file(task.hand_in.answer, json_text(answer).encode())


def taxonomy_of(target: str, cause: str) -> str:
    """Return the taxonomy of a root cause, which follows from its name."""
    first = _FIRST.get(target.partition("/")[0])
    return first or next((name for form, name in _TAXONOMIES if re.search(form, cause)), "Runtime_Fault")
