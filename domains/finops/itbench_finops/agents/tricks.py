"""Agents that work by one trick: the same for every bill, or for every workload of a fleet."""

from collections.abc import Callable, Iterable, Mapping

from itbench import Agent, JsonObject, Task, Trace, Workspace, json_text
from itbench_finops.agents.bill import AccountBill, read_bill
from itbench_finops.agents.fleet import FleetEntry, read_fleet

# The answer's schema takes no more.
_MOST_NAMES = 1000

BillTrick = Callable[[AccountBill], list[tuple[str, str]]]
FleetTrick = Callable[[FleetEntry], JsonObject]


class BillAgent:
    """Names the resources that a trick yields; hands in nothing where there is no bill."""

    def __init__(self, trick: BillTrick) -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the names as an answer."""
        trace.turn()
        bill = await read_bill(workspace, trace)
        if bill is not None and task.hand_in.answer is not None:
            await workspace.write_file(task.hand_in.answer, answer_of(self._trick(bill)))


class FleetAgent:
    """Sizes each workload by a trick; hands in nothing where there is no fleet."""

    def __init__(self, trick: FleetTrick) -> None:
        self._trick = trick

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Write the plan."""
        trace.turn()
        fleet = await read_fleet(workspace, trace)
        if fleet is not None and task.hand_in.answer is not None:
            plan = {"plan": [self._trick(entry) for entry in fleet]}
            await workspace.write_file(task.hand_in.answer, json_text(plan).encode())


def trick_agent(name: str, bills: Mapping[str, BillTrick], fleets: Mapping[str, FleetTrick]) -> Agent:
    """Return the agent of the trick of that name.

    Raises:
        KeyError: neither has one.
    """
    return BillAgent(bills[name]) if name in bills else FleetAgent(fleets[name])


def answer_of(resources: Iterable[tuple[str, str]]) -> bytes:
    """Return names and types as an answer."""
    listed = [{"name": name, "type": kind} for name, kind in dict.fromkeys(resources)]
    return json_text({"resource": listed[:_MOST_NAMES]}).encode()
