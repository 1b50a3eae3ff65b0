"""The directory that the recorder writes: against the published rows, and as the readers take it."""

import ast
import csv
import hashlib
import json
import pickle
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.snapshot import read_all_alerts, read_events, read_histories, read_spans, validate_snapshot
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.recorder.spool import Spool
from itbench_sre.world.recorder.table import Table
from itbench_sre.world.recorder.watched import body_text

SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"
Row = dict[str, str]


def _rows(path: Path) -> list[Row]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def _sample(name: str) -> Path:
    path = SAMPLES / name
    if not path.exists():
        pytest.skip("the published samples are not here")
    return path


@pytest.mark.slow  # Records.
def test_the_readers_find_no_fault(recorded: Any) -> None:
    _, directory = recorded
    assert validate_snapshot(directory) == []
    assert len(list(read_spans(directory / "otel_traces_raw.tsv"))) > 1000
    assert len(list(read_histories(directory / "k8s_objects_raw.tsv"))) > 300
    pulls = list(read_all_alerts(directory))
    assert sum(pull.is_first_match for pull in pulls) == 1
    assert len(pulls) in {13, 14, 15}


def test_every_file_is_sorted_by_time_and_has_the_simulated_end_as_its_own(recorded: Any) -> None:
    shop, directory = recorded
    for name in ("otel_traces_raw.tsv", "otel_logs_raw.tsv", "k8s_events_raw.tsv", "k8s_objects_raw.tsv"):
        times = [row["Timestamp"] for row in _rows(directory / name)]
        assert times == sorted(times)
    stamps = {path.stat().st_mtime_ns for path in directory.rglob("*")}
    assert stamps == {shop.loop.now_us * 1000}


def test_span_metrics_have_the_published_labels(recorded: Any) -> None:
    path = _sample("scenario2_metrics_service_frontend-proxy_raw.head.tsv")
    with path.open(encoding="utf-8") as file:
        theirs = next(csv.DictReader(file, delimiter="\t"))
    rows = _rows(recorded[1] / "metrics" / "service_frontend-proxy_raw.tsv")
    assert list(rows[0]) == list(theirs)
    mine = ast.literal_eval(rows[0]["tags"])
    published = ast.literal_eval(theirs["tags"])
    assert list(mine) == list(published)
    assert len(mine) == 18
    for key in (
        "container",
        "endpoint",
        "job",
        "otel_scope_name",
        "prometheus",
        "prometheus_replica",
        "service",
    ):
        assert mine[key] == published[key]
    seen = set(re.findall(r"\t(\S+)\t\{", path.read_text(encoding="utf-8")))
    assert seen - {"tags"} <= {row["bucket_le"] for row in rows}
    assert re.fullmatch(r"[\d-]{10} [\d:]{8}\.\d{3}", rows[0]["timestamp"])


def test_span_metrics_count_every_request(recorded: Any) -> None:
    shop, directory = recorded
    rows = _rows(directory / "metrics" / "service_cart_raw.tsv")
    kinds = [row["metric_type"] for row in rows]
    assert kinds == sorted(kinds), "durations come first, then failed calls"
    last = {row["tags"]: float(row["value"]) for row in rows if row["bucket_le"] == "+Inf"}
    server = [
        series for key, series in shop.scraper.spans.items() if key.service == "cart" and key.kind == "Server"
    ]
    now = sum(series.histogram[-1][1][-1] for series in server)
    then = sum(series.histogram[-9][1][-1] for series in server if len(series.histogram) > 8)
    shown = sum(value for tags, value in last.items() if "SPAN_KIND_SERVER" in tags)
    assert then <= shown <= now, "the last rows are at most eight scrapes old"
    rows = _rows(directory / "metrics" / "service_frontend_raw.tsv")
    failed = [row for row in rows if row["metric_type"] == "error_rate"]
    assert failed
    assert {row["status_code"] for row in failed} == {"STATUS_CODE_ERROR"}
    assert {row["bucket_le"] for row in failed} == {""}


def test_flags_and_load_have_no_file_of_their_own(recorded: Any) -> None:
    names = {path.name for path in (recorded[1] / "metrics").iterdir()}
    assert "service_load-generator_raw.tsv" not in names
    assert "service_flagd_raw.tsv" not in names
    assert "service_frontend_raw.tsv" in names
    assert sum(name.startswith("pod_") for name in names) == 22, "21 pods, one of them replaced"


def test_pods_have_the_published_metrics_where_they_apply(recorded: Any) -> None:
    _, directory = recorded
    path = _sample("scenario2_pod_metric_names.json")
    published = {item["metric_name"] for item in json.loads(path.read_text(encoding="utf-8"))}
    found = {row["metric_name"] for file in (directory / "metrics").glob("pod_*") for row in _rows(file)}
    # The demo's containers ask for memory, not for processor time.
    missing = published - found
    assert {name for name in missing if "pod_cpu:active" not in name} == set()
    assert found <= published


def test_a_pod_has_rows_of_its_container_its_pause_container_and_itself(recorded: Any) -> None:
    _, directory = recorded
    (path,) = (directory / "metrics").glob("pod_checkout-*")
    rows = [row for row in _rows(path) if row["metric_name"] == "container_memory_working_set_bytes"]
    tags = [ast.literal_eval(row["tags"]) for row in rows]
    assert {tag.get("container", tag.get("image", "pod")) for tag in tags} == {
        "checkout",
        "registry.k8s.io/pause:3.10",
        "pod",
    }
    values = {
        tag.get("container", tag.get("image", "pod")): float(row["value"])
        for tag, row in zip(tags, rows, strict=True)
    }
    assert values["registry.k8s.io/pause:3.10"] in {225_280.0, 229_376.0, 233_472.0}, "as published"
    assert values["checkout"] % 4096 == 0
    times = [row["timestamp"] for row in _rows(path)]
    assert times == sorted(times)


def test_processor_time_is_what_the_process_used(recorded: Any) -> None:
    shop, directory = recorded
    (path,) = (directory / "metrics").glob("pod_checkout-*")
    used = [
        float(row["value"])
        for row in _rows(path)
        if row["metric_name"] == "container_cpu_usage_seconds_total"
        and "'container': 'checkout'" in row["tags"]
    ]
    assert used == sorted(used)
    assert 0 < used[-1] <= shop.process("checkout").cpu_us / 1e6


def test_events_are_there_twice_in_the_published_form(recorded: Any) -> None:
    rows = _rows(recorded[1] / "k8s_events_raw.tsv")
    bodies = [json.loads(row["Body"]) for row in rows]
    assert len(rows) == 2 * len(
        {
            (body["object"]["metadata"]["uid"], body["object"]["metadata"]["resourceVersion"])
            for body in bodies
        }
    )
    assert {body["type"] for body in bodies} >= {"ADDED"}
    assert len(list(read_events(recorded[1] / "k8s_events_raw.tsv"))) * 2 == len(rows)
    theirs = _rows(_sample("scenario2_k8s_events_raw.head.tsv"))[:3]
    assert list(rows[0]) == list(theirs[0])
    for sample in theirs:
        published = json.loads(sample["Body"])["object"] if sample["Body"].endswith("}") else None
        if published is None or "kubelet" not in sample["Body"]:
            continue
        ours = next(
            body["object"] for body in bodies if body["object"]["apiVersion"] == published["apiVersion"]
        )
        assert list(ours) == list(published)
    assert rows[0]["ScopeName"] == theirs[0]["ScopeName"]
    assert list(ast.literal_eval(rows[0]["LogAttributes"])) == list(
        ast.literal_eval(theirs[0]["LogAttributes"])
    )


def test_objects_are_pulled_every_five_minutes_each_kind_at_its_own_moment(recorded: Any) -> None:
    rows = _rows(recorded[1] / "k8s_objects_raw.tsv")
    times: dict[str, set[str]] = {}
    for row in rows:
        times.setdefault(ast.literal_eval(row["LogAttributes"])["k8s.resource.name"], set()).add(
            row["Timestamp"]
        )
    assert {len(times[kind]) for kind in ("pods", "namespaces", "configmaps")} == {3}
    assert not times["pods"] & times["namespaces"]
    pods = [row for row in rows if row["LogAttributes"] == "{'k8s.resource.name': 'pods'}"]
    assert "{'k8s.namespace.name': 'otel-demo'}" in {row["ResourceAttributes"] for row in pods}
    assert {row["ResourceAttributes"] for row in rows if "namespaces" in row["LogAttributes"]} == {"{}"}


def test_bodies_are_written_as_go_writes_them() -> None:
    assert body_text({"b": "<a&b>", "a": 1}) == '"{""a"":1,""b"":""\\u003ca\\u0026b\\u003e""}"'


def test_alert_files_have_the_published_form(recorded: Any) -> None:
    directory = recorded[1] / "alerts"
    theirs = json.loads(
        _sample("scenario2_alerts_at_2025-12-15T17-30-49.329092.json").read_text(encoding="utf-8")
    )
    polls = sorted(directory.glob("alerts_at_*"))
    assert all(
        re.fullmatch(r"alerts_at_\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{6}\.json", path.name) for path in polls
    )
    items = [item for path in polls for item in json.loads(path.read_text(encoding="utf-8"))]
    assert {tuple(item) for item in items} == {tuple(item) for item in theirs}
    names = {item["labels"]["alertname"] for item in items}
    assert {"Watchdog", "RequestErrorRate", "ErrorBudgetBurn"} <= names, names
    began = {item["activeAt"]: item["labels"]["alertname"] for item in items}
    (watched,) = [time for time, name in began.items() if name == "Watchdog"]
    assert watched < min(time for time, name in began.items() if name == "RequestErrorRate")
    assert all('"Watchdog"' in path.read_text(encoding="utf-8") for path in polls)
    values = {item["value"] for item in items if item["labels"]["alertname"] == "RequestErrorRate"}
    assert len(values) > 5
    (matching,) = directory.glob("alerts_in_alerting_state_*")
    content = json.loads(matching.read_text(encoding="utf-8"))
    assert list(content) == ["data", "status", "timestamp"]
    assert not polls[0].read_text(encoding="utf-8").endswith("\n")


def _digest(directory: Path) -> dict[str, str]:
    return {
        str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.mark.slow  # Records.
def test_the_same_seed_gives_the_same_bytes_and_a_copy_goes_on_as_the_original(
    shop_type: Any, tmp_path: Path
) -> None:
    digests = []
    for number in range(2):
        shop = shop_type(seed=5)
        shop.run(2)
        copy = pickle.loads(pickle.dumps(shop))
        for one, name in ((shop, f"{number}"), (copy, f"{number}-copy")):
            one.loop.run_until(one.loop.now_us + MINUTE_US)
            one.recorder.write(tmp_path / name)
            digests.append(_digest(tmp_path / name))
    assert len(digests[0]) > 20
    assert digests[0] == digests[1] == digests[2] == digests[3]


@pytest.mark.slow  # Records.
def test_a_full_recording_doubles_the_rows_of_metrics_and_has_more_of_them(
    shop_type: Any, tmp_path: Path
) -> None:
    shop = shop_type(scale=10)
    shop.run(3)
    shop.recorder.write(tmp_path)
    assert validate_snapshot(tmp_path) == []
    for path in (tmp_path / "metrics").iterdir():
        rows = path.read_text(encoding="utf-8").splitlines()[1:]
        assert rows[0::2] == rows[1::2], path.name
    (pod,) = (tmp_path / "metrics").glob("pod_cart-*")
    assert len({row["timestamp"] for row in _rows(pod) if "'container': 'cart'" in row["tags"]}) >= 4


def test_tables_sort_rows_that_went_to_disk_and_leave_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    table, spool = Table("Timestamp\tBody"), Spool("a\tb")
    for number in range(9000):
        second = (number * 37) % 100
        table.add(
            second, f'1970-01-01 00:{second // 60:02d}:{second % 60:02d}.000000000\t"{number:05d}\nmore"'
        )
    for number in range(3000):
        spool.add(f"{number}\t{'x' * 500}\n")
    assert any(scratch.iterdir()), "rows went to disk"
    copy = pickle.loads(pickle.dumps(table))
    out = tmp_path / "out"
    out.mkdir()
    table.write(out / "table")
    copy.write(out / "copy")
    spool.write(out / "spool")
    rows = _rows(out / "table")
    assert len(rows) == 9000
    assert [row["Timestamp"] for row in rows] == sorted(row["Timestamp"] for row in rows)
    assert (out / "table").read_bytes() == (out / "copy").read_bytes()
    assert len((out / "spool").read_text().splitlines()) == 3001
    assert list(scratch.iterdir()) == []
