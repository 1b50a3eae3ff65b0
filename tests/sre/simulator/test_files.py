"""The files of an incident are in the published format, to the byte."""

from __future__ import annotations

import ast
import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from itbench_sre.world.telemetry.promql import histogram_quantile, rate, total

LOGS = (
    "Timestamp,TimestampTime,TraceId,SpanId,TraceFlags,SeverityText,SeverityNumber,ServiceName,Body,ResourceSchemaUrl,"
    "ResourceAttributes,ScopeSchemaUrl,ScopeName,ScopeVersion,ScopeAttributes,LogAttributes,EventName"
)
TRACES = (
    "Timestamp,TraceId,SpanId,ParentSpanId,TraceState,SpanName,SpanKind,ServiceName,ResourceAttributes,ScopeName,"
    "ScopeVersion,SpanAttributes,Duration,StatusCode,StatusMessage,Events.Timestamp,Events.Name,Events.Attributes,"
    "Links.TraceId,Links.SpanId,Links.TraceState,Links.Attributes"
)
PODS = "metric_name,timestamp,value,pod_name,namespace,tags"
SERVICES = "metric_name,timestamp,value,service_name,namespace,bucket_le,tags,metric_type,status_code"
HEADERS = {
    "k8s_events_raw.tsv": LOGS,
    "k8s_objects_raw.tsv": LOGS,
    "otel_logs_raw.tsv": LOGS,
    "otel_traces_raw.tsv": TRACES,
}
NANOSECONDS = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{9}")
SAMPLES = Path(__file__).parents[3] / "../shared/reference/itbench/snapshot_samples"


@pytest.fixture(scope="module")
def made(incidents):
    return incidents.by_mechanism("rollout-image")


@pytest.mark.slow
def test_the_snapshot_has_the_published_files(made):
    names = {path.relative_to(made.path).parts[0] for path in made.path.rglob("*")}
    assert names == {"alerts", "metrics", *HEADERS}
    assert not (made.path / "ground_truth.yaml").exists()


@pytest.mark.slow
def test_every_table_has_its_exact_header(made):
    for name, header in HEADERS.items():
        assert (made.path / name).read_text(encoding="utf-8").split("\n", 1)[0] == header.replace(",", "\t")
    for path in (made.path / "metrics").iterdir():
        header = PODS if path.name.startswith("pod_") else SERVICES
        assert path.read_text(encoding="utf-8").split("\n", 1)[0] == header.replace(",", "\t")


@pytest.mark.slow
def test_a_csv_writer_reproduces_every_table(made):
    for path in made.path.rglob("*.tsv"):
        text = path.read_bytes().decode()
        copy = io.StringIO()
        rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t")
        csv.writer(copy, delimiter="\t", lineterminator="\n").writerows(rows)
        assert copy.getvalue() == text, path.name
        assert "\r" not in text


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_times_have_nine_digits_and_ascend(made, name):
    times = [row["Timestamp"] for row in made.rows(name)]
    assert all(NANOSECONDS.fullmatch(time) for time in times)
    assert times == sorted(times)


@pytest.mark.slow
def test_maps_are_dict_reprs_of_strings(made):
    for name in HEADERS:
        for row in made.rows(name)[::7]:
            for column in ("ResourceAttributes", "LogAttributes", "SpanAttributes"):
                if column in row:
                    parsed = ast.literal_eval(row[column])
                    assert all(isinstance(value, str) for pair in parsed.items() for value in pair)
                    assert repr(parsed) == row[column]


def test_every_event_is_seen_through_both_apis(made):
    seen = Counter()
    times = {}
    for row in made.rows("k8s_events_raw.tsv"):
        body = json.loads(row["Body"])
        made_object = body["object"]
        version = made_object["metadata"]["resourceVersion"]
        key = (made_object["metadata"]["name"], body["type"], version)
        seen[key, made_object["apiVersion"]] += 1
        times.setdefault(key, []).append(int(row["Timestamp"][-9:]))
        assert row["Body"] == json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False) or (
            "\\u0026" in row["Body"] or "\\u003c" in row["Body"] or "\\u003e" in row["Body"]
        )
    assert set(seen.values()) == {1}
    assert {api for _, api in seen} == {"v1", "events.k8s.io/v1"}
    assert all(len(pair) == 2 for pair in times.values())
    assert all((max(pair) - min(pair)) % 999_900_000 < 100_000 for pair in times.values())


def test_both_shapes_of_an_event_have_their_own_fields(made):
    for row in made.rows("k8s_events_raw.tsv"):
        event = json.loads(row["Body"])["object"]
        if event["apiVersion"] == "v1":
            assert {"involvedObject", "message", "count", "firstTimestamp", "lastTimestamp", "source"} <= set(
                event
            )
        else:
            assert {"regarding", "note", "deprecatedCount", "deprecatedSource", "reportingController"} <= set(
                event
            )
        assert event["eventTime"] is None
        assert ast.literal_eval(row["LogAttributes"])["event.name"] == event["metadata"]["name"]


def test_events_name_real_neighbours(made):
    namespaces = {event["metadata"]["namespace"] for event in made.events()}
    assert {"otel-demo", "data-recorders"} <= namespaces


def test_objects_are_pulled_every_five_minutes(made):
    pulls = {}
    for row in made.rows("k8s_objects_raw.tsv"):
        kind = ast.literal_eval(row["LogAttributes"])["k8s.resource.name"]
        hour, minute, second = row["Timestamp"][11:].split(":")
        moment = int(hour) * 3600 + int(minute) * 60 + float(second)
        if moment not in pulls.setdefault(kind, []):
            pulls[kind].append(moment)
    assert {"jobs", "persistentvolumeclaims", "poddisruptionbudgets", "roles", "rolebindings"} <= set(pulls)
    assert len(pulls) >= 20
    assert len({times[0] for times in pulls.values()}) == len(pulls)
    for times in pulls.values():
        assert len(times) >= 4
        gaps = [after - before for before, after in pairwise(times)]
        assert all(abs(gap - 300) < 0.01 for gap in gaps)


def test_objects_carry_what_the_api_server_adds(made):
    for body in made.objects():
        assert {"creationTimestamp", "managedFields", "name", "resourceVersion", "uid"} <= set(
            body["metadata"]
        )
        assert "apiVersion" in body
        assert not body["apiVersion"].startswith("chaos-mesh.org")
        assert body["kind"] not in {"Secret", "Event"}


def test_a_resource_version_changes_whenever_the_spec_does(made):
    seen = {}
    for body in made.objects():
        key = (body["kind"], body["metadata"].get("namespace"), body["metadata"]["name"])
        content = json.dumps([body.get("spec"), body.get("data")], sort_keys=True)
        version = body["metadata"]["resourceVersion"]
        if key in seen and seen[key][0] == version:
            assert seen[key][1] == content, key
        seen[key] = (version, content)


def test_alerts_are_polled_once_a_minute(made):
    names = sorted(path.name for path in (made.path / "alerts").iterdir())
    polled = [name for name in names if name.startswith("alerts_at_")]
    assert len(polled) in {20, 21}
    assert all(
        re.fullmatch(r"alerts_at_\d{4}(-\d\d){2}T\d\d-\d\d-\d\d\.\d{6}\.json", name) for name in polled
    )
    (first,) = [name for name in names if name not in polled]
    assert re.fullmatch(r"alerts_in_alerting_state_\d{4}(-\d\d){2}T\d{6}\.\d{6}Z\.json", first)


def test_alert_files_are_indented_lists_of_firing_alerts(made):
    for path in (made.path / "alerts").iterdir():
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        is_list = path.name.startswith("alerts_at_")
        assert text == json.dumps(content, indent=4, sort_keys=not is_list)
        alerts = content if is_list else content["data"]["alerts"]
        assert alerts
        for alert in alerts:
            assert set(alert) == {"labels", "annotations", "state", "activeAt", "value"}
            assert alert["state"] == "firing"
            assert re.fullmatch(r"-?\d(\.\d+)?e[+-]\d\d", alert["value"])


def test_an_alert_of_the_application_fires_before_the_fault(made):
    first = sorted((made.path / "alerts").glob("alerts_at_*"))[:8]
    names = {alert["labels"]["alertname"] for path in first for alert in json.loads(path.read_text())}
    assert "Watchdog" in names
    assert "RequestErrorRate" in names


def test_spans_use_the_spellings_of_the_trace_table(made):
    rows = made.rows("otel_traces_raw.tsv")
    assert {row["SpanKind"] for row in rows} == {"Client", "Server", "Producer", "Consumer"}
    assert {row["StatusCode"] for row in rows} == {"Unset", "Error"}
    for row in rows:
        assert re.fullmatch(r"[0-9a-f]{32}", row["TraceId"])
        assert re.fullmatch(r"[0-9a-f]{16}", row["SpanId"])
        assert int(row["Duration"]) >= 0
        assert (row["StatusMessage"] != "") == (row["StatusCode"] == "Error")


@pytest.mark.slow
def test_metrics_use_the_spellings_of_prometheus(made):
    rows = made.rows("metrics/service_frontend_raw.tsv")
    assert {row["metric_type"] for row in rows} == {"duration_p95", "error_rate"}
    for row in rows:
        tags = ast.literal_eval(row["tags"])
        assert list(tags) == sorted(tags)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}", row["timestamp"])
        assert float(row["value"]) == int(float(row["value"]))
        if row["metric_type"] == "duration_p95":
            assert tags["le"] == row["bucket_le"]
            assert row["status_code"] == ""
        else:
            assert row["status_code"] == tags["status_code"] == "STATUS_CODE_ERROR"


def test_the_rows_of_some_services_appear_twice_as_published(made):
    doubled, single = set(), set()
    for path in (made.path / "metrics").glob("service_*"):
        rows = path.read_text(encoding="utf-8").splitlines()[1:]
        counts = set(Counter(rows).values())
        assert len(counts) == 1
        (doubled if counts == {2} else single).add(path.name)
        if counts == {2}:
            assert rows[::2] == rows[1::2]
    assert doubled
    assert len(single) > len(doubled)


def test_there_is_one_metrics_file_per_pod_that_ran(made):
    pods = {body["metadata"]["name"] for body in made.objects() if body["kind"] == "Pod"}
    files = {path.name[4:-8] for path in (made.path / "metrics").glob("pod_*")}
    assert len(files) >= 20
    assert len(files - pods) <= 2, "a pod may live and die between two pulls"
    services = {path.name[8:-8] for path in (made.path / "metrics").glob("service_*")}
    assert not services & {"flagd", "load-generator"}
    assert len(services) == 15


def test_a_metrics_file_of_a_pod_holds_memory_and_processor_figures(made):
    path = next((made.path / "metrics").glob("pod_cart-*"))
    names = {row["metric_name"] for row in made.rows(f"metrics/{path.name}")}
    assert {"container_cpu_usage_seconds_total", "container_memory_working_set_bytes"} <= names
    assert all("cpu" in name or "memory" in name for name in names)


def test_file_times_tell_nothing(made):
    assert len({path.stat().st_mtime_ns for path in made.path.rglob("*")}) == 1


@pytest.mark.parametrize(
    ("sample", "ours"),
    [
        ("scenario2_k8s_events_raw.head.tsv", "k8s_events_raw.tsv"),
        ("scenario2_otel_traces_raw.head.tsv", "otel_traces_raw.tsv"),
        ("scenario2_metrics_service_frontend-proxy_raw.head.tsv", "metrics/service_frontend_raw.tsv"),
    ],
)
def test_headers_equal_those_of_the_published_files(made, sample, ours):
    if not (SAMPLES / sample).exists():
        pytest.skip(f"no published samples at {SAMPLES}")
    published = (SAMPLES / sample).read_text(encoding="utf-8").split("\n", 1)[0]
    assert (made.path / ours).read_text(encoding="utf-8").split("\n", 1)[0] == published


def _ms(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _recomputed(rows, bucket, end_ms):
    """Return the rate of each series of one bucket (or of the error counts) over two minutes."""
    series = {}
    for row in rows:
        if row["bucket_le"] == bucket:
            series.setdefault(row["tags"], {})[_ms(row["timestamp"])] = float(row["value"])
    rates = [rate(list(points.items()), end_ms, 120_000) for _, points in sorted(series.items())]
    return [value for value in rates if value is not None]


@pytest.mark.slow
def test_alert_values_follow_from_the_exported_metrics(made):
    checked = Counter()
    for path in sorted((made.path / "alerts").glob("alerts_at_*"))[4:]:
        date, clock = path.name[10:36].split("T")
        polled_ms = _ms(f"{date} {clock.replace('-', ':')}")
        for alert in json.loads(path.read_text()):
            name = alert["labels"]["alertname"]
            if name not in {"RequestErrorRate", "RequestLatency"}:
                continue
            active_ms = _ms(re.sub(r"(\.\d{3})\d*Z|Z", r"\1", alert["activeAt"]).replace("T", " "))
            evaluated_ms = active_ms + (polled_ms - active_ms) // 60_000 * 60_000
            rows = made.rows(f"metrics/service_{alert['labels']['service_name']}_raw.tsv")
            if name == "RequestErrorRate":
                value = total(_recomputed(rows, "", evaluated_ms))
            else:
                bounds = sorted({row["bucket_le"] for row in rows if row["bucket_le"]}, key=float)
                buckets = [(float(le), total(_recomputed(rows, le, evaluated_ms))) for le in bounds]
                value = histogram_quantile(0.95, buckets)
            assert float(alert["value"]) == pytest.approx(value, rel=1e-12)
            checked[name] += 1
    assert checked["RequestErrorRate"] >= 10
