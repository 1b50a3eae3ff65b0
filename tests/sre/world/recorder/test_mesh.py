"""What a recording of BookInfo tells of services that fail: lines of programs and proxies, and the mesh's counters."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import pytest

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.application.platform import workers_for
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.store.refs import Ref
from itbench_sre.world.world import World

from .snapshots import rows

pytestmark = pytest.mark.slow  # Each test records a world.

# Envoy itself tells details in braces.
_PLACE = re.compile(r"(?<!response_started)\{[a-z_]+\}")


def _recorded(application: Application, directory: Path, missing: Iterable[str] = ()) -> Path:
    """Record five minutes, in which some workloads are scaled to nothing after two."""
    world = World(application, 3, workers=workers_for(application))
    recorder = Recorder.of(world)
    recorder.start(world.loop.now_us + MINUTE_US)
    world.run_until(world.loop.now_us + 2 * MINUTE_US)
    for name in missing:
        ref = Ref("Deployment", application.namespace, name)
        world.store.edit(ref, {("spec", "replicas"): 0}, "kubectl-scale")
    world.run_until(world.loop.now_us + 3 * MINUTE_US)
    recorder.write(directory)
    return directory


def _said(directory: Path, service: str) -> list[str]:
    return [row["Body"] for row in rows(directory / "otel_logs_raw.tsv") if row["ServiceName"] == service]


@pytest.mark.parametrize(
    "application",
    [
        *(
            pytest.param(book_info(database), id=f"book-info {database}")
            for database in ("", "mysql", "mongodb")
        ),
        pytest.param(otel_demo(visits_per_minute=20), id="otel-demo"),
        *(pytest.param(generated(seed, calls_per_minute=30), id=f"generated {seed}") for seed in (4, 7)),
    ],
)
def test_no_recorded_line_has_a_place_unfilled(application: Application, tmp_path: Path) -> None:
    found = rows(_recorded(application, tmp_path) / "otel_logs_raw.tsv")
    assert len(found) > 40
    assert [row["Body"] for row in found if _PLACE.search(row["Body"])] == []
    assert [row["LogAttributes"] for row in found if _PLACE.search(row["LogAttributes"])] == []


def test_a_service_that_is_gone_is_told_of_by_its_callers_the_waypoint_and_the_gateway(
    tmp_path: Path,
) -> None:
    directory = _recorded(book_info(""), tmp_path, ["details-v1"])
    page = _said(directory, "productpage")
    assert any(line.startswith("Exception on /productpage [GET]: ") and "details" in line for line in page)
    assert any(line.endswith('"GET /productpage HTTP/1.1" 500 -') for line in page)
    assert any('"GET /details/0 HTTP/1.1" 503 UF' in line for line in _said(directory, "waypoint"))
    at_the_gateway = _said(directory, "bookinfo-gateway-istio")
    assert any('"GET /productpage HTTP/1.1" 200 - via_upstream' in line for line in at_the_gateway)
    assert any('"GET /productpage HTTP/1.1" 500 - via_upstream' in line for line in at_the_gateway)
    everything = [row["Body"] for row in rows(directory / "otel_logs_raw.tsv")]
    assert any("Max retries exceeded with url: /details/0" in line for line in page)
    assert [line for line in everything if _PLACE.search(line)] == []


@pytest.mark.parametrize(
    ("database", "ratings"), [("", "ratings-v1"), ("mysql", "mysqldb-v1"), ("mongodb", "mongodb-v1")]
)
def test_reviews_say_that_they_go_on_without_stars(
    database: Literal["mysql", "mongodb", ""], ratings: str, tmp_path: Path
) -> None:
    directory = _recorded(book_info(database), tmp_path, [ratings])
    assert any("unable to contact http://ratings:9080" in line for line in _said(directory, "reviews"))
    if database:
        assert any(
            line.startswith("could not connect to ratings database: ") for line in _said(directory, "ratings")
        )


def test_the_meshs_counters_tell_which_edge_fails_and_grow(tmp_path: Path) -> None:
    directory = _recorded(book_info(""), tmp_path, ["details-v1"])
    counts: dict[tuple[str, str], list[float]] = {}
    for path in sorted((directory / "metrics").glob("service_*_raw.tsv")):
        for row in rows(path):
            if (
                row["metric_name"] == "istio_requests_total"
                and "'source_canonical_service': 'productpage'" in row["tags"]
            ):
                counts.setdefault((row["service_name"], row["status_code"]), []).append(float(row["value"]))
    assert {service for service, code in counts if code == "200"} == {"details", "ratings", "reviews"}
    assert counts["details", "503"][-1] > 10
    assert all(values == sorted(values) for values in counts.values())
    assert all(
        service == "details" or values[-1] < 10 for (service, code), values in counts.items() if code == "503"
    )


def test_nothing_passes_a_waypoint_where_the_namespace_uses_none(tmp_path: Path) -> None:
    application = book_info("")
    world = World(application, 3)
    space = Ref("Namespace", "", application.namespace)
    world.store.edit(space, {("metadata", "labels", "istio.io/use-waypoint"): None}, "kubectl-label")
    recorder = Recorder.of(world)
    recorder.start(world.loop.now_us + MINUTE_US)
    world.run_until(world.loop.now_us + 2 * MINUTE_US)
    recorder.write(tmp_path)
    assert _said(tmp_path, "waypoint") == []
    assert _said(tmp_path, "bookinfo-gateway-istio")
