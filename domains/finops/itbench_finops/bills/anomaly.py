"""Makes one task: simulates a company, lets something go wrong, and tells what it was."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from itbench.kit import Randomness
from itbench_finops.bills import focus, table
from itbench_finops.bills.bill import Bill
from itbench_finops.bills.calendar import Calendar, make_calendar
from itbench_finops.bills.causes import Change, Setting, apply
from itbench_finops.bills.company import Company, make_company
from itbench_finops.bills.decoys import Decoys, add_decoys
from itbench_finops.bills.resource import Resource, charges
from itbench_finops.bills.specs import LEVELS, AnomalySpec
from itbench_finops.money import as_text


def make_anomaly(spec: AnomalySpec, directory: Path) -> dict[str, Any]:
    """Write `anomaly.json`, `data.csv` and `focus.csv` into a directory and return the truth.

    The truth lists each resource to name, with what it cost beyond what it would have cost without the cause.
    """
    random = Randomness(spec.seed)
    calendar = make_calendar(random.fork("calendar"), spec.days)
    company = make_company(random.fork("company"), spec.resources)
    decoys = add_decoys(company, calendar, random.fork("decoys"))
    setting = Setting(company, calendar, random.fork("causes"), LEVELS - 1 - spec.difficulty)
    changes = [change for cause in spec.causes for change in apply(cause, setting)]
    bill = _bill(company, decoys, changes, calendar, random.fork("bill"))
    directory.mkdir(parents=True, exist_ok=True)
    _write_question(directory / "anomaly.json", calendar, company.accounts[0])
    _write_tables(directory, bill)
    return _truth(changes, calendar)


def _bill(
    company: Company, decoys: Decoys, changes: Sequence[Change], calendar: Calendar, random: Randomness
) -> Bill:
    resources = [*company.resources, *decoys.resources, *(change.after for change in changes)]
    bill = Bill(calendar, random.shuffled(resources), random)
    place = {resource.family: at for at, resource in enumerate(bill.resources)}
    for each in decoys.adjustments:
        add = bill.add_credit if each.kind == "credit" else bill.add_correction
        add(place[each.family], each.day, each.permille)
    bill.late = {place[family]: day for family, day in decoys.late.items()}
    return bill


def _write_question(path: Path, calendar: Calendar, account: str) -> None:
    question = {"date": calendar.dates[calendar.anomaly].isoformat(), "account_id": account}
    path.write_bytes((json.dumps(question, indent=4) + "\n").encode())


def _write_tables(directory: Path, bill: Bill) -> None:
    plain, standard = table.TableWriter(bill), focus.FocusWriter(bill)
    with (directory / "data.csv").open("wb") as data, (directory / "focus.csv").open("wb") as other:
        data.write(table.HEADER.encode())
        other.write(focus.HEADER.encode())
        for day, lines in enumerate(bill.lines()):
            data.write(plain.text(lines).encode())
            other.write(standard.text(lines).encode())
            # What arrives late comes after the last day.
            if day < bill.calendar.days:
                other.write(standard.commitments(day).encode())


def _truth(changes: Sequence[Change], calendar: Calendar) -> dict[str, Any]:
    """Sum the excess of each culprit on the day that was asked about and since it began."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for change in changes:
        name, kind = change.culprit
        first = {"name": name, "type": kind, "cause": change.cause, "since": change.start, "day": 0, "sum": 0}
        entry = found.setdefault(change.culprit, first)
        excess = _excess_e4usd(change, calendar)
        entry["day"] += excess[calendar.anomaly]
        entry["sum"] += sum(excess)
    return {
        "resource": [
            {
                "name": entry["name"],
                "type": entry["type"],
                "cause": entry["cause"],
                "since": calendar.dates[entry["since"]].isoformat(),
                "excess_usd": as_text(entry["day"]),
                "excess_so_far_usd": as_text(entry["sum"]),
            }
            for entry in found.values()
        ]
    }


def _excess_e4usd(change: Change, calendar: Calendar) -> list[int]:
    with_cause = _costs_e4usd(change.after, calendar)
    if change.before is None:
        return with_cause
    without = _costs_e4usd(change.before, calendar)
    return [one - other for one, other in zip(with_cause, without, strict=True)]


def _costs_e4usd(resource: Resource, calendar: Calendar) -> list[int]:
    return [sum(charge.cost_e4usd for charge in found) for found in charges(resource, calendar)]
