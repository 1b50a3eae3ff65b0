"""The rules against a real Prometheus over the same samples; skipped where it is not installed."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pytest
import yaml

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.runtime.meters import Labels
from itbench_sre.world.telemetry.expressions import BUCKETS, CALLS, Compare
from itbench_sre.world.telemetry.generations import groups_of
from itbench_sre.world.telemetry.rules import Rule, rule_object
from itbench_sre.world.telemetry.samples import LES, Samples

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
needs_prometheus = pytest.mark.skipif(
    PROMETHEUS is None or PROMTOOL is None, reason="prometheus and promtool are not installed"
)


def _lines(samples: Samples) -> Iterator[str]:
    for metric, family in samples.families.items():
        for labels, series in family.items():
            shown = ",".join(f'{name}="{value}"' for name, value in labels)
            for time_ms, counts in series.histogram:
                for (le, _), count in zip(LES, counts, strict=True):
                    yield f'{metric}{{{shown},le="{le}"}} {count} {time_ms / 1000:.3f}'
                if metric == BUCKETS:
                    yield f"{CALLS}{{{shown}}} {counts[-1]} {time_ms / 1000:.3f}"
            for time_ms, value in series.points:
                if value is not None:
                    yield f"{metric}{{{shown}}} {value} {time_ms / 1000:.3f}"


def _by_series(line: str) -> tuple[str, float]:
    series, _, time_s = line.rpartition(" ")
    return series.rpartition(" ")[0], float(time_s)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def broken(shop_type: Any) -> Any:
    """A shop whose cart fails at the start and again for some minutes.

    The first failures make all series long enough for every range: where one begins inside a range, Prometheus 2 and 3
    extrapolate it differently, and the rules follow 3.
    """
    shop = shop_type(is_recorded=False)
    for begin, end in ((0, 1), (8, 11)):
        shop.loop.at(shop.loop.now_us + begin * MINUTE_US, shop.break_cache)
        shop.loop.at(shop.loop.now_us + end * MINUTE_US, shop.repair_cache)
    shop.run(15)
    return shop


def _ask(port: int, expression: str, time_ms: int) -> dict[Labels, float]:
    query = urllib.parse.urlencode({"query": expression, "time": f"{time_ms / 1000:.3f}"})
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/query?{query}", timeout=10) as answer:
        found = json.load(answer)["data"]["result"]
    return {
        tuple(sorted((key, value) for key, value in item["metric"].items() if key != "__name__")): float(
            item["value"][1]
        )
        for item in found
    }


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    pytest.fail("prometheus does not get ready")


@pytest.mark.soak
@needs_prometheus
@pytest.mark.slow  # a real server reads some thousand samples: seconds
def test_prometheus_evaluates_every_rule_to_the_same(broken: Any, tmp_path: Path) -> None:
    (tmp_path / "samples").write_text(
        "\n".join(sorted(_lines(broken.scraper.samples), key=_by_series)) + "\n# EOF\n"
    )
    make = [PROMTOOL, "tsdb", "create-blocks-from", "openmetrics", tmp_path / "samples", tmp_path / "data"]
    subprocess.run(make, check=True, capture_output=True, timeout=60)
    (tmp_path / "config.yml").write_text("scrape_configs: []\n")
    port = _free_port()
    serve = [
        str(PROMETHEUS), f"--config.file={tmp_path / 'config.yml'}", f"--storage.tsdb.path={tmp_path / 'data'}",
        "--storage.tsdb.retention.time=50y", f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            compared = _compare(port, broken)
        finally:
            server.terminate()
    assert compared > 60


def _compare(port: int, shop: Any) -> int:
    """Return how many values were compared, over all rules and half minutes."""
    rules: list[Rule] = [rule for group in groups_of(shop.application) for rule in group.rules]
    compared = 0
    for half in range(14, 30):
        now_ms = shop.loop.now_us // 1000 - 15 * 60_000 + half * 30_000 + 7
        for rule in rules:
            inner = rule.expression.of if isinstance(rule.expression, Compare) else rule.expression
            for expression in (rule.expression, inner):
                ours = {
                    key: value
                    for key, value in expression.evaluate(shop.scraper.samples, now_ms)
                    if not isnan(value)
                }
                theirs = _ask(port, expression.text(), now_ms)
                theirs = {key: value for key, value in theirs.items() if not isnan(value)}
                assert ours.keys() == theirs.keys(), expression.text()
                assert ours == pytest.approx(theirs, rel=1e-9), expression.text()
                compared += len(ours)
    return compared


@needs_prometheus
def test_promtool_takes_the_rule_objects(shop_type: Any, tmp_path: Path) -> None:
    shop = shop_type(is_recorded=False)
    body = rule_object("shop", "otel-demo", groups_of(shop.application))
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump({"groups": body["spec"]["groups"]}))
    checked = subprocess.run(
        [str(PROMTOOL), "check", "rules", path], capture_output=True, text=True, timeout=60
    )
    assert checked.returncode == 0, checked.stderr
