"""What breaches cost: no plan gains by them, whatever it saves elsewhere."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from fractions import Fraction
from statistics import mean

import pytest
from hypothesis import given, strategies as st

from itbench_finops.agents.fleet import FleetEntry, fleet_entries, plan_of
from itbench_finops.agents.formula import smallest_requests
from itbench_finops.fleets.fleet import Needs, Size, breach, cost, optimum, up_to_step
from itbench_finops.fleets.simulate import draw_specs, make_fleet
from itbench_finops.fleets.truth import Workload
from itbench_finops.scoring.sizing import Verdict, judge, score_plan

MOST_REPLICAS = 5
SIZES = st.builds(
    Size,
    st.integers(1, MOST_REPLICAS + 1),
    st.integers(1, 100).map(lambda steps: steps * 10),
    st.integers(1, 100).map(lambda steps: steps * 16),
)


@st.composite
def needs_of(draw: st.DrawFn) -> Needs:
    """Return needs whose limits leave room for what is needed, also by a single replica."""
    target = draw(st.sampled_from((9900, 9950, 9990)))
    needs = Needs(
        cpu_millicores=draw(st.integers(1, 900)),
        memory_mib=draw(st.integers(1, 1200)),
        fixed_memory_mib=draw(st.integers(0, 100)),
        target_permyriad=target,
        fewest_replicas=1 + (target == 9990) + draw(st.integers(0, 1)),
        most_replicas=draw(st.integers(3, MOST_REPLICAS)),
        cpu_limit_millicores=1000,
        memory_limit_mib=1600,
        core_e6usd=draw(st.integers(1, 50_000)),
        gib_e6usd=draw(st.integers(1, 9_000)),
    )
    assert optimum(needs) is not None
    return needs


@st.composite
def workload_of(draw: st.DrawFn) -> Workload:
    needs = draw(needs_of())
    return Workload("w", draw(st.one_of(SIZES, keeping(needs))), needs)


@st.composite
def keeping(draw: st.DrawFn, needs: Needs) -> Size:
    """Return a size that keeps the target, with anything from no headroom to all that the limits allow."""
    replicas = draw(st.integers(needs.fewest_replicas, needs.most_replicas))
    left = replicas - needs.spare
    cpu = up_to_step(-(-needs.cpu_millicores // left), 10)
    memory = up_to_step(needs.fixed_memory_mib - (-needs.memory_mib // left), 16)
    size = Size(
        replicas,
        draw(st.integers(cpu // 10, 100)) * 10,
        draw(st.integers(memory // 16, 100)) * 16,
    )
    assert breach(needs, size) is None
    return size


@st.composite
def breaching(draw: st.DrawFn, needs: Needs) -> Size:
    """Return a size that does not keep the target, or is beyond a limit, in one of the possible ways."""
    size, way = draw(keeping(needs)), draw(st.integers(0, 4))
    left = size.replicas - needs.spare
    too_little_cpu = (-(-needs.cpu_millicores // left) - 1) // 10 * 10
    too_little_memory = (needs.fixed_memory_mib - (-needs.memory_mib // left) - 1) // 16 * 16
    broken = (
        replace(size, cpu_millicores=draw(st.integers(0, too_little_cpu // 10)) * 10),
        replace(size, memory_mib=draw(st.integers(0, too_little_memory // 16)) * 16),
        replace(size, replicas=needs.most_replicas + 1),
        replace(size, cpu_millicores=1010),
        replace(size, memory_mib=1616),
    )[way]
    assert breach(needs, broken) is not None
    return broken


def truth_of(*workloads: Workload):
    return {
        "workloads": [
            {"name": each.name, "now": asdict(each.now), "needs": asdict(each.needs)} for each in workloads
        ]
    }


def plan_for(**sizes: Size):
    return {
        "plan": [
            {
                "workload": name,
                "replicas": size.replicas,
                "cpu_request_millicores": size.cpu_millicores,
                "memory_request_mib": size.memory_mib,
            }
            for name, size in sizes.items()
        ]
    }


def uncut(plan, *workloads: Workload) -> float:
    found = score_plan(plan, truth_of(*workloads)).metrics["share_before_cut"]
    assert found is not None
    return found


def verdict(workload: Workload, size: Size) -> Verdict:
    found = judge(workload, size)
    assert found is not None
    return found


@pytest.mark.slow
@given(st.data(), workload_of())
def test_a_breach_costs_at_least_its_stake_and_more_than_to_leave_a_sound_workload_alone(
    data: st.DataObject, workload: Workload
) -> None:
    found = verdict(workload, data.draw(breaching(workload.needs)))
    left = verdict(workload, workload.now)
    assert found.value == -found.penalty <= -2 * found.stake
    assert found.value < left.value if left.problem is None else found.value == left.value


@pytest.mark.slow
@given(st.data(), workload_of())
def test_no_breach_is_worth_more_than_any_size_that_keeps_the_target(
    data: st.DataObject, workload: Workload
) -> None:
    broken = verdict(workload, data.draw(breaching(workload.needs)))
    sound = verdict(workload, data.draw(keeping(workload.needs)))
    assert broken.value <= sound.value <= sound.stake


@pytest.mark.slow
@given(st.data(), workload_of(), st.fractions(Fraction(1, 3), 1))
def test_a_gamble_that_breaches_one_time_in_three_does_not_pay_whatever_it_saves(
    data: st.DataObject, workload: Workload, risk: Fraction
) -> None:
    hoped, feared = (verdict(workload, data.draw(kind(workload.needs))) for kind in (keeping, breaching))
    assert (1 - risk) * hoped.value + risk * feared.value <= 0


@pytest.mark.slow
@given(st.data(), workload_of())
def test_a_risk_of_one_in_ten_does_not_pay_for_less_than_a_fifth_of_what_the_workload_costs(
    data: st.DataObject, workload: Workload
) -> None:
    known, hoped = (verdict(workload, data.draw(keeping(workload.needs))) for _ in range(2))
    feared = verdict(workload, data.draw(breaching(workload.needs)))
    costs = known.penalty // 2
    if known.value >= 0 and 5 * (hoped.value - known.value) <= costs:
        assert 9 * hoped.value + feared.value <= 10 * known.value


@pytest.mark.slow
@given(st.lists(workload_of(), min_size=1, max_size=4), st.lists(SIZES, min_size=4, max_size=4), st.data())
def test_a_plan_is_scored_by_the_fleet_that_it_leads_to(workloads, sizes, data: st.DataObject) -> None:
    named = [replace(each, name=f"w{at}") for at, each in enumerate(workloads)]
    planned = {
        each.name: data.draw(st.sampled_from((each.now, size)))
        for each, size in zip(named, sizes, strict=False)
    }
    changed = {each.name: planned[each.name] for each in named if planned[each.name] != each.now}
    assert uncut(plan_for(**planned), *named) == uncut(plan_for(**changed), *named) <= 1
    assert uncut(plan_for(**{each.name: optimum(each.needs) for each in named}), *named) == 1


@pytest.mark.slow
@given(st.lists(workload_of(), min_size=1, max_size=4), st.lists(SIZES, min_size=4, max_size=4))
def test_to_leave_out_what_would_breach_never_lowers_the_score(workloads, sizes) -> None:
    named = [replace(each, name=f"w{at}") for at, each in enumerate(workloads)]
    planned = {each.name: size for each, size in zip(named, sizes, strict=False)}
    sound = {
        each.name: planned[each.name] for each in named if breach(each.needs, planned[each.name]) is None
    }
    before, after = uncut(plan_for(**planned), *named), uncut(plan_for(**sound), *named)
    newly = [each for each in named if each.name not in sound and breach(each.needs, each.now) is None]
    assert after >= before
    if newly and any(cost(each.needs, each.now) != cost(each.needs, optimum(each.needs)) for each in named):
        assert after > before


def rule(percentile: str, percent: int) -> Callable[[FleetEntry], object]:
    """Return a rule of thumb: so many percent of the CPU at a percentile, and all the memory that was ever used."""

    def size(entry: FleetEntry) -> object:
        left = max(1, entry.replicas - (entry.availability_target_percent == "99.90"))
        grown = 100 + entry.expected_growth_percent
        cpu = -(-entry.cpu_used_millicores[percentile] * grown * percent // (10_000 * left))
        memory = entry.fixed_memory_mib_per_replica - (-entry.memory_used_mib["max"] * grown // (100 * left))
        limited = min(entry.cpu_limit_millicores, cpu), min(entry.memory_limit_mib, memory)
        return plan_of(entry, entry.replicas, *limited)

    return size


@pytest.fixture(scope="module")
def fleets(tmp_path_factory: pytest.TempPathFactory):
    found = []
    for spec in draw_specs(31, 8):
        folder = tmp_path_factory.mktemp(spec.id)
        truth = make_fleet(spec, folder)
        files = (json.loads((folder / name).read_text()) for name in ("workloads.json", "prices.json"))
        found.append((fleet_entries(*files), truth))
    return found


def outcome(fleets, size: Callable[[FleetEntry], object]) -> tuple[float, float, float]:
    """Return score, score before the cut, and breaches, of the mean fleet."""
    scores = [score_plan({"plan": [size(entry) for entry in entries]}, truth) for entries, truth in fleets]
    shares = [each.metrics["share_before_cut"] for each in scores]
    return (
        mean(each.value for each in scores),
        mean(shares),
        mean(each.metrics["breaching"] for each in scores),
    )


@pytest.mark.slow
def test_a_rule_of_thumb_that_breaches_a_quarter_of_each_fleet_earns_next_to_nothing(fleets) -> None:
    value, share, breaching = outcome(fleets, rule("p95", 120))
    assert breaching > 8
    assert share < -0.3
    assert value < 0.06


@pytest.mark.slow
def test_of_two_rules_of_thumb_the_more_careful_one_scores_more_as_long_as_fleets_have_breaches(
    fleets,
) -> None:
    percents = (110, 120, 130, 140, 150)
    found = [outcome(fleets, rule("p95", percent)) for percent in percents]
    breaches, shares = [each[2] for each in found], [each[1] for each in found]
    assert breaches == sorted(breaches, reverse=True)
    assert breaches[-2] > 1
    assert shares == sorted(shares)
    safe = outcome(fleets, rule("p99.9", 100))
    assert safe[2] == 0
    assert safe[0] > 0.85 > max(each[0] for each in found)


PERCENTILES = ("p50", "p90", "p95", "p99", "p99.5", "p99.9", "max")


@pytest.mark.slow
@pytest.mark.parametrize("percentile", PERCENTILES)
def test_no_rule_of_thumb_scores_more_than_the_shipped_adversaries(percentile: str, fleets) -> None:
    """Slow: plans eight fleets by ten rules."""
    shipped, _, breaches = outcome(fleets, smallest_requests)
    assert breaches == 0
    honest = outcome(fleets, rule("p99.9", 100))[0]
    for percent in (70, 80, 90, 100, 110, 120, 130, 150, 175, 200):
        value, _, breaching = outcome(fleets, rule(percentile, percent))
        assert value < shipped, percent
        if breaching >= 1:
            assert value < honest, percent
