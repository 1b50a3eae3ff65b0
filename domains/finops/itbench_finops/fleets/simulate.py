"""Makes fleets: two weeks of demand for each workload, and somebody's careless guess at what it needs."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from itbench import JsonObject
from itbench.kit import Randomness, mixed
from itbench_finops.fleets.fleet import (
    CPU_STEP_MILLICORES,
    MEMORY_STEP_MIB,
    Needs,
    Size,
    optimum,
    up_to_step,
)
from itbench_finops.names import Names

TARGETS_PERMYRIAD = (9900, 9950, 9990)
PERCENTILES_PERMYRIAD = (5000, 9000, 9500, 9900, 9950, 9990)
_SAMPLES_A_DAY, _DAYS = 96, 14
# Thousandths of the day's level for every second hour.
_SHAPES = (
    (420, 360, 340, 400, 700, 1000, 1150, 1200, 1180, 1050, 800, 560),
    (900, 880, 870, 880, 950, 1020, 1050, 1060, 1050, 1020, 980, 930),
    (250, 250, 2600, 2400, 300, 250, 250, 250, 260, 300, 300, 260),
    (600, 500, 450, 500, 620, 740, 800, 900, 1100, 1500, 1600, 1000),
)
_POOLS = ("general", "arm", "memory")
_EMBEDDED_SEED = 20_250_930
_MORE_THAN_TWICE_IN_TEN = 3


@dataclass(frozen=True, slots=True)
class FleetSpec:
    """What one task is made from."""

    id: str
    seed: int


def embedded_specs(count: int) -> list[FleetSpec]:
    """Return the tasks of the embedded suite."""
    return draw_specs(_EMBEDDED_SEED, count)


def draw_specs(seed: int, count: int) -> list[FleetSpec]:
    """Return `count` fleets drawn from `seed`."""
    random = Randomness(mixed(seed, "right-sizing"))
    return [FleetSpec(f"fleet-{number:04}", random.seed() >> 1) for number in range(1, count + 1)]


def make_fleet(spec: FleetSpec, directory: Path) -> JsonObject:
    """Write `workloads.json` and `prices.json` into a directory and return the truth."""
    random = Randomness(spec.seed)
    names = Names(random.fork("names"))
    prices = {pool: (random.between(18_000, 48_000), random.between(2_000, 7_000)) for pool in _POOLS}
    made = [_workload(random, names.new(8), prices) for _ in range(random.between(30, 60))]
    directory.mkdir(parents=True, exist_ok=True)
    _write(directory / "workloads.json", {"workloads": [shown for shown, _ in made]})
    _write(directory / "prices.json", _shown_prices(prices))
    return {"workloads": [true for _, true in made]}


def _workload(
    random: Randomness, name: str, prices: dict[str, tuple[int, int]]
) -> tuple[JsonObject, JsonObject]:
    pool, target = random.pick(_POOLS), random.pick(TARGETS_PERMYRIAD)
    growth_percent = random.pick((0, 0, 0, 5, 10, 20))
    cpu = _demand(random, random.between(300, 6000), noise_permille=random.between(80, 300))
    memory = _demand(random, random.between(400, 16_000), noise_permille=60, flat=True)
    fixed = random.between(2, 24) * 16
    replicas = random.between(2, 8)
    spare = int(target >= TARGETS_PERMYRIAD[-1])
    needs = Needs(
        cpu_millicores=_grown(percentile(cpu, target), growth_percent),
        memory_mib=_grown(memory[-1], growth_percent),
        fixed_memory_mib=fixed,
        target_permyriad=target,
        fewest_replicas=1 + spare,
        most_replicas=replicas + random.between(0, 4),
        cpu_limit_millicores=0,
        memory_limit_mib=0,
        core_e6usd=prices[pool][0],
        gib_e6usd=prices[pool][1],
    )
    now = _careless(random, needs, replicas)
    needs = _limited(random, needs, now)
    shown = {
        "name": name,
        "node_pool": pool,
        "expected_growth_percent": growth_percent,
        "cpu_used_millicores": _percentiles(cpu),
        "memory_used_mib": _percentiles(memory),
    }
    return shown | _shown_size(needs, now), {"name": name, "now": asdict(now), "needs": asdict(needs)}


def _shown_size(needs: Needs, now: Size) -> JsonObject:
    """Return what an agent is told of the size that a workload has, and of those that it may have."""
    target = needs.target_permyriad
    return {
        "availability_target_percent": f"{target // 100}.{target % 100:02}",
        "replicas": now.replicas,
        "fewest_replicas": needs.fewest_replicas,
        "most_replicas": needs.most_replicas,
        "cpu_request_millicores": now.cpu_millicores,
        "cpu_limit_millicores": needs.cpu_limit_millicores,
        "memory_request_mib": now.memory_mib,
        "memory_limit_mib": needs.memory_limit_mib,
        "fixed_memory_mib_per_replica": needs.fixed_memory_mib,
    }


def _careless(random: Randomness, needs: Needs, replicas: int) -> Size:
    """Return what somebody asked for: mostly too much, now and then too little."""
    left = max(1, replicas - needs.spare)
    cpu_percent, memory_percent = _guess_percent(random), _guess_percent(random)
    cpu = -(-needs.cpu_millicores // left) * cpu_percent // 100
    memory = (needs.fixed_memory_mib - (-needs.memory_mib // left)) * memory_percent // 100
    return Size(replicas, up_to_step(cpu, CPU_STEP_MILLICORES), up_to_step(memory, MEMORY_STEP_MIB))


def _guess_percent(random: Randomness) -> int:
    drawn = random.below(10)
    if drawn == 0:
        return random.between(60, 95)
    if drawn <= _MORE_THAN_TWICE_IN_TEN:
        return random.between(210, 400)
    return random.between(110, 190)


def _limited(random: Randomness, needs: Needs, now: Size) -> Needs:
    """Return the needs with limits: not below what is requested now, and so that the target can be kept."""
    left = max(1, now.replicas - needs.spare)
    cpu = max(now.cpu_millicores, -(-needs.cpu_millicores // left))
    memory = max(now.memory_mib, needs.fixed_memory_mib - (-needs.memory_mib // left))
    values: dict[str, Any] = asdict(needs) | {
        "cpu_limit_millicores": up_to_step(cpu * random.between(100, 200) // 100, CPU_STEP_MILLICORES),
        "memory_limit_mib": up_to_step(memory * random.between(100, 150) // 100, MEMORY_STEP_MIB),
    }
    found = Needs(**values)
    if optimum(found) is None:
        raise AssertionError(f"no size keeps the target of {found}")
    return found


def _demand(random: Randomness, level: int, *, noise_permille: int, flat: bool = False) -> list[int]:
    """Return two weeks of samples, one for each quarter of an hour, sorted."""
    shape = (1000,) * 12 if flat else random.pick(_SHAPES)
    weekend_permille = random.pick((1000, 700, 400))
    burst_one_in = random.pick((50, 150, 700))
    samples = []
    for at in range(_SAMPLES_A_DAY * _DAYS):
        day, quarter = divmod(at, _SAMPLES_A_DAY)
        value = level * shape[quarter // 8] * (1000 - noise_permille + random.below(2 * noise_permille + 1))
        value = value // 1_000_000 * (weekend_permille if day % 7 >= 5 and not flat else 1000) // 1000
        if random.below(burst_one_in) == 0:
            value = value * random.between(120, 170) // 100
        samples.append(max(1, value))
    return sorted(samples)


def percentile(ordered: list[int], permyriad: int) -> int:
    """Return the smallest sample that so many hundredths of a percent of the samples do not exceed (nearest rank)."""
    return ordered[max(1, -(-len(ordered) * permyriad // 10_000)) - 1]


def _percentiles(ordered: list[int]) -> JsonObject:
    shown = {
        f"p{each // 100}" + (f".{each % 100 // 10}" if each % 100 else ""): percentile(ordered, each)
        for each in PERCENTILES_PERMYRIAD
    }
    return shown | {"max": ordered[-1]}


def _grown(value: int, percent: int) -> int:
    return -(-value * (100 + percent) // 100)


def _shown_prices(prices: dict[str, tuple[int, int]]) -> JsonObject:
    return {
        "currency": "USD",
        "node_pools": {
            pool: {"core_hour": f"0.{core:06}", "gib_hour": f"0.{gib:06}"}
            for pool, (core, gib) in prices.items()
        },
    }


def _write(path: Path, value: JsonObject) -> None:
    path.write_bytes((json.dumps(value, indent=1) + "\n").encode())
