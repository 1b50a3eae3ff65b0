"""What would tell a simulated snapshot from a recorded one: checked on a snapshot of each application."""

import ast
import json
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from itbench_sre.world.incidents.setting import APPLICATIONS

from .snapshots import Snapshot, recorded_snapshot

pytestmark = pytest.mark.slow  # Records three applications.

SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"
_SAFE = "bcdfghjklmnpqrstvwxz2456789"
_DIGITS = {_SAFE[ord(digit) % len(_SAFE)] for digit in "0123456789"}
_ACCESS = re.compile(
    r'\[[\d-]{10}T[\d:]{8}\.\d{3}Z\] "[A-Z]+ \S+ HTTP/1\.1" \d+ (?:-|[A-Z,]+) \S+ - "[^"]+" \d+ \d+ \d+ (?:-|\d+) '
    r'"[^"]+" "[^"]+" "[0-9a-f-]{36}" "[^"]+" "[^"]+" (?:-|[\w-]+) (?:-|[\d.]+:\d+) [\d.]+:\d+ [\d.]+:\d+ - -\n'
)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Snapshot]:
    """Return what records an application once."""
    return cache(lambda name: recorded_snapshot(name, tmp_path_factory.mktemp(name)))


@pytest.fixture(params=APPLICATIONS)
def snapshot(request: pytest.FixtureRequest, recordings: Callable[[str], Snapshot]) -> Snapshot:
    """Return the snapshot of each application in turn."""
    return recordings(request.param)


@pytest.fixture(params=["otel-demo", "generated"])
def traced(request: pytest.FixtureRequest, recordings: Callable[[str], Snapshot]) -> Snapshot:
    """Return the snapshot of each application whose programs write spans."""
    return recordings(request.param)


@pytest.fixture
def demo(recordings: Callable[[str], Snapshot]) -> Snapshot:
    """Return the snapshot of the application that the published samples are of."""
    return recordings("otel-demo")


def test_files_have_published_names_only(snapshot: Snapshot) -> None:
    published = re.compile(
        r"k8s_(events|objects)_raw\.tsv|otel_(logs|traces)_raw\.tsv|metrics/(pod|service)_[a-z0-9.-]+_raw\.tsv|"
        r"alerts/alerts_at_[\d-]{10}T\d\d-\d\d-\d\d\.\d{6}\.json|alerts/alerts_in_alerting_state_[\d-]{10}T\d{6}\.\d{6}Z\.json"
    )
    names = [
        str(path.relative_to(snapshot.directory)) for path in snapshot.directory.rglob("*") if path.is_file()
    ]
    assert [name for name in names if not published.fullmatch(name)] == []
    assert len(names) > 30


def test_hashes_are_written_in_the_letters_that_digits_have(snapshot: Snapshot) -> None:
    hashes = {
        body["metadata"].get("labels", {}).get(label, "")
        for body in snapshot.objects
        for label in ("pod-template-hash", "controller-revision-hash")
    }
    parts = {text.rpartition("-")[2] for text in hashes if text}
    assert len(parts) > 10
    assert {text for text in parts if set(text) - _DIGITS} == set()


def test_an_object_changes_with_its_resource_version_only(snapshot: Snapshot) -> None:
    known: dict[tuple[str, str], str] = {}
    for body in snapshot.objects:
        metadata = body["metadata"]
        key = metadata["uid"], metadata["resourceVersion"]
        assert known.setdefault(key, json.dumps(body)) == json.dumps(body)
    assert len(known) > 300


def test_objects_come_in_the_order_of_the_api(snapshot: Snapshot) -> None:
    pulls: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row, body in zip(snapshot.rows("k8s_objects_raw.tsv"), snapshot.objects, strict=True):
        metadata = body["metadata"]
        pulls.setdefault((row["Timestamp"], body["kind"]), []).append(
            (metadata.get("namespace", ""), metadata["name"])
        )
    assert len(pulls) > 80
    assert [key for key, names in pulls.items() if names != sorted(names)] == []


def test_a_cluster_has_the_kinds_that_real_ones_have(snapshot: Snapshot) -> None:
    kinds = {body["kind"] for body in snapshot.objects}
    assert kinds >= {
        "ClusterRole",
        "ClusterRoleBinding",
        "CronJob",
        "CustomResourceDefinition",
        "Ingress",
        "Job",
        "PersistentVolume",
        "PodDisruptionBudget",
        "Role",
        "StorageClass",
        "VolumeAttachment",
    }
    assert "Secret" not in kinds
    assert "Event" not in kinds


def test_similar_events_are_combined(snapshot: Snapshot) -> None:
    refused: dict[str, list[dict[str, Any]]] = {}
    for body in snapshot.events:
        if body["reason"] == "FailedCreate":
            refused.setdefault(body["involvedObject"]["name"], []).append(body)
    assert refused
    for bodies in refused.values():
        texts = {body["metadata"]["name"]: body["message"] for body in bodies}
        combined = {
            name for name, text in texts.items() if text.startswith("(combined from similar events): ")
        }
        assert len(texts) - len(combined) <= 10, "one each for the names of pods that were not made"
        assert len(combined) <= 1
    assert any(
        body["message"].startswith("(combined") and body["count"] > 2
        for bodies in refused.values()
        for body in bodies
    )


def test_pulling_again_takes_twice_as_long_each_time(snapshot: Snapshot) -> None:
    failed = "ghcr.io/nobody/none:1"
    pulls = [body for body in snapshot.events if body["message"] == f'Pulling image "{failed}"']
    times = [int(body["lastTimestamp"][14:16]) * 60 + int(body["lastTimestamp"][17:19]) for body in pulls]
    apart = [(later - earlier) % 3600 for earlier, later in pairwise(times)]
    assert len(apart) >= 3
    for step, (seconds, doubled) in enumerate(zip(apart, (10, 20, 40, 80), strict=False)):
        # A pod is looked at again some seconds after its back-off has run out.
        assert doubled <= seconds <= doubled + 25, (step, apart)
    messages = {body["message"] for body in snapshot.events if failed in body["message"]}
    assert f'Back-off pulling image "{failed}"' in {message.partition(": ")[0] for message in messages}


def test_probes_fail_in_the_words_of_their_kind(snapshot: Snapshot) -> None:
    words = {
        body["message"]
        for body in snapshot.events
        if body["reason"] == "Unhealthy" and ":4999" in body["message"]
    }
    shape = re.compile(r"Readiness probe failed: dial tcp [\d.]+:4999: connect: connection refused")
    assert words
    assert [text for text in words if not shape.fullmatch(text)] == []


def test_log_records_belong_to_recorded_traces(snapshot: Snapshot) -> None:
    ids = {row["TraceId"] for row in snapshot.spans}
    carried = [row["TraceId"] for row in snapshot.logs if row["TraceId"]]
    assert bool(carried) == bool(ids)
    # A trace that had not ended when recording did has none of its spans, or some.
    last = max(row["Timestamp"] for row in snapshot.logs)[:17]
    late = {row["TraceId"] for row in snapshot.logs if row["Timestamp"].startswith(last)}
    assert [trace for trace in carried if trace not in ids | late] == []


def test_traces_have_roots_and_children_begin_after_their_parents(traced: Snapshot) -> None:
    began = {row["SpanId"]: row["Timestamp"] for row in traced.spans}
    assert len(began) == len(traced.spans)
    rootless = {row["TraceId"] for row in traced.spans} - {
        row["TraceId"] for row in traced.spans if not row["ParentSpanId"]
    }
    assert len(rootless) <= 2, "only those that were not over at the end"
    early = [
        row
        for row in traced.spans
        if row["ParentSpanId"] in began and row["Timestamp"] < began[row["ParentSpanId"]]
    ]
    assert early == []


def test_streams_of_flags_end_at_no_round_number(demo: Snapshot) -> None:
    streams = [int(row["Duration"]) for row in demo.spans if row["SpanName"].endswith("EventStream")]
    over = [duration for duration in streams if duration > 600_000_000_000]
    assert len(over) >= 4
    assert len(set(over)) == len(over)
    assert max(over) < 600_100_000_000


def test_languages_tell_different_things_of_themselves(traced: Snapshot) -> None:
    scopes = {row["ScopeName"] for row in traced.spans}
    keys = {tuple(ast.literal_eval(row["ResourceAttributes"])) for row in traced.spans}
    assert len(scopes) >= 10
    assert len(keys) >= 3
    assert any(row["Links.TraceId"] != "[]" for row in traced.spans), "consumers link to their messages"


@pytest.mark.parametrize("name", ["generated", "book-info"])
def test_nothing_of_the_demo_stands_in_other_applications(
    name: str, recordings: Callable[[str], Snapshot]
) -> None:
    for path in recordings(name).directory.glob("otel_*"):
        text = path.read_text(encoding="utf-8")
        assert "oteldemo" not in text
        assert "opentelemetry-demo" not in text


def test_programs_that_send_nothing_are_read_without_ids(recordings: Callable[[str], Snapshot]) -> None:
    mesh = recordings("book-info")
    assert len(mesh.logs) > 100
    assert {row["TraceId"] + row["SpanId"] for row in mesh.logs} == {""}
    assert not any("telemetry.sdk" in row["ResourceAttributes"] for row in mesh.logs)


def test_every_place_of_a_line_is_filled_in(snapshot: Snapshot) -> None:
    # The framework of .NET sends its templates as they are, and Envoy's details have braces of their own.
    kept = {row["Body"] for row in snapshot.logs if row["ScopeName"] == "Microsoft.Hosting.Lifetime"}
    open_ = {
        row["Body"]
        for row in snapshot.logs
        if re.search(r"\{\w+\}", row["Body"]) and row["SeverityText"] and row["Body"] not in kept
    }
    assert open_ == set()


def test_metrics_name_containers_as_the_pods_do(snapshot: Snapshot) -> None:
    told = {
        status["containerID"].removeprefix("containerd://")
        for body in snapshot.objects
        if body["kind"] == "Pod"
        for status in body["status"].get("containerStatuses", ())
        if status.get("containerID")
    }
    tags = [ast.literal_eval(row["tags"]) for row in snapshot.metrics("pod")]
    shown = {tag["name"] for tag in tags if "name" in tag and "container" in tag}
    sandboxes = {tag["name"] for tag in tags if tag.get("image") == "registry.k8s.io/pause:3.10"}
    assert shown - told == set(), "no container of this snapshot lives between two pulls only"
    assert not sandboxes & told
    assert len(sandboxes) >= 10
    values = {
        row["value"]
        for row in snapshot.metrics("pod")
        if row["metric_name"] == "container_memory_working_set_bytes" and "pause:3.10" in row["tags"]
    }
    assert values == {"225280.0", "229376.0", "233472.0"}, "as published"


def test_span_metrics_come_from_a_collector_that_is_there(traced: Snapshot) -> None:
    tags = [ast.literal_eval(row["tags"]) for row in traced.metrics("service")]
    names = {(body["kind"], body["metadata"]["name"]) for body in traced.objects}
    addresses = {body["status"].get("podIP") for body in traced.objects if body["kind"] == "Pod"}
    for pod, service, instance in {(tag["pod"], tag["service"], tag["instance"]) for tag in tags}:
        assert ("Pod", pod) in names
        assert ("Service", service) in names
        assert instance.removesuffix(":8889") in addresses
    own = {row["metric_name"] for row in traced.metrics("pod")}
    assert len(own) > 50, "programs tell of themselves through the collector"


def test_rows_of_one_scrape_come_in_no_order_of_buckets(traced: Snapshot) -> None:
    rows = traced.metrics("service")
    bounds = [
        float(row["bucket_le"].replace("+Inf", "inf")) for row in rows if row["metric_type"] == "duration_p95"
    ]
    rising = sum(earlier < later for earlier, later in pairwise(bounds))
    assert 0.35 < rising / len(bounds) < 0.65


def test_an_order_is_told_of_once_by_each_who_takes_part(demo: Snapshot) -> None:
    said = Counter(row["Body"].partition(" sent to ")[0].partition(". offset")[0] for row in demo.logs)
    placed = said["order placed"]
    assert placed >= 5
    for body in (
        "payment went through",
        "order confirmation email",
        "sending to postProcessor",
        "Successful to write message",
        "Transaction complete.",
    ):
        assert abs(said[body] - placed) <= 2, body
    patterns = {row["Body"][:20] for row in demo.logs if row["ServiceName"] == "checkout"}
    assert len(patterns) >= 7, "as many as published"


def test_access_lines_have_every_field(demo: Snapshot) -> None:
    lines = [row["Body"] for row in demo.logs if row["ServiceName"] == "frontend-proxy"]
    assert len(lines) > 50
    assert [line for line in lines if not _ACCESS.fullmatch(line)] == []
    path = SAMPLES / "scenario2_logs_body_contains_500.json"
    if path.exists():
        patterns = json.loads(path.read_text(encoding="utf-8"))["patterns"]
        published = [
            item["example"]["body"] for item in patterns if item["service_breakdown"].get("frontend-proxy")
        ]
        assert published
        assert all(_ACCESS.fullmatch(line) for line in published)


def test_standing_alerts_are_of_this_cluster(snapshot: Snapshot) -> None:
    nodes = {
        address["address"]
        for body in snapshot.objects
        if body["kind"] == "Node"
        for address in body["status"]["addresses"]
    }
    pods = {body["metadata"]["name"]: body for body in snapshot.objects if body["kind"] == "Pod"}
    items = [
        item
        for path in sorted((snapshot.directory / "alerts").glob("alerts_at_*"))
        for item in json.loads(path.read_text(encoding="utf-8"))
    ]
    labels = [item["labels"] for item in items]
    for name in ("InfoInhibitor", "PrometheusNotConnectedToAlertmanagers"):
        found = {(label["pod"], label["instance"]) for label in labels if label["alertname"] == name}
        assert all(pod in pods for pod, _ in found)
        addresses = {pods[pod]["status"]["podIP"] for pod, _ in found} | nodes
        assert {instance.partition(":")[0] for _, instance in found} <= addresses
    control = {
        label["instance"] for label in labels if label["alertname"] == "KubeClientCertificateExpiration"
    }
    assert {instance.partition(":")[0] for instance in control} <= nodes


def test_users_and_orders_have_ids_of_their_time(demo: Snapshot) -> None:
    found = {
        (kind, text)
        for row in demo.logs
        for kind, text in re.findall(r"(userId=|orderId: )([0-9a-f-]{36})", row["Body"])
    }
    assert {UUID(text).version for _, text in found} == {1}
    for wanted in ("userId=", "orderId: "):
        machines = {UUID(text).node for kind, text in found if kind == wanted}
        assert len(machines) == 1
    assert UUID("766500a4-d9db-11f0-b9b3-6e252e01a6fc").version == 1, "a published user's"


def test_the_demo_is_deployed_as_published(demo: Snapshot) -> None:
    path = SAMPLES / "scenario2_get_k8_spec_Deployment_cart.json"
    if not path.exists():
        pytest.skip("the published samples are not here")
    theirs = json.loads(path.read_text(encoding="utf-8"))["observations"][0]
    theirs = next(value for value in theirs.values() if isinstance(value, dict) and "spec" in value)
    ours = next(
        body for body in demo.objects if body["kind"] == "Deployment" and body["metadata"]["name"] == "cart"
    )
    assert ours["spec"] == theirs["spec"]
    assert list(ours["metadata"]) == list(theirs["metadata"])
    assert list(ours["status"]) == list(theirs["status"])
