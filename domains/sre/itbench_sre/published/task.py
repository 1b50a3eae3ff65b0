"""What an agent is told about a published scenario: the contract of ITBench-AA in our own words."""

from typing import TYPE_CHECKING

from itbench import JsonObject

if TYPE_CHECKING:
    from itbench import Task

ANSWER_NAME = "agent_output.json"
# ITBench-AA's cap: https://artificialanalysis.ai/articles/itbench-aa-launch
TURNS = 100

INSTRUCTIONS = """\
An incident has struck an application on a Kubernetes cluster. What monitoring recorded around it lies in your
working directory, read-only. There is no live cluster. Find out what caused the incident.

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


def make_task(task_id: str, number: int, *, suite: str, title: str, public_id: str) -> "Task":
    """Return the public task of one scenario."""
    from itbench import HandIn, Limits, Task

    return Task(
        id=task_id,
        title=f"Incident {number} of {title}",
        instructions=INSTRUCTIONS,
        hand_in=HandIn(answer=ANSWER_NAME, answer_schema=_answer_schema()),
        limits=Limits(turns=TURNS),
        tags=("sre", suite, *([public_id] if public_id else [])),
    )


def _answer_schema() -> JsonObject:
    import json
    from importlib.resources import files

    path = files("itbench_sre") / "scoring" / "answer.schema.json"
    schema: JsonObject = json.loads(path.read_text(encoding="utf-8"))
    return schema
