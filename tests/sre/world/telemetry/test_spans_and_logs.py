"""Spans and logs of the small shop: against the published rows, and against one another."""

import ast
import csv
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from itbench_sre.world.application.model import Protocol
from itbench_sre.world.runtime.frames import Failure
from itbench_sre.world.telemetry.failures import exception, status_message
from itbench_sre.world.telemetry.languages import LANGUAGES

SAMPLES = Path(__file__).parents[4] / "../shared/reference/itbench/snapshot_samples"
Row = dict[str, str]


def _rows(path: Path) -> list[Row]:
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def spans(recorded: Any) -> list[Row]:
    return _rows(recorded[1] / "otel_traces_raw.tsv")


@pytest.fixture(scope="module")
def logs(recorded: Any) -> list[Row]:
    return _rows(recorded[1] / "otel_logs_raw.tsv")


@pytest.fixture(scope="module")
def sample() -> Row:
    path = SAMPLES / "scenario2_otel_traces_raw.head.tsv"
    if not path.exists():
        pytest.skip("the published samples are not here")
    csv.field_size_limit(sys.maxsize)
    # The sample is the head of a file, cut inside a quoted field.
    text = path.read_text(encoding="utf-8").rstrip()
    return next(csv.DictReader([*text.splitlines(keepends=True), '"'], delimiter="\t"))


def test_a_stream_of_flags_is_written_as_the_published_one(spans: list[Row], sample: Row) -> None:
    assert list(spans[0]) == list(sample)
    ours = next(
        row for row in spans if row["ServiceName"] == "recommendation" and "EventStream" in row["SpanName"]
    )
    for column in (
        "SpanName", "SpanKind", "ServiceName", "ScopeName", "ScopeVersion", "SpanAttributes", "StatusCode",
        "TraceState", "ParentSpanId",
    ):  # fmt: skip
        assert ours[column] == sample[column], column
    mine, theirs = (ast.literal_eval(row["ResourceAttributes"]) for row in (ours, sample))
    assert list(mine) == list(theirs)
    same = [
        key
        for key in mine
        if key.startswith("telemetry.") or key in {"os.type", "service.namespace", "service.version"}
    ]
    assert {key: mine[key] for key in same} == {key: theirs[key] for key in same}
    assert mine["service.instance.id"] == mine["k8s.pod.uid"]
    assert ours["StatusMessage"].splitlines() == [*sample["StatusMessage"].splitlines(), ">"]
    assert abs(int(ours["Duration"]) - int(sample["Duration"])) < 10_000_000


def test_streams_do_not_all_last_the_same(spans: list[Row]) -> None:
    lasted = [row["Duration"] for row in spans if "EventStream" in row["SpanName"]]
    assert len(lasted) == len(set(lasted)) >= 3


def test_every_trace_has_one_root_and_children_within_their_parents(spans: list[Row]) -> None:
    known = {row["SpanId"]: row for row in spans}
    assert len(known) == len(spans)
    roots = Counter(row["TraceId"] for row in spans if not row["ParentSpanId"])
    assert roots == Counter({row["TraceId"] for row in spans})
    nested = 0
    for row in spans:
        if row["ParentSpanId"]:
            parent = known[row["ParentSpanId"]]
            assert parent["TraceId"] == row["TraceId"]
            assert _began(parent) <= _began(row)
            ended, latest = (_began(one) + int(one["Duration"]) for one in (row, parent))
            assert ended <= latest or row["SpanKind"] == "Consumer", "only messages outlive who sent them"
            nested += 1
    assert nested > 1000


def _began(row: Row) -> int:
    date, _, fraction = row["Timestamp"].partition(".")
    hours, minutes, seconds = map(int, date.partition(" ")[2].split(":"))
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000_000_000 + int(fraction)


def test_durations_and_starts_are_no_round_numbers_but_where_clocks_are_coarse(spans: list[Row]) -> None:
    rests: dict[str, set[int]] = {}
    for row in spans:
        rests.setdefault(row["ServiceName"], set()).add(int(row["Duration"]) % 1000)
    assert len(rests["checkout"]) > 50
    assert all(rest % 100 == 0 for rest in rests["cart"])
    assert rests["frontend"] == {0}


def test_a_log_record_with_ids_is_kept_with_its_trace(spans: list[Row], logs: list[Row]) -> None:
    known = {(row["TraceId"], row["SpanId"]) for row in spans}
    carried = [(row["TraceId"], row["SpanId"]) for row in logs if row["TraceId"]]
    assert len(carried) > 200
    assert set(carried) <= known
    assert {row["TraceFlags"] for row in logs if row["TraceId"]} == {"1"}


def test_counts_of_logs_traces_and_meters_tell_one_story(
    recorded: Any, spans: list[Row], logs: list[Row]
) -> None:
    shop, _ = recorded
    asked = sum(1 for row in logs if row["Body"].startswith("GetCartAsync"))
    name = "POST /oteldemo.CartService/GetCart"
    assert asked == sum(1 for row in spans if row["SpanName"] == name and row["StatusCode"] == "Unset") > 20
    counted = sum(sum(counts) for key, counts in shop.meters.series.items() if key.span == name)
    before = shop.counted_before(name)
    assert counted - before == shop.told["cart", name]
    visits = sum(count for (service, _), count in shop.told.items() if service == "load-generator.visit")
    kept = sum(1 for row in spans if row["ServiceName"] == "load-generator" and row["SpanKind"] == "Internal")
    assert kept / visits == pytest.approx(1 / shop.recorder.detail.sampled_in, abs=0.05)


def test_lines_without_a_request_are_all_kept_and_severities_are_the_languages_own(logs: list[Row]) -> None:
    started = [row for row in logs if row["ServiceName"] == "cart" and not row["TraceId"]]
    bodies = [row["Body"] for row in started]
    assert "Application is shutting down..." in bodies
    assert "Now listening on: {address}" in bodies
    assert {(row["TraceId"], row["TraceFlags"]) for row in started} == {("", "0")}
    texts = {row["ServiceName"]: row["SeverityText"] for row in logs if row["TraceId"]}
    assert texts["cart"] == "Information"
    assert texts["ad"] == "INFO"
    assert texts["frontend-proxy"] == ""


def test_resources_and_scopes_differ_by_language(spans: list[Row], logs: list[Row]) -> None:
    sizes = {row["ServiceName"]: len(ast.literal_eval(row["ResourceAttributes"])) for row in spans}
    assert sizes["recommendation"] == 17
    assert sizes["ad"] == 18
    assert sizes["checkout"] == sizes["cart"] == 16
    access = next(row for row in logs if row["ServiceName"] == "frontend-proxy" and row["TraceId"])
    assert len(ast.literal_eval(access["ResourceAttributes"])) == 10
    scopes = {
        (row["ServiceName"], row["SpanKind"]): row["ScopeName"]
        for row in spans
        if row["ServiceName"] != "load-generator"
    }
    assert len(set(scopes.values())) > 8
    assert all(
        list(ast.literal_eval(row["ResourceAttributes"]))
        == sorted(ast.literal_eval(row["ResourceAttributes"]))
        for row in spans[:50]
    )


def test_the_access_log_has_the_fields_of_the_published_line(logs: list[Row]) -> None:
    published = (
        '[2025-12-15T17:24:03.659Z] "GET /api/data?contextKeys=assembly HTTP/1.1" 504 UT response_timeout - "-" 0 24 '
        '15000 - "-" "python-requests/2.32.5" "61c8da07-6202-9a71-a7c9-a6cc6dd3d7ea" "frontend-proxy:8080" '
        '"100.65.91.250:8080" frontend 100.96.3.80:47260 100.96.3.80:8080 100.96.4.253:40824 - -\n'
    )
    form = re.compile(
        r'\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)\] "(GET|POST) (\S+) HTTP/1\.1" (\d{3}) (\S+) (\S+) - "-" (\d+) (\d+) (\d+) '
        r'(\d+|-) "-" "(\S+)" "([0-9a-f-]{36})" "(\S+)" "(\S+:\d+)" (\S+) (\S+:\d+) (\S+:\d+) (\S+:\d+) - -\n'
    )
    assert form.fullmatch(published)
    lines = [row for row in logs if row["ServiceName"] == "frontend-proxy" and row["TraceId"]]
    assert len(lines) > 100
    for row in lines:
        match = form.fullmatch(row["Body"])
        assert match, row["Body"]
        assert match[1][:19] == row["Timestamp"][:19].replace(" ", "T")
    attributes = ast.literal_eval(lines[0]["LogAttributes"])
    assert attributes["event.name"] == "proxy.access"
    assert attributes["upstream.cluster"] in {"frontend", "image-provider"}
    assert "{" not in attributes["url.path"]


def test_failures_are_told_in_each_librarys_words(spans: list[Row]) -> None:
    failed = [row for row in spans if row["StatusCode"] == "Error" and "EventStream" not in row["SpanName"]]
    asked = [row for row in failed if row["SpanName"] == "grpc.oteldemo.CartService/GetCart"]
    assert asked
    for row in asked:
        assert re.match(r"14 UNAVAILABLE: |4 DEADLINE_EXCEEDED: |13 INTERNAL: ", row["StatusMessage"])
        assert row["Events.Name"] == "['exception']"
        assert re.fullmatch(r"\[np\.datetime64\('[\d-]{10}T[\d:]{8}\.\d{9}'\)\]", row["Events.Timestamp"])
        (attributes,) = ast.literal_eval(row["Events.Attributes"])
        assert attributes["exception.message"] == row["StatusMessage"]
        assert "\n    at " in attributes["exception.stacktrace"]
    proxied = [row for row in failed if row["ServiceName"] == "frontend-proxy"]
    assert {row["StatusMessage"] for row in proxied} == {""}


@pytest.mark.parametrize(("language", "type_", "message"), [
    ("python", "grpc._channel._InactiveRpcError", "_InactiveRpcError: <_InactiveRpcError of RPC that terminated with:"),
    ("dotnet", "Grpc.Core.RpcException", 'Status(StatusCode="Unavailable", Detail="gone")'),
    ("java", "io.grpc.StatusRuntimeException", "UNAVAILABLE: gone"),
    ("go", "Error", "gone"),
])  # fmt: skip
def test_each_language_has_its_own_words(language: str, type_: str, message: str) -> None:
    failure = Failure("UNAVAILABLE", "gone", kind="reset")
    assert status_message(language, Protocol.GRPC, failure, is_client=True).startswith(message)
    recorded = exception(language, Protocol.GRPC, failure, "product-catalog", "oteldemo")
    assert recorded["exception.type"] == type_
    assert recorded["exception.message"].startswith(message)


def test_a_consumer_links_to_the_producer_or_goes_on_with_its_trace(spans: list[Row]) -> None:
    known = {row["SpanId"]: row for row in spans}
    consumed = [row for row in spans if row["SpanKind"] == "Consumer"]
    assert {row["ServiceName"] for row in consumed} == {"accounting", "fraud-detection"}
    for row in consumed:
        linked = ast.literal_eval(row["Links.SpanId"])
        assert bool(linked) == (row["ServiceName"] == "accounting")
        producer = known[linked[0] if linked else row["ParentSpanId"]]
        assert producer["SpanKind"] == "Producer"
        assert producer["SpanName"] == "orders publish"
        if linked:
            assert ast.literal_eval(row["Links.TraceId"]) == [producer["TraceId"]]
        assert (producer["TraceId"] == row["TraceId"]) == (not linked)


def test_attributes_of_requests_are_filled_in(spans: list[Row], logs: list[Row]) -> None:
    said = next(row for row in logs if row["Body"].startswith("GetCartAsync"))
    cart = next(row for row in spans if row["SpanId"] == said["SpanId"])
    user = ast.literal_eval(cart["SpanAttributes"])["app.user.id"]
    assert said["Body"] == f"GetCartAsync called with userId={user}"
    assert not [
        row["SpanAttributes"]
        for row in spans
        if "{" in row["SpanAttributes"][1:] and "http.route" not in row["SpanAttributes"]
    ]


def test_every_language_has_an_entry() -> None:
    wanted = [
        "go",
        "java",
        "python",
        "dotnet",
        "nodejs",
        "php",
        "ruby",
        "rust",
        "cpp",
        "envoy",
        "nginx",
        "postgres",
        "valkey",
        "kafka",
    ]
    assert set(wanted) <= set(LANGUAGES)
