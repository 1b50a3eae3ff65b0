"""The alerts of recorded incidents beside those that a real Prometheus finds in the same samples.

python benchmarks/world_alerts.py [--incidents 20] [--seed 1] [--minutes 10]

`prometheus` must be installed; it listens on loopback only. Each incident is one draw of changes, so each has three to
five mechanisms. The samples go to the server by remote write, with markers where series went away; then each rule is
asked for once over all its evaluations, and `for` is applied to the answers. Counted are the rows of alerts files: an
alert that fires in both, in one alone, and those in both whose values or beginnings differ.
"""

import argparse
import json
import shutil
import socket
import struct
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import isclose, isnan
from pathlib import Path

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import prometheus_text
from itbench_sre.world.incidents.search import drawn_changes
from itbench_sre.world.incidents.setting import APPLICATIONS, RECORDED_US, Setting
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.runtime.meters import Labels
from itbench_sre.world.telemetry.expressions import BUCKETS, CALLS, EDGE_BUCKETS, EDGE_CALLS
from itbench_sre.world.telemetry.rules import Rule
from itbench_sre.world.telemetry.samples import LES, Samples
from itbench_sre.world.world import World

STALE = struct.unpack("<d", struct.pack("<Q", 0x7FF0000000000002))[0]
COUNTS = {BUCKETS: CALLS, EDGE_BUCKETS: EDGE_CALLS}
Pending = dict[tuple[str, str, Labels], int]
"""Since when the alerts are active that were so when recording began: objectives may be others from then on."""
Points = dict[tuple[str, Labels], dict[int, float]]


def _varint(number: int) -> bytes:
    made = bytearray()
    while number > 0x7F:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    made.append(number)
    return bytes(made)


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _written(series: Iterable[tuple[tuple[str, Labels], dict[int, float]]]) -> bytes:
    """Return a message of the remote write protocol, in snappy's form, uncompressed."""
    message = bytearray()
    for (metric, labels), points in series:
        body = bytearray()
        for name, text in sorted((("__name__", metric), *labels)):
            body += _part(1, _part(1, name.encode()) + _part(2, text.encode()))
        for time_ms, value in sorted(points.items()):
            body += _part(2, b"\x09" + struct.pack("<d", value) + b"\x10" + _varint(time_ms))
        message += _part(1, bytes(body))
    made = bytearray(_varint(len(message)))
    for begin in range(0, len(message), 60_000):
        piece = bytes(message[begin : begin + 60_000])
        made += b"\xf4" + struct.pack("<H", len(piece) - 1) + piece
    return bytes(made)


def _gather(samples: Samples, into: Points) -> None:
    """Add what is known of all series; each bucket of a histogram, and its count, is a series of its own."""
    for metric, family in samples.families.items():
        for labels, series in family.items():
            for time_ms, counts in series.histogram:
                for (le, _), count in zip(LES, counts, strict=True):
                    into.setdefault((metric, (*labels, ("le", le))), {})[time_ms] = float(count)
                into.setdefault((COUNTS[metric], labels), {})[time_ms] = float(counts[-1])
            for time_ms, value in series.points:
                into.setdefault((metric, labels), {})[time_ms] = STALE if value is None else value


def _ask(port: int, path: str, values: dict[str, str]) -> list[dict[str, object]]:
    data = urllib.parse.urlencode(values).encode()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", data=data, timeout=60) as answer:
        found: list[dict[str, object]] = json.load(answer)["data"]["result"]
    return found


def _send(port: int, points: Points) -> None:
    items = list(points.items())
    for begin in range(0, len(items), 2000):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/api/v1/write",
            data=_written(items[begin : begin + 2000]),
            headers={"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf"},
        )
        urllib.request.urlopen(request, timeout=60).close()


Spell = tuple[int, int, int, float]
"""Evaluation of one alert that fires: when, since when it is active, when the next one is, and the value."""


def _spells(
    port: int, rule: Rule, interval_s: int, first_ns: int, last_ns: int, pending: Pending
) -> Iterator[tuple[Labels, Spell]]:
    """Yield the evaluations at which the server's answers make an alert fire."""
    # Ours are at nanoseconds, and cut to milliseconds for the samples, as Prometheus does.
    first_ms, step_ns = first_ns // 1_000_000, interval_s * 1_000_000_000
    span = {"start": f"{first_ms / 1000:.3f}", "end": f"{last_ns / 1e9:.3f}", "step": str(interval_s)}
    for item in _ask(port, "query_range", {"query": rule.expression.text(), **span}):
        metric, values = item["metric"], item["values"]
        assert isinstance(metric, dict)
        assert isinstance(values, list)
        labels = tuple(sorted((key, value) for key, value in metric.items() if key != "__name__"))
        active_ns = before_ns = -1
        for moment, text in values:
            at_ns = first_ns + round((float(moment) * 1000 - first_ms) / (interval_s * 1000)) * step_ns
            if at_ns != before_ns + step_ns:
                active_ns = at_ns
                if at_ns == first_ns:
                    active_ns = pending.get((rule.alert, rule.severity, labels), at_ns)
            before_ns = at_ns
            if at_ns - active_ns >= rule.for_s * 1_000_000_000:
                yield labels, (at_ns, active_ns, at_ns + step_ns, float(text))


Row = tuple[str, str]
"""Alert's name with its severity, and labels, as text."""


def _theirs(
    port: int, world: World, polls_ns: list[int], pending: Pending
) -> dict[int, dict[Row, tuple[str, float]]]:
    """Return, by poll, what the server says fires: since when, and with which value."""
    found: dict[int, dict[Row, tuple[str, float]]] = {poll: {} for poll in polls_ns}
    for group in world.ruler.groups:
        step_ns = group.interval_s * 1_000_000_000
        offset_ns = Randomness(mixed(world.ruler.seed, f"rule group {group.name}")).below(step_ns)
        begin_ns = world.start_us * 1000
        first_ns = begin_ns + (offset_ns - begin_ns) % step_ns
        for rule in group.rules:
            for labels, (at_ns, active_ns, until_ns, value) in _spells(
                port, rule, group.interval_s, first_ns, world.loop.now_us * 1000, pending
            ):
                for poll in polls_ns:
                    if at_ns <= poll < until_ns:
                        found[poll][_row(rule.alert, rule.severity, labels)] = (
                            prometheus_text(active_ns),
                            value,
                        )
    return found


def _row(alert: str, severity: str, labels: Iterable[tuple[str, str]]) -> Row:
    kept = sorted((key, value) for key, value in labels if key not in {"alertname", "severity"})
    return f"{alert} {severity}", json.dumps(kept)


def _ours(directory: Path, names: set[str]) -> dict[int, dict[Row, tuple[str, float]]]:
    """Return, by poll, the rows of the alerts files whose rules are evaluated here."""
    found = {}
    for path in sorted((directory / "alerts").glob("alerts_at_*")):
        moment = datetime.strptime(path.stem[10:] + "+0000", "%Y-%m-%dT%H-%M-%S.%f%z")
        poll_ns = (int(moment.timestamp()) * 1_000_000 + moment.microsecond) * 1000
        rows = {}
        for item in json.loads(path.read_text(encoding="utf-8")):
            labels = item["labels"]
            row = _row(labels["alertname"], labels["severity"], labels.items())
            if row[0] in names:
                rows[row] = item["activeAt"], float(item["value"])
        found[poll_ns] = rows
    return found


def _compare(directory: Path, world: World, points: Points, pending: Pending) -> Counter[str]:
    """Start a server over the samples of a world and count what agrees."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    (directory / "config.yml").write_text("scrape_configs: []\n")
    serve = [
        shutil.which("prometheus") or "prometheus", f"--config.file={directory / 'config.yml'}",
        f"--storage.tsdb.path={directory / 'data'}", "--storage.tsdb.retention.time=50y",
        "--web.enable-remote-write-receiver", f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    names = {f"{rule.alert} {rule.severity}" for group in world.ruler.groups for rule in group.rules}
    ours = _ours(directory / "snapshot", names)
    with subprocess.Popen(serve, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(port)
            _send(port, points)
            theirs = _theirs(port, world, list(ours), pending)
        finally:
            server.terminate()
    return _counted(ours, theirs)


def _counted(
    ours: dict[int, dict[Row, tuple[str, float]]], theirs: dict[int, dict[Row, tuple[str, float]]]
) -> Counter[str]:
    counts: Counter[str] = Counter()
    for poll, rows in ours.items():
        for row in rows.keys() | theirs[poll].keys():
            mine, real = rows.get(row), theirs[poll].get(row)
            if mine is None or real is None:
                counts["ours alone" if real is None else "theirs alone"] += 1
                print(f"    {prometheus_text(poll)} {'ours' if real is None else 'theirs'} alone: {row}")
                continue
            counts["both"] += 1
            is_same = (isnan(mine[1]) and isnan(real[1])) or isclose(mine[1], real[1], rel_tol=1e-9)
            counts["other value"] += not is_same
            if not is_same:
                print(f"    {prometheus_text(poll)} ours {mine[1]!r}, theirs {real[1]!r}: {row}")
            counts["other beginning"] += mine[0] != real[0]
    return counts


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=5).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit("prometheus does not get ready")


def _incident(seed: int, application: str, directory: Path) -> tuple[World, Points, Pending, set[str]]:
    """Record an incident; return its world, samples, and the mechanisms of its changes."""
    setting = Setting(seed=seed, application=application)
    world = setting.world()
    changes = drawn_changes(setting, 0, world)
    for change in changes:
        change.schedule(world)
    recorder = Recorder.of(world)
    recorder.start(world.start_us + 8 * MINUTE_US)
    points: Points = {}
    active = world.ruler.active.values()
    pending = {(alert.rule.alert, alert.rule.severity, alert.labels): alert.active_ns for alert in active}
    for part in range(1, 5):
        _gather(world.scraper.samples, points)
        world.run_until(world.start_us + RECORDED_US * part // 4)
    _gather(world.scraper.samples, points)
    recorder.write(directory / "snapshot")
    return world, points, pending, {change.mechanism for change in changes}


def main() -> None:
    """Compare incident after incident; print a line each and the sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--incidents", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=10, help="after which no further one is begun")
    options = parser.parse_args()
    until = time.monotonic() + options.minutes * 60
    total: Counter[str] = Counter()
    mechanisms: set[str] = set()
    done = 0
    for number in range(options.incidents):
        if time.monotonic() > until:
            break
        application = APPLICATIONS[number % len(APPLICATIONS)]
        with tempfile.TemporaryDirectory() as folder:
            seed = mixed(options.seed, f"alerts {number}") >> 1
            world, points, pending, used = _incident(seed, application, Path(folder))
            counts = _compare(Path(folder), world, points, pending)
        mechanisms |= used
        total += counts
        done += 1
        print(
            f"{number} {application}: {dict(counts)} {len(points)} series, {', '.join(sorted(used))}",
            flush=True,
        )
    print(f"{done} incidents, {len(mechanisms)} mechanisms: {dict(total)}")


if __name__ == "__main__":
    main()
