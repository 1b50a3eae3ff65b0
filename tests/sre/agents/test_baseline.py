"""The baseline as an agent: what it touches, what it leaves, and what it survives."""

import asyncio
import json
import random
import sys
import tempfile
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from itbench.interfaces.fault import LimitReached
from itbench.interfaces.task import Limits
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Input
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_sre.agents.evidence import gather

FILES = (
    "k8s_events_raw.tsv",
    "k8s_objects_raw.tsv",
    "otel_logs_raw.tsv",
    "otel_traces_raw.tsv",
    "alerts/alerts_at_2031-03-04T05-10-00.000000.json",
    "metrics/service_till_raw.tsv",
)
JUNK = {
    "nothing": b"",
    "noise": random.Random(4).randbytes(5000),
    "a lone quote": b'Timestamp\tBody\n2031-03-04 05:00:00\t"{""a"": 1\n',
    "nulls": b"\0" * 100,
    "deep": b'Timestamp\tBody\n2031-03-04 05:00:00\t"' + b"[" * 30_000 + b'"\n',
    "a list": b"[[1, 2], null, {}]",
    "odd alerts": b'[{"labels": {"alertname": "X", "service": "till"}, "activeAt": 7, "value": []}]',
}
ODD_BODIES = [
    {},
    {"kind": "Deployment", "metadata": {"name": "a"}, "spec": []},
    {"kind": "Deployment", "metadata": {"name": "a", "labels": 3, "managedFields": {"x": 1}}, "spec": {"template": 7}},
    {"kind": "Deployment", "metadata": {"name": "a", "managedFields": [3, {"time": 4}]}, "spec": {"template": {"spec": {"containers": [3, {"env": 3, "args": [None]}]}}}},
    {"kind": "NetworkPolicy", "metadata": {"name": "b"}, "spec": {"podSelector": {"matchLabels": [1]}}},
    {"kind": "NetworkPolicy", "metadata": {"name": "b"}, "spec": {"podSelector": None}},
    {"kind": "Service", "metadata": {"name": "c", "creationTimestamp": "yesterday"}, "spec": {"selector": "x"}},
    {"kind": "HorizontalPodAutoscaler", "metadata": {"name": "d"}, "spec": {"scaleTargetRef": 3}},
    {"kind": "ConfigMap", "metadata": {"name": "e"}, "data": "text"},
    {"kind": "ConfigMap", "metadata": {"name": "e"}, "data": {"k": None}},
    {"kind": 3, "metadata": {"name": "f"}},
    {"object": {"reason": 3, "involvedObject": [], "count": "many"}, "type": None},
    {"object": {"reason": None, "message": 4, "regarding": {"kind": "PodChaos", "name": 3}, "type": "Warning"}},
    {"object": "text"},
]  # fmt: skip


@pytest.fixture
def incident(tmp_path, shop, make):
    """A shop whose stock cannot reach its vault since that was rolled out anew."""
    shop.traffic(broken="vault")
    others = [make.deployment("till"), make.deployment("stock")]
    shop.pull(10, *others, make.deployment("vault"))
    shop.pull(610, *others, make.deployment("vault", image="vault:9", edited_s=590))
    shop.event(5, "Pod", "till-755465879b-rh5r4", "Started", "Started container", level="Normal")
    shop.alerts(tmp_path, 60)
    shop.alerts(tmp_path, 700, {"alertname": "RequestErrorRate", "service_name": "till"})
    return shop.write(tmp_path)


def test_it_touches_only_paths_that_the_workspace_listed_and_its_answer(incident, make):
    outcome = make.attempt("baseline", incident)
    listed = {path.relative_to(incident).as_posix() for path in incident.rglob("*") if path.is_file()}
    assert set(outcome.paths) <= listed | {".", make.ANSWER}
    assert outcome.names == ["shop/Deployment/vault"]


@pytest.mark.slow
def test_it_opens_no_file_outside_the_workspace(incident, make):
    make.attempt("baseline", incident)  # loads the modules
    watched, opened = True, []

    def notice(event, arguments):
        if watched and event == "open" and isinstance(arguments[0], str):
            opened.append(arguments[0])

    sys.addaudithook(notice)
    try:
        make.attempt("baseline", incident)
    finally:
        watched = False
    allowed = (str(incident), str(Path(tempfile.gettempdir()) / "itbench-"))
    assert [path for path in opened if Path(path).is_absolute() and not path.startswith(allowed)] == []
    inside = {part for path in incident.rglob("*") for part in path.relative_to(incident).parts}
    assert {path for path in opened if not Path(path).is_absolute()} <= inside | {make.ANSWER}
    assert any(path.endswith(FILES[0]) for path in opened)


def test_it_gives_the_same_answer_twice(incident, make):
    first, second = (make.attempt("baseline", incident) for _ in range(2))
    assert first.answer == second.answer
    assert [event.data for event in first.trace.events] == [event.data for event in second.trace.events]


def test_the_answer_meets_the_schema_and_goes_where_the_task_says(incident, make):
    from importlib.resources import files

    schema = json.loads((files("itbench_sre") / "scoring" / "answer.schema.json").read_text())
    outcome = make.attempt("baseline", incident, answer="out/finding.json")
    Draft202012Validator(schema).validate(outcome.answer)
    assert "out/finding.json" in outcome.paths


def test_it_tells_in_the_trace_what_it_saw_and_weighed(incident, make):
    outcome = make.attempt("baseline", incident)
    assert outcome.trace.usage.turns == 6
    assert '"about":"symptom"' in outcome.notes
    assert "stock -> vault" in outcome.notes
    assert '"name":"shop/Deployment/vault"' in outcome.notes
    assert outcome.trace.usage.replies == 0


def test_it_stops_at_its_limit_of_turns(incident, make):
    with pytest.raises(LimitReached):
        make.attempt("baseline", incident, limits=Limits(turns=2))


@pytest.mark.slow
@pytest.mark.parametrize("place", FILES)
@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_one_file_is_noted_and_survived(incident, make, place, junk):
    path = incident / place
    path.parent.mkdir(exist_ok=True)
    path.unlink(missing_ok=True)
    path.write_bytes(JUNK[junk])
    outcome = make.attempt("baseline", incident)
    assert isinstance(outcome.answer["contributing_factors"], list)
    is_read = not place.startswith("metrics/")
    is_fine = place.startswith("alerts/") and junk == "odd alerts"
    if is_read and not is_fine:
        assert place in outcome.notes


def test_objects_and_events_of_odd_shapes_are_survived(tmp_path, shop, make):
    shop.traffic(broken="vault")
    for number, body in enumerate(ODD_BODIES):
        for name in ("k8s_objects_raw.tsv", "k8s_events_raw.tsv"):
            shop._row(name, number, Body=json.dumps(body))
            shop._row(name, 590 + number, Body=json.dumps({**body, "more": [number]}))
    assert len(make.attempt("baseline", shop.write(tmp_path)).names) == 1


@pytest.mark.parametrize("missing", FILES[:4])
def test_a_missing_file_is_survived(incident, make, missing):
    (incident / missing).unlink()
    assert isinstance(make.attempt("baseline", incident).answer["contributing_factors"], list)


def test_an_empty_workspace_gets_an_answer_that_names_nothing(tmp_path, make):
    outcome = make.attempt("baseline", tmp_path)
    assert outcome.answer == {"contributing_factors": [], "propagations": []}


def test_a_file_that_may_not_be_read_is_noted(incident, make):
    class Closed(make.RecordingWorkspace):
        async def read_file(self, path, *, max_bytes=None):
            raise ValueError(f"{path!r} is not a plain file")

    async def work():
        async with LocalSandbox().open([Input(FILES[0], incident / FILES[0])]) as inner:
            trace = Trace()
            return await gather(Closed(inner), trace), trace

    evidence, trace = asyncio.run(work())
    assert evidence.begin_ns == 0
    assert any("cannot be read" in event.data for event in trace.events)
