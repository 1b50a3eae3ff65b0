"""What a workload needs, what breaches it, and which size is the cheapest."""

import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_finops.fleets.fleet import Needs, Size, breach, cost, optimum, up_to_step
from itbench_finops.fleets.simulate import draw_specs, make_fleet, percentile
from itbench_finops.fleets.truth import workloads

NEEDS = Needs(
    cpu_millicores=900,
    memory_mib=1000,
    fixed_memory_mib=100,
    target_permyriad=9990,
    fewest_replicas=2,
    most_replicas=5,
    cpu_limit_millicores=1000,
    memory_limit_mib=1200,
    core_e6usd=30_000,
    gib_e6usd=4_000,
)


@pytest.mark.parametrize(
    ("size", "problem"),
    [
        (Size(2, 900, 1100), None),
        (Size(1, 900, 1100), "1 replicas, allowed: 2 to 5"),
        (Size(6, 900, 1100), "6 replicas, allowed: 2 to 5"),
        (Size(2, 1001, 1100), "1001 millicores, its limit is 1000"),
        (Size(2, 900, 1201), "1201 MiB, its limit is 1200"),
        (Size(2, 899, 1100), "1 replicas have 899 millicores, it needs 900"),
        (Size(2, 900, 1099), "1 replicas have room for 999 MiB, it needs 1000"),
        (Size(4, 300, 433), "3 replicas have room for 999 MiB, it needs 1000"),
        (Size(4, 300, 434), None),
    ],
)
def test_a_size_breaches_a_target_or_a_limit_by_one_unit(size: Size, problem: str | None) -> None:
    assert breach(NEEDS, size) == problem


def test_below_three_nines_no_replica_is_spare() -> None:
    assert breach(NEEDS, Size(2, 450, 600)) is not None
    assert breach(replace(NEEDS, target_permyriad=9950), Size(2, 450, 600)) is None


@pytest.mark.parametrize("seed", range(1, 40))
def test_no_size_that_breaches_nothing_is_cheaper_than_the_optimum(seed: int) -> None:
    random = Randomness(seed)
    needs = Needs(
        cpu_millicores=random.between(1, 120),
        memory_mib=random.between(1, 150),
        fixed_memory_mib=random.between(0, 40),
        target_permyriad=random.pick((9900, 9990)),
        fewest_replicas=random.between(1, 2),
        most_replicas=random.between(2, 4),
        cpu_limit_millicores=random.between(20, 120),
        memory_limit_mib=random.between(40, 160),
        core_e6usd=random.between(1, 50_000),
        gib_e6usd=random.between(1, 9_000),
    )
    sizes = [Size(*each) for each in product(range(5), range(10, 130, 10), range(16, 176, 16))]
    fitting = [cost(needs, size) for size in sizes if breach(needs, size) is None]
    best = optimum(needs)
    assert (best is None) == (not fitting)
    assert best is None or cost(needs, best) == min(fitting)


@pytest.mark.parametrize(("value", "step", "found"), [(0, 10, 10), (1, 10, 10), (10, 10, 10), (11, 10, 20)])
def test_a_value_goes_up_to_the_next_step(value: int, step: int, found: int) -> None:
    assert up_to_step(value, step) == found


def test_a_percentile_is_the_smallest_sample_that_so_many_do_not_exceed() -> None:
    samples = list(range(1, 1345))
    assert [percentile(samples, at) for at in (1, 5000, 9900, 9990, 10_000)] == [1, 672, 1331, 1343, 1344]


@pytest.mark.slow
def test_a_fleet_shows_what_its_truth_needs_and_nothing_more(tmp_path: Path) -> None:
    truth = make_fleet(draw_specs(3, 1)[0], tmp_path)
    shown = json.loads((tmp_path / "workloads.json").read_text())["workloads"]
    prices = json.loads((tmp_path / "prices.json").read_text())["node_pools"]
    known = workloads(truth)
    assert 30 <= len(shown) == len(known) <= 60
    assert len({each["name"].lower() for each in shown}) == len(shown)
    for each, workload in zip(shown, known, strict=True):
        needs = workload.needs
        grown = 100 + each["expected_growth_percent"]
        target = each["availability_target_percent"].rstrip("0").rstrip(".")
        assert needs.cpu_millicores == -(-each["cpu_used_millicores"][f"p{target}"] * grown // 100)
        assert needs.memory_mib == -(-each["memory_used_mib"]["max"] * grown // 100)
        assert needs.core_e6usd == round(float(prices[each["node_pool"]]["core_hour"]) * 1_000_000)
        assert optimum(needs) is not None


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 2**63])
def test_every_workload_of_any_fleet_has_a_size_that_keeps_its_target(seed: int, tmp_path: Path) -> None:
    for spec in draw_specs(seed, 2):
        found = workloads(make_fleet(spec, tmp_path / spec.id))
        assert all(optimum(workload.needs) is not None for workload in found)
        # Some request too little: to leave everything as it is keeps not every target.
        assert any(breach(workload.needs, workload.now) for workload in found)
