"""Agents that know nothing of costs and try to score; what they reach is the floor of a suite."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from fractions import Fraction
from typing import NamedTuple

from itbench.interfaces.agent import Agent
from itbench.interfaces.json import JsonObject, json_text
from itbench.interfaces.task import Task
from itbench.interfaces.trace import Trace
from itbench.interfaces.workspace import Workspace
from itbench_finops.agents.bill import APPLICATION, FAMILY, AccountBill, read_bill
from itbench_finops.agents.fleet import FleetEntry, plan_of, read_fleet

_DAYS_BEFORE = 7
# The answer's schema takes no more.
_MOST_NAMES = 1000


class _Seen(NamedTuple):
    """When a resource appeared, whether it is an application, and what it costs on the day."""

    first: date
    is_application: int
    cost_e4usd: int


BillTrick = Callable[[AccountBill], list[tuple[str, str]]]
FleetTrick = Callable[[FleetEntry], JsonObject]


class BillCheat:
    """Names the resources that one simple trick yields; hands in nothing where there is no bill."""

    def __init__(self, trick: BillTrick) -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the names as an answer."""
        trace.turn()
        bill = await read_bill(workspace, trace)
        if bill is not None and task.hand_in.answer is not None:
            await workspace.write_file(task.hand_in.answer, answer_of(self._trick(bill)))


class FleetCheat:
    """Sizes each workload by one simple trick; hands in nothing where there is no fleet."""

    def __init__(self, trick: FleetTrick) -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the plan."""
        trace.turn()
        fleet = await read_fleet(workspace, trace)
        if fleet is not None and task.hand_in.answer is not None:
            plan = {"plan": [self._trick(entry) for entry in fleet]}
            await workspace.write_file(task.hand_in.answer, json_text(plan).encode())


def make_cheat(name: str) -> Agent:
    """Return the cheat of that name.

    Raises:
        KeyError: there is none.
    """
    return BillCheat(_BILL_TRICKS[name]) if name in _BILL_TRICKS else FleetCheat(_FLEET_TRICKS[name])


def answer_of(resources: Iterable[tuple[str, str]]) -> bytes:
    """Return names and types as an answer."""
    listed = [{"name": name, "type": kind} for name, kind in dict.fromkeys(resources)]
    return json_text({"resource": listed[:_MOST_NAMES]}).encode()


def _rises(bill: AccountBill) -> list[tuple[int, int, str]]:
    """Return cost on the day, cost on an average day of the week before, and name of each family."""
    day = bill.question.day
    before = [day - timedelta(days=distance) for distance in range(1, _DAYS_BEFORE + 1)]
    return [
        (spending.on(day), sum(map(spending.on, before)) // _DAYS_BEFORE, family)
        for family, spending in sorted(bill.families.items())
    ]


def _largest_absolute_rise(bill: AccountBill) -> list[tuple[str, str]]:
    return [(max(_rises(bill), key=lambda rise: rise[0] - rise[1])[2], FAMILY)] if bill.families else []


def _largest_relative_rise(bill: AccountBill) -> list[tuple[str, str]]:
    def share(rise: tuple[int, int, str]) -> Fraction:
        return Fraction(rise[0], max(rise[1], 1))

    return [(max(_rises(bill), key=share)[2], FAMILY)] if bill.families else []


def _newest_resource(bill: AccountBill) -> list[tuple[str, str]]:
    """The application that appeared last if it is not older than the newest family; the dearest of several."""
    if not bill.families:
        return []
    day = bill.question.day
    seen: dict[tuple[str, str], _Seen] = {}
    for family, spending in sorted(bill.families.items()):
        seen[family, FAMILY] = _Seen(spending.first_day(), 0, spending.on(day))
        for when, application in spending.applications.items():
            before = seen.get((application, APPLICATION), _Seen(when, 1, 0))
            cost = spending.on(day) if when == day else 0
            seen[application, APPLICATION] = _Seen(min(before.first, when), 1, before.cost_e4usd + cost)
    return [max(seen, key=lambda resource: seen[resource])]


def _name_everything(bill: AccountBill) -> list[tuple[str, str]]:
    families = [(family, FAMILY) for family in sorted(bill.families)]
    named = {name for spending in bill.families.values() for name in spending.applications.values()}
    return families + [(application, APPLICATION) for application in sorted(named)]


def _halved(entry: FleetEntry) -> JsonObject:
    return plan_of(entry, entry.replicas, entry.cpu_request_millicores // 2, entry.memory_request_mib // 2)


def _median(entry: FleetEntry) -> JsonObject:
    cpu, memory = entry.cpu_used_millicores["p50"], entry.memory_used_mib["p50"]
    return plan_of(
        entry,
        entry.replicas,
        -(-cpu // entry.replicas),
        -(-memory // entry.replicas) + entry.fixed_memory_mib_per_replica,
    )


_BILL_TRICKS: dict[str, BillTrick] = {
    "largest-absolute-rise": _largest_absolute_rise,
    "largest-relative-rise": _largest_relative_rise,
    "newest-resource": _newest_resource,
    "name-everything": _name_everything,
}
_FLEET_TRICKS: dict[str, FleetTrick] = {"halve-everything": _halved, "request-the-median": _median}
