"""What an agent is told of a recorded case: the closed lists of Cloud-OpsBench, in our own words."""

from functools import cache
from pathlib import Path

from itbench import HandIn, JsonObject, Limits, Task
from itbench.kit import read_object

ANSWER_NAME = "agent_output.json"
# The authors give 20 steps, of which the last is the answer; here writing and finishing take turns of their own.
_TURNS = {"tools": 30, "raw": 100, "kubectl": 100}
_WAYS = {
    "tools": "The cluster was recorded; your tools answer as they did then. Use them to find out what happened.",
    "raw": "The cluster was recorded; what was recorded lies in your working directory: k8s_states.json (the output of each kubectl "
    "command, by the command), logs.json (lines by service), alert.json, and metrics.csv where metrics were recorded.",
    "kubectl": "The cluster was recorded; the program kubectl on your PATH answers get, describe and logs as it did then.",
}
_TEXT = """\
The application {title} in the Kubernetes namespace `{namespace}` has a fault. The symptom that was reported: "{query}"
Find the one fault that causes it. {way}

Hand in your finding as the file {answer} in your working directory, the most likely diagnosis first, and no more than three:

{{"key_evidence_summary": "what shows it",
 "top_3_predictions": [{{"rank": 1, "fault_taxonomy": "...", "fault_object": "...", "root_cause": "..."}}]}}

root_cause is one of these; what it is about decides the form of fault_object:
- fault_object namespace/{namespace}: {namespace_causes}
- fault_object node/<name>, one of {nodes}: {node_causes}
- fault_object app/<name>: {app_causes}
An app is a service of the application with its Deployment and pods, by one name. The apps: {apps}

fault_taxonomy says where the fault began, not where it shows:
{taxonomies}
"""


@cache
def vocabulary() -> JsonObject:
    """Return the closed lists: taxonomies, root causes by what they are about, nodes, and the apps of each system."""
    return read_object(Path(__file__).with_name("vocabulary.json"))


def make_task(task_id: str, *, system: str, namespace: str, query: str, way: str) -> Task:
    """Return the public task of one case.

    Args:
        task_id: of the task.
        system: the application's folder in the dataset, the only tag.
        namespace: of the application.
        query: the symptom.
        way: in which the agent sees the recording: tools, raw or kubectl.
    """
    words = vocabulary()
    known = words["systems"][system]
    causes = {f"{kind}_causes": ", ".join(names) for kind, names in words["root_causes"].items()}
    text = _TEXT.format(
        title=known["title"], namespace=namespace, query=query, way=_WAYS[way], answer=ANSWER_NAME,
        nodes=", ".join(words["nodes"]), apps=known["apps"].replace(" ", ", "), **causes,
        taxonomies="\n".join(f"- {name}: {meaning}" for name, meaning in words["taxonomies"].items()),
    )  # fmt: skip
    return Task(
        id=task_id,
        title=f"Incident of {known['title']}",
        instructions=text,
        hand_in=HandIn(answer=ANSWER_NAME, answer_schema=_answer_schema()),
        limits=Limits(turns=_TURNS[way]),
        tags=(system,),
    )


def is_case(task: Task) -> bool:
    """Tell whether a task is one of these."""
    return task.hand_in.answer_schema.get("required") == ["top_3_predictions"]


def _answer_schema() -> JsonObject:
    fields = ("fault_taxonomy", "fault_object", "root_cause")
    prediction = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    return {
        "type": "object",
        "required": ["top_3_predictions"],
        "properties": {
            "key_evidence_summary": {"type": "string"},
            "top_3_predictions": {"type": "array", "items": prediction},
        },
    }
