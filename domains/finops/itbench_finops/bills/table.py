"""Writes a bill in the columns of ITBench-Lite's `data.csv`, one line for a resource and day."""

from collections.abc import Iterable

from itbench_finops.bills.bill import Bill, Line
from itbench_finops.money import as_text

HEADER = "date,Account ID,CSP,Cloud_Service,Application,Instance_Family,Price ($/hr),Num_Instances,unblended_cost\n"


class TableWriter:
    """Turns lines into text; names need no quotes, as the simulator makes them."""

    def __init__(self, bill: Bill) -> None:
        self._dates = [day.isoformat() for day in bill.calendar.dates]
        self._places = [
            f",{each.account},{each.provider},{each.service},{each.application},{each.family},"
            for each in bill.resources
        ]
        self._known: dict[tuple[int, int, int], str] = {}

    def text(self, lines: Iterable[Line]) -> str:
        """Return the text of some lines."""
        dates, places, amounts = self._dates, self._places, self._amounts
        return "".join([dates[line.day] + places[line.resource] + amounts(line) for line in lines])

    def _amounts(self, line: Line) -> str:
        charge = line.charge
        key = (charge.price_e4usd, charge.instances, line.cost_e4usd)
        text = self._known.get(key)
        if text is None:
            text = f"{as_text(charge.price_e4usd)},{charge.instances},{as_text(line.cost_e4usd)}\n"
            self._known[key] = text
        return text
