"""Rules: what they evaluate to, when they fire, and how they read."""

from itertools import accumulate

import pytest

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.runtime.meters import BOUNDS_MS
from itbench_sre.world.telemetry.expressions import (
    BUCKETS,
    CALLS,
    Both,
    Compare,
    Divide,
    Quantile,
    Rate,
    Selector,
    Sum,
)
from itbench_sre.world.telemetry.generations import GENERATIONS
from itbench_sre.world.telemetry.objectives import objectives
from itbench_sre.world.telemetry.ruler import Ruler
from itbench_sre.world.telemetry.rules import Group, Rule, Scope, rule_object
from itbench_sre.world.telemetry.samples import Samples, as_labels

START_MS = 1_765_820_000_000
START_US = START_MS * 1000


def _labels(service: str, status: str = "UNSET") -> tuple[tuple[str, str], ...]:
    return as_labels(
        ("namespace", "shop"), ("service_name", service), ("status_code", f"STATUS_CODE_{status}"),
        ("span_kind", "SPAN_KIND_SERVER"),
    )  # fmt: skip


def _counts(**of_bucket: int) -> tuple[int, ...]:
    """Return cumulative counts; `b50=3` are three observations of at most 50 ms, `inf=1` one over all bounds."""
    plain = [0] * (len(BOUNDS_MS) + 1)
    for name, count in of_bucket.items():
        plain[-1 if name == "inf" else BOUNDS_MS.index(int(name[1:]))] = count
    return tuple(accumulate(plain))


def _fill(
    samples: Samples, service: str, status: str, values: list[tuple[int, ...]], step_s: int = 30
) -> None:
    series = samples.series(BUCKETS, _labels(service, status))
    for number, counts in enumerate(values):
        series.add_counts(START_MS + number * step_s * 1000, counts)


ERRORS = Compare(
    Sum(("service_name",), Rate(Selector(CALLS, (("status_code", "=", "STATUS_CODE_ERROR"),)), 120)), ">", "0"
)


def test_one_failure_in_four_scrapes_is_a_ninetieth_a_second() -> None:
    # As in the published alert: 1 more in 90 s of samples, extrapolated to 120 s, by 120 s.
    samples = Samples()
    _fill(samples, "cart", "ERROR", [_counts(b50=n) for n in (5, 5, 6, 6)])
    ((labels, value),) = ERRORS.evaluate(samples, START_MS + 105_000)
    assert labels == (("service_name", "cart"),)
    assert value == pytest.approx(1 / 90, rel=1e-12)


def test_a_quantile_over_the_limit_is_found_and_a_fast_service_is_not_computed() -> None:
    samples = Samples()
    _fill(samples, "slow", "UNSET", [_counts(b50=10 * n, b5000=10 * n) for n in range(1, 6)])
    _fill(samples, "fast", "UNSET", [_counts(b50=20 * n) for n in range(1, 6)])
    quantile = Quantile("0.95", ("service_name",), Selector(BUCKETS), 120)
    ((labels, value),) = Compare(quantile, ">", "1500").evaluate(samples, START_MS + 125_000)
    assert labels == (("service_name", "slow"),)
    # Half of all are between 2000 and 5000 ms; the 95th of 100 is the 45th of these 50.
    assert value == pytest.approx(2000 + 3000 * 0.9, rel=1e-12)
    everything = dict(quantile.evaluate(samples, START_MS + 125_000))
    assert everything[(("service_name", "slow"),)] == pytest.approx(value)
    assert everything[(("service_name", "fast"),)] == pytest.approx(10 + 40 * 0.95)


def test_a_share_of_failures_needs_both_windows() -> None:
    samples = Samples()
    _fill(samples, "cart", "UNSET", [_counts(b50=100 + 30 * n) for n in range(12)])
    _fill(samples, "cart", "ERROR", [_counts(b50=10 + 10 * n) for n in range(8)] + [_counts(b50=80)] * 4)
    by = ("service_name",)
    served = Selector(CALLS)
    failed = Selector(CALLS, (("status_code", "=", "STATUS_CODE_ERROR"),))
    long, short = (
        Compare(Divide(Sum(by, Rate(failed, range_s)), Sum(by, Rate(served, range_s))), ">", "0.01")
        for range_s in (300, 60)
    )
    now_ms = START_MS + 11 * 30_000 + 5_000
    assert long.evaluate(samples, now_ms) != []
    assert short.evaluate(samples, now_ms) == []
    assert Both(long, short).evaluate(samples, now_ms) == []


@pytest.mark.parametrize(("matcher", "found"), [
    (("service_name", "=", "cart"), ["cart"]),
    (("service_name", "!=", "cart"), ["checkout"]),
    (("service_name", "=~", "c.*t"), ["cart", "checkout"]),
    (("service_name", "=~", "c"), []),
    (("service_name", "!~", "cart|flagd"), ["checkout"]),
    (("nothing", "=", ""), ["cart", "checkout"]),
])  # fmt: skip
def test_matchers_are_anchored(matcher: tuple[str, str, str], found: list[str]) -> None:
    samples = Samples()
    for name in ("cart", "checkout"):
        _fill(samples, name, "UNSET", [_counts(b50=1)])
    series = Selector(CALLS, (matcher,)).series(samples)
    assert [dict(one.labels)["service_name"] for one in series] == found


def test_a_series_that_went_away_has_no_value_and_an_old_one_none_after_five_minutes() -> None:
    samples = Samples()
    pods = [as_labels(("pod", name)) for name in ("a", "b")]
    for labels in pods:
        samples.series("up", labels).add(START_MS, 1.0)
    samples.vanish("up", START_MS + 30_000, {pods[0]})
    assert Selector("up").evaluate(samples, START_MS + 20_000) == [(pods[0], 1.0), (pods[1], 1.0)]
    assert Selector("up").evaluate(samples, START_MS + 40_000) == [(pods[0], 1.0)]
    assert Selector("up").evaluate(samples, START_MS + 300_000) == []


def test_an_alert_is_pending_for_its_time_and_keeps_the_moment_its_condition_began() -> None:
    loop, samples = Loop(START_US), Samples()
    rule = Rule(
        alert="Errors", expression=ERRORS, severity="warning", for_s=60,
        description="{{ $labels.service_name }} fails (current: {{ $value }})",
    )  # fmt: skip
    ruler = Ruler(loop, samples, (Group(name="one", rules=(rule,), interval_s=60),), seed=3)
    ruler.start()
    _fill(samples, "cart", "ERROR", [_counts(b50=n) for n in (5, 5, 6, 7, 8, 9, 10, 11, 12)])
    states = []
    for _ in range(4):
        loop.run_until(loop.now_us + 60 * SECOND_US)
        states.append([(alert.item()["state"], alert.active_ns) for alert in ruler.active.values()])
    began = [active for state in states for _, active in state]
    assert states[0] == []
    assert [state[0][0] for state in states[1:3]] == ["pending", "firing"]
    assert len(set(began)) == 1
    assert began[0] % 1000 != 0, "Prometheus gives each group a moment in nanoseconds"
    (alert,) = ruler.firing()
    item = alert.item()
    assert item["labels"] == {"alertname": "Errors", "service_name": "cart", "severity": "warning"}
    assert item["annotations"]["description"].startswith("cart fails (current: 0.0")
    assert list(ruler.fired) == [("Errors", (("service_name", "cart"),))]
    loop.run_until(loop.now_us + 600 * SECOND_US)
    assert ruler.active == {}


def test_rules_read_as_the_published_ones() -> None:
    texts = {
        rule.alert: rule.expression.text()
        for group in GENERATIONS["dec2025"](Scope(namespace="otel-demo"))
        for rule in group.rules
    }
    assert texts["RequestErrorRate"] == (
        "sum by (namespace, service_name) (rate(traces_span_metrics_calls_total"
        '{status_code="STATUS_CODE_ERROR", service_name!~"flagd|load-generator"}[2m])) > 0'
    )
    assert texts["RequestLatency"] == (
        "histogram_quantile(0.95, sum by (le, namespace, service_name) "
        "(rate(traces_span_metrics_duration_milliseconds_bucket"
        '{service_name!~"flagd|load-generator|accounting|fraud-detection"}[2m]))) > 1500'
    )
    assert texts["PendingPodsDetected"] == (
        'sum by (namespace) (kube_pod_status_phase{namespace="otel-demo", phase="Pending"}) > 0'
    )


def test_every_generation_becomes_an_object_for_any_namespace() -> None:
    for name, made in GENERATIONS.items():
        scope = Scope(
            namespace="till",
            silent=("feed",),
            processors=(),
            front=("door",),
            objectives=(("door", 10_000, 800),),
        )
        groups = (*made(scope), *objectives(scope))
        body = rule_object(name, "till", groups)
        text = str(body)
        assert "otel-demo" not in text
        assert all(group["rules"] for group in body["spec"]["groups"])
        assert {"alert", "annotations", "expr", "labels"} <= set(body["spec"]["groups"][0]["rules"][0])


def test_calls_that_are_counted_apart_under_the_same_labels_add_up() -> None:
    """A mesh tells two reasons of failure as one response code: their counts are one series, not two that alternate."""
    series = Samples().series("edges", (("response_code", "503"),))
    for time_ms, refused, timed_out in ((1000, 1, 5), (2000, 2, 9)):
        series.add_counts(time_ms, (refused, refused))
        series.add_counts(time_ms, (0, timed_out))
    assert series.histogram == [(1000, (1, 6)), (2000, (2, 11))]
