"""A whole task: the truth is what the cause added, and what misleads is explained by the table itself."""

import json
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from itbench.kit.generated.randomness import Randomness
from itbench_finops.bills import anomaly
from itbench_finops.bills.calendar import make_calendar
from itbench_finops.bills.causes import Setting, apply
from itbench_finops.bills.company import make_company
from itbench_finops.bills.decoys import add_decoys
from itbench_finops.bills.specs import CAUSES, LEVELS, AnomalySpec, draw_specs, embedded_specs
from itbench_finops.tables.costs import read_costs


def spec_of(*causes: str, seed: int = 11, difficulty: int = 1) -> AnomalySpec:
    return AnomalySpec(id="finops-0001", seed=seed, causes=causes, difficulty=difficulty)


def costs_by_day(folder: Path):
    """Return what each family cost on each day, and the applications that it was used by."""
    table = read_costs((folder / "data.csv").read_bytes(), source="data.csv")
    assert table.faults == []
    found: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    applications: dict[str, set[str]] = defaultdict(set)
    for line in table.lines:
        found[line.family][line.day] += line.cost_e4usd
        applications[line.family].add(line.application)
    return found, applications


def test_the_embedded_suite_has_each_cause_five_times_first_and_some_twos() -> None:
    specs = embedded_specs()
    assert [spec.id for spec in specs] == [f"finops-{number:04}" for number in range(1, 31)]
    assert Counter(spec.causes[0] for spec in specs) == dict.fromkeys(CAUSES, 5)
    assert Counter(len(spec.causes) for spec in specs) == {1: 20, 2: 10}
    assert Counter(spec.difficulty for spec in specs) == {0: 10, 1: 10, 2: 10}
    assert len({spec.seed for spec in specs}) == 30


def test_another_seed_draws_other_tasks_and_the_same_seed_the_same() -> None:
    assert draw_specs(5, 12) == draw_specs(5, 12)
    assert {spec.seed for spec in draw_specs(5, 12)}.isdisjoint(spec.seed for spec in draw_specs(6, 12))


@pytest.mark.slow
@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("difficulty", range(LEVELS))
def test_the_excess_is_what_the_cause_alone_added(cause: str, difficulty: int, tmp_path: Path) -> None:
    truth = anomaly.make_anomaly(spec_of(cause, difficulty=difficulty), tmp_path)
    found, applications = costs_by_day(tmp_path)
    question = json.loads((tmp_path / "anomaly.json").read_text())
    day = date.fromisoformat(question["date"])
    for each in truth["resource"]:
        assert (each["type"], each["cause"]) == (
            "Application" if cause == "application" else "Instance_Family",
            cause,
        )
        families = [f for f in found if f == each["name"] or each["name"] in applications[f]]
        cost = sum(found[family][day] for family in families)
        excess = int(Decimal(each["excess_usd"]) * 10_000)
        assert 0 < excess <= cost
        if cause in {"application", "test-fleet"}:
            assert excess == cost
        since = date.fromisoformat(each["since"])
        assert timedelta(0) <= day - since <= timedelta(days=2)
        so_far = int(Decimal(each["excess_so_far_usd"]) * 10_000)
        assert so_far >= excess


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 26))
def test_every_excess_is_well_beyond_the_noise_of_its_resource(seed: int) -> None:
    for spec in draw_specs(seed, 6):
        random = Randomness(spec.seed)
        calendar = make_calendar(random.fork("calendar"), None)
        company = make_company(random.fork("company"), None)
        add_decoys(company, calendar, random.fork("decoys"))
        setting = Setting(company, calendar, random.fork("causes"), LEVELS - 1 - spec.difficulty)
        changes = [change for cause in spec.causes for change in apply(cause, setting)]
        for change in changes:
            excess = anomaly._excess_e4usd(change, calendar)
            before = anomaly._costs_e4usd(change.before, calendar) if change.before else [0] * calendar.days
            # Noise is three in a hundred.
            assert excess[calendar.anomaly] * 5 > before[calendar.anomaly], change.cause
            assert not any(excess[: change.start])


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    """Return the decoys of one task, its calendar, and what it cost."""
    folder = tmp_path_factory.mktemp("world")
    spec = spec_of("price", seed=5)
    anomaly.make_anomaly(spec, folder)
    random = Randomness(spec.seed)
    calendar = make_calendar(random.fork("calendar"), None)
    company = make_company(random.fork("company"), None)
    return add_decoys(company, calendar, random.fork("decoys")), calendar, costs_by_day(folder), company


@pytest.mark.slow
def test_a_resource_that_moved_costs_as_much_after_as_before(world) -> None:
    decoys, calendar, (found, applications), _ = world
    today = calendar.dates[calendar.anomaly]
    old, new = next(
        (one, other)
        for one in decoys.resources
        for other in decoys.resources
        if one.end == other.first == calendar.anomaly and one.family != other.family
    )
    assert applications[old.family] == applications[new.family]
    assert today not in found[old.family]
    assert min(found[new.family]) == today
    week_ago = today - timedelta(weeks=1)
    assert found[new.family][today] == pytest.approx(found[old.family][week_ago], rel=0.25)


@pytest.mark.slow
def test_a_resource_that_counts_for_another_application_keeps_its_name(world) -> None:
    _, calendar, (found, applications), _ = world
    today = calendar.dates[calendar.anomaly]
    moved = [family for family, names in applications.items() if len(names) == 2]
    assert len(moved) == 1
    week_ago = today - timedelta(weeks=1)
    assert found[moved[0]][today] == pytest.approx(found[moved[0]][week_ago], rel=0.15)


@pytest.mark.slow
def test_the_end_of_a_month_was_as_dear_in_the_months_before(world) -> None:
    decoys, calendar, (found, _), _ = world
    resource = max(decoys.resources, key=lambda each: each.month_end_permille)
    costs = found[resource.family]
    ends = [day for day, is_end in zip(calendar.dates, calendar.is_month_end, strict=True) if is_end]
    assert len(ends) >= 6
    for day in ends:
        assert costs[day] > 1.7 * costs[day - timedelta(weeks=2)]


@pytest.mark.slow
def test_credits_and_corrections_show_as_negative_lines_and_late_lines_stand_last(
    world, tmp_path: Path
) -> None:
    decoys, calendar, _, _ = world
    anomaly.make_anomaly(spec_of("price", seed=5), tmp_path)
    lines = (tmp_path / "data.csv").read_text().splitlines()[1:]
    negative = [line for line in lines if ",-" in line]
    assert {line.split(",")[5] for line in negative} == {each.family for each in decoys.adjustments}
    yesterday = calendar.dates[calendar.anomaly - 1].isoformat()
    late = [line for line in lines[-4:] if line.startswith(yesterday)]
    assert {line.split(",")[5] for line in late} == set(decoys.late)


def test_every_task_has_a_real_anomaly_in_an_account_that_nobody_asked_about(world) -> None:
    decoys, calendar, (found, _), company = world
    today = calendar.dates[calendar.anomaly]
    other = [each for each in decoys.resources if each.account != company.accounts[0]]
    assert len(other) == 1
    costs = found[other[0].family]
    assert costs[today] > 2 * costs[today - timedelta(weeks=1)]


@pytest.mark.slow
def test_no_name_is_another_name_when_case_is_ignored(tmp_path: Path) -> None:
    anomaly.make_anomaly(spec_of("transfer", "application"), tmp_path)
    table = read_costs((tmp_path / "data.csv").read_bytes(), source="data.csv")
    names = {line.family for line in table.lines} | {line.application for line in table.lines}
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.slow
def test_a_family_is_only_ever_at_one_place(tmp_path: Path) -> None:
    anomaly.make_anomaly(spec_of("commitment", "runaway"), tmp_path)
    table = read_costs((tmp_path / "data.csv").read_bytes(), source="data.csv")
    places = defaultdict(set)
    for line in table.lines:
        places[line.family].add((line.account, line.provider, line.service))
    assert all(len(found) == 1 for found in places.values())
