"""Rows of two snapshots are compared by key: what is the same but for its number of version is no evidence."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.world.incidents.evidence import evidence, stored
from itbench_sre.world.incidents.rows import EVENTS, LOGS, OBJECTS, SPANS, Row, differences

AT = ("2025-12-15 17:30:00.000000000", "2025-12-15 17:35:00.000000000")


def write(path: Path, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        writer.writerows([columns, *rows])


def pull(at: str, replicas: int, version: str) -> tuple[str, str, str]:
    metadata = {"name": "cart", "namespace": "shop", "resourceVersion": version, "managedFields": [version]}
    body = {"kind": "Deployment", "metadata": metadata, "spec": {"replicas": replicas}}
    return at, json.dumps(body), "{'k8s.resource.name': 'deployments'}"


def objects(directory: Path, *rows: tuple[str, str, str]) -> None:
    write(directory / OBJECTS, ("Timestamp", "Body", "LogAttributes"), list(rows))


def test_an_object_is_evidence_where_somebody_edited_it_and_not_where_only_its_version_moved(
    tmp_path: Path,
) -> None:
    objects(tmp_path / "twin", pull(AT[0], 1, "5"), pull(AT[1], 1, "5"))
    objects(tmp_path / "moved", pull(AT[0], 1, "7"), pull(AT[1], 1, "9"))
    objects(tmp_path / "edited", pull(AT[0], 1, "7"), pull(AT[1], 0, "9"))
    objects(tmp_path / "gone", pull(AT[0], 1, "7"))
    assert evidence(tmp_path / "moved", tmp_path / "twin") == []
    (row,) = evidence(tmp_path / "edited", tmp_path / "twin")
    assert (row.key, row.what) == (f"shop/deployments/cart@{AT[1]}", "changed")
    assert list(differences(row.fields["before"], row.fields["body"])) == [("spec.replicas", 1, 0)]
    (row,) = evidence(tmp_path / "gone", tmp_path / "twin")
    assert (row.key, row.what, row.fields["body"]) == (f"shop/deployments/cart@{AT[1]}", "gone", None)


SPAN = ("Timestamp", "TraceId", "SpanId", "ParentSpanId", "ServiceName", "SpanName", "SpanKind", "StatusCode",
        "StatusMessage", "Duration", "SpanAttributes")  # fmt: skip


def span(id_: str, status: str = "Unset", duration_ns: int = 4_000_000) -> tuple[Any, ...]:
    return AT[0], "t", id_, "", "cart", "GET", "Server", status, "", duration_ns, "{}"


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([span("a"), span("b")], {}),
        ([span("a", "Error"), span("b")], {"a": "changed"}),
        ([span("a", duration_ns=20_000_000), span("b")], {}),
        ([span("a", duration_ns=40_000_000), span("b")], {"a": "changed"}),
        ([span("b"), span("c")], {"c": "added", "a": "gone"}),
    ],
    ids=["same", "failed", "a little slower", "slower", "others"],
)
def test_a_span_is_evidence_where_it_ends_otherwise_or_is_much_slower(
    tmp_path: Path, rows: list[tuple[Any, ...]], found: dict[str, str]
) -> None:
    write(tmp_path / "twin" / SPANS, SPAN, [span("a"), span("b")])
    write(tmp_path / "full" / SPANS, SPAN, rows)
    assert {row.key: row.what for row in evidence(tmp_path / "full", tmp_path / "twin")} == found


def test_an_event_counts_once_though_both_of_its_interfaces_are_recorded(tmp_path: Path) -> None:
    older = {"metadata": {"name": "cart.1"}, "involvedObject": {"kind": "Pod", "name": "cart-1"}, "count": 1}
    newer = {"metadata": {"name": "cart.1"}, "regarding": {"kind": "Pod", "name": "cart-1"}}
    rows = [(AT[0], json.dumps({"object": body, "type": "ADDED"})) for body in (older, newer)]
    write(tmp_path / "full" / EVENTS, ("Timestamp", "Body"), rows)
    (row,) = evidence(tmp_path / "full", tmp_path / "twin")
    assert (row.key, row.what) == ("cart.1", "added")


def test_a_log_record_is_evidence_where_a_program_says_it_more_often(tmp_path: Path) -> None:
    columns = (
        "Timestamp",
        "TraceId",
        "SpanId",
        "SeverityText",
        "SeverityNumber",
        "ServiceName",
        "Body",
        "ResourceAttributes",
    )

    def record(second: int, body: str) -> tuple[Any, ...]:
        return (
            f"2025-12-15 17:30:{second:02}.0",
            "",
            "",
            "INFO",
            9,
            "cart",
            body,
            "{'k8s.pod.name': 'cart-1'}",
        )

    usual = [record(second, f"took {second + 10} ms") for second in range(10)]
    write(tmp_path / "twin" / LOGS, columns, usual)
    write(tmp_path / "full" / LOGS, columns, [*usual, record(11, "took 99 ms"), record(12, "cannot connect")])
    (row,) = evidence(tmp_path / "full", tmp_path / "twin")
    assert row.fields["body"] == "cannot connect"


def test_a_series_is_evidence_from_the_first_time_at_which_it_differs_by_over_a_quarter(
    tmp_path: Path,
) -> None:
    columns = ("metric_name", "timestamp", "value", "pod_name", "namespace", "tags")
    for name, values in (("twin", (100.0, 200.0, 300.0)), ("full", (101.0, 260.0, 900.0))):
        rows = [
            ("container_memory_working_set_bytes", f"17:3{at}", value, "cart-1", "shop", "{}")
            for at, value in enumerate(values)
        ]
        write(tmp_path / name / "metrics" / "pod_cart-1_raw.tsv", columns, rows)
    (row,) = evidence(tmp_path / "full", tmp_path / "twin")
    assert (row.what, row.at, row.fields["usual"]) == ("changed", "17:31", 200.0)


def test_a_few_hundred_references_at_most_are_stored_and_all_are_counted() -> None:
    rows = [Row(SPANS, str(number), "changed", AT[0]) for number in range(500)]
    rows += [Row(f"metrics/pod_{number}_raw.tsv", "cpu", "changed", AT[0]) for number in range(70)]
    kept = stored(rows)
    assert kept["counts"] == {"metrics": 70, SPANS: 500}
    assert len(kept["rows"]) == 120
    assert kept["rows"][0] == {"file": SPANS, "key": "0", "what": "changed", "at": AT[0]}


def test_differences_go_by_the_names_of_items() -> None:
    old = {"containers": [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]}
    new = {"containers": [{"name": "b", "image": "b:2"}, {"name": "a", "image": "a:1"}]}
    assert list(differences(old, new)) == [("containers[b].image", "b:1", "b:2")]
