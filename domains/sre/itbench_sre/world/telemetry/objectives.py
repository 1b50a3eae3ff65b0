"""The rules of service-level objectives: those that page."""

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
from itbench_sre.world.telemetry.rules import BY_SERVICE, FAILED, Group, Rule, Scope


def objectives(scope: Scope) -> list[Group]:
    """Return the rules of the service-level objectives: those that page."""
    rules: list[Rule] = []
    for name, failures, slowest_ms in scope.objectives:
        served = (
            ("service_name", "=", name),
            ("namespace", "=", scope.namespace),
            ("span_kind", "=", "SPAN_KIND_SERVER"),
        )
        share = _millionths(failures)
        ratios = [
            Compare(
                Divide(
                    Sum(BY_SERVICE, Rate(Selector(CALLS, (*served, FAILED)), range_s)),
                    Sum(BY_SERVICE, Rate(Selector(CALLS, served), range_s)),
                ),
                ">",
                share,
            )
            for range_s in (300, 120)
        ]
        rules.append(
            Rule(
                alert="ErrorBudgetBurn",
                expression=Both(*ratios),
                severity="page",
                description="{{ $labels.service_name }} in namespace {{ $labels.namespace }} fails more often than its "
                f"objective of {share} allows (current: {{{{ $value }}}})",
                for_s=60,
            )
        )
        rules.append(
            Rule(
                alert="LatencyBudgetBurn",
                expression=Compare(
                    Quantile("0.95", BY_SERVICE, Selector(BUCKETS, served), 300), ">", str(slowest_ms)
                ),
                severity="page",
                description="95th percentile of {{ $labels.service_name }} in namespace {{ $labels.namespace }} is above "
                f"its objective of {slowest_ms}ms (current: {{{{ $value }}}}ms)",
                for_s=60,
            )
        )
    return [Group(name="service-level-objectives", rules=tuple(rules), interval_s=30)] if rules else []


def _millionths(failures: int) -> str:
    return f"{failures // 1_000_000}.{failures % 1_000_000:06d}".rstrip("0").rstrip(".")
