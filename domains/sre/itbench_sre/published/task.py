"""What an agent is told about a published scenario: the contract of ITBench-AA in our own words."""

from typing import TYPE_CHECKING

from itbench import JsonObject

if TYPE_CHECKING:
    from itbench import Task

ANSWER_NAME = "agent_output.json"
# ITBench-AA's cap: https://artificialanalysis.ai/articles/itbench-aa-launch
TURNS = 100

_REST = """\
What you may find (a file is absent if nothing was recorded):

- alerts/*.json: Prometheus alerts, one file a minute; the time of the pull is in the file name. `activeAt` is when a
  condition began. Files named alerts_in_alerting_state_* hold the alerts that were on when the incident was noticed.
- k8s_events_raw.tsv: Kubernetes events; the JSON in Body wraps each event in {"object", "type"}. Every event is there
  twice, once for each API group.
- k8s_objects_raw.tsv: Kubernetes objects as JSON in Body, all of them every few minutes, so that changes show.
- otel_logs_raw.tsv: log records of the services.
- otel_traces_raw.tsv: spans; Duration is in nanoseconds.
- metrics/pod_*_raw.tsv and metrics/service_*_raw.tsv: samples of Prometheus metrics; counters and buckets add up over
  time.

The .tsv files have a header line and tabs between fields. A field may itself hold tabs, line ends and quotes; it then
stands in double quotes. So read them with a CSV reader (delimiter tab, a large field size limit), not line by line.
Attribute columns print as Python dictionaries. All times are UTC.

Hand in your finding as the file agent_output.json in your working directory:

{"contributing_factors": [
  {"name": "namespace/Kind/name", "reasoning": "why this caused the incident", "evidence": "what in the data shows it"}
]}

Name the Kubernetes entities that caused the incident, and no others: every entity that only suffers from it, or merely
shows up at the same time, costs you score, and so does a cause that is missing. Write the name without generated ids
where you can, and a cluster-scoped entity as cluster/Kind/name.
"""

INSTRUCTIONS = f"""\
An incident has struck an application on a Kubernetes cluster. What monitoring recorded around it lies in your
working directory, read-only. There is no live cluster. Find out what caused the incident.

{_REST}"""

CALLED = f"""\
You are on call for an application on a Kubernetes cluster. An alert with the label severity=page has called you; it
is among those in alerts/alerts_in_alerting_state_*.json, which were on when you began to look. What monitoring
recorded around it lies in your working directory, read-only. There is no live cluster. Find out what caused that page.

Much goes on in this cluster at the same time, and most of it is innocent: changes, experiments, other alerts. A routine
operation that only brought an older fault to light (a restart, a drain, a rollout that is good in itself) is not the
cause; the fault is. It may also be that nothing is wrong, as where an objective is too strict: then hand in an empty
list.

{_REST}
Each factor may have a "confidence" from 0 to 1, and so may the whole answer where its list is empty.
"""
"""What an agent is told about one of our own incidents."""


def make_called_task(task_id: str, number: int) -> "Task":
    """Return the public task of one of our own incidents."""
    return _task(task_id, f"Incident {number} of sre/incidents", CALLED, ("sre", "incidents"))


def make_task(task_id: str, number: int, *, suite: str, title: str, public_id: str) -> "Task":
    """Return the public task of one scenario."""
    tags = ("sre", suite, *([public_id] if public_id else []))
    return _task(task_id, f"Incident {number} of {title}", INSTRUCTIONS, tags)


def _task(task_id: str, title: str, instructions: str, tags: tuple[str, ...]) -> "Task":
    from itbench import HandIn, Limits, Task

    return Task(
        id=task_id,
        title=title,
        instructions=instructions,
        hand_in=HandIn(answer=ANSWER_NAME, answer_schema=_answer_schema()),
        limits=Limits(turns=TURNS),
        tags=tags,
    )


def _answer_schema() -> JsonObject:
    import json
    from importlib.resources import files

    path = files("itbench_sre") / "scoring" / "answer.schema.json"
    schema: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    return schema
