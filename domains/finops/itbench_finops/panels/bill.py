"""The bill of the account in question, day by day: all of it, what is to blame, and what was named."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from itbench import DataError, Input, PanelAxis, PanelLine, PanelLines, PanelReference
from itbench_finops.panels.verdicts import Blamed
from itbench_finops.scoring.names import ResourceKey, plain_name, plain_type
from itbench_finops.tables.costs import COLUMNS, CostLine, account_lines, read_costs
from itbench_finops.tables.question import read_question

_MOST_LINES: Final = 8
_MOST_DAYS: Final = 1_000
_E4: Final = 10_000
_COLUMNS: Final = tuple(map(plain_type, COLUMNS[1:6]))


def bill_lines(inputs: Sequence[Input], found: Sequence[Blamed]) -> list[PanelLines]:
    """Return the charts; none where the inputs of the task are not here, or cannot be read."""
    sources = {entry.path: entry.source for entry in inputs}
    if not {"anomaly.json", "data.csv"} <= set(sources):
        return []
    try:
        question = read_question(sources["anomaly.json"].read_bytes(), source="anomaly.json")
        table = read_costs(sources["data.csv"].read_bytes(), source="data.csv")
    except (OSError, DataError):
        return []
    lines = list(account_lines(table, question.account))
    if not lines:
        return []
    days = _days(lines)
    shown = found[:_MOST_LINES]
    costs = _costs(lines, {each.key for each in shown})
    everything = _line([line for line in lines if line.day in days], days, "all of the account")
    drawn = [_line(costs[each.key], days, each.name, each) for each in shown]
    references = tuple(_references(question.day, shown, days))
    titles = {
        "All of the account in question, day by day": [everything],
        "What is to blame, and what was named, day by day": drawn,
    }
    return [_chart(title, each, days, references) for title, each in titles.items() if each]


def _chart(
    title: str, lines: Sequence[PanelLine], days: dict[date, int], references: tuple[PanelReference, ...]
) -> PanelLines:
    return PanelLines(
        title=title,
        x=PanelAxis(label="day", names=tuple(day.isoformat() for day in days)),
        y=PanelAxis(label="US dollars a day", unit="$", low=0),
        lines=tuple(lines),
        references=references,
    )


def _days(lines: Sequence[CostLine]) -> dict[date, int]:
    """Return the days of the table with their places, the latest ones where there are very many."""
    first, last = min(line.day for line in lines), max(line.day for line in lines)
    first = max(first, last - timedelta(days=_MOST_DAYS - 1))
    return {first + timedelta(days=place): place for place in range((last - first).days + 1)}


def _costs(lines: Sequence[CostLine], wanted: set[ResourceKey]) -> dict[ResourceKey, list[CostLine]]:
    """Return the lines of each resource, whatever column names it."""
    found: dict[ResourceKey, list[CostLine]] = {key: [] for key in wanted}
    for line in lines:
        values = (line.account, line.provider, line.service, line.application, line.family)
        for column, value in zip(_COLUMNS, values, strict=True):
            key = ResourceKey(column, plain_name(value))
            if key in found:
                found[key].append(line)
    return found


def _line(
    lines: Sequence[CostLine], days: dict[date, int], label: str, blamed: Blamed | None = None
) -> PanelLine:
    costs = [0] * len(days)
    for line in lines:
        place = days.get(line.day)
        if place is not None:
            costs[place] += line.cost_e4usd
    points = tuple((float(place), cost / _E4) for place, cost in enumerate(costs))
    if blamed is None:
        return PanelLine(label=label, points=points)
    return PanelLine(label=label, kind=f"{label}: {blamed.verdict}", note=blamed.cause, points=points)


def _references(asked: date, found: Sequence[Blamed], days: dict[date, int]) -> Iterator[PanelReference]:
    if asked in days:
        yield PanelReference(value=days[asked], axis="x", label="the day in question")
    since: dict[str, list[str]] = {}
    for each in found:
        since.setdefault(str(each.details.get("since")), []).append(each.cause)
    for day, place in days.items():
        causes = since.get(day.isoformat())
        if causes:
            yield PanelReference(value=place, axis="x", label=" and ".join(dict.fromkeys(causes)), tone="bad")
