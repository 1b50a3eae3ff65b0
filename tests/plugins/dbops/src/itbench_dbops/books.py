"""What a database holds, as numbers: the lines that arrive, and what a sound system makes of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from itbench import JsonObject
from itbench.kit import Randomness

PARTIES = 40
DAYS = ("2031-03-03", "2031-03-04", "2031-03-05")
TONIGHT = "2031-03-06"
_LINES = {"2031-03-03": 1200, "2031-03-04": 200, "2031-03-05": 200, TONIGHT: 60}
# Lines of an earlier day that arrive once more.
_REPEATED = {"2031-03-05": 12, TONIGHT: 9}
LARGE_CENTS = 400_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a partner delivers it, and so one document."""

    code: str
    ref: str
    party: int
    cents: int
    day: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Its values as text, in the order of the columns."""
        return self.code, self.ref, str(self.party), str(self.cents), self.day


def arrivals(random: Randomness) -> dict[str, list[Line]]:
    """Return the lines that arrive on each day, tonight's among them."""
    found: dict[str, list[Line]] = {}
    number, first_ref = random.between(10_000, 50_000), random.between(100_000, 700_000)
    for day, count in _LINES.items():
        earlier = [line for lines in found.values() for line in lines]
        new = []
        for _ in range(count):
            number += random.between(1, 3)
            large = LARGE_CENTS if random.below(8) == 0 else 0
            party, ref = random.between(1, PARTIES), f"R{first_ref + random.below(900)}"
            new.append(Line(f"D{number}", ref, party, large + random.between(100, 90_000), day))
        again = random.shuffled(earlier)[: _REPEATED.get(day, 0)]
        found[day] = random.shuffled(
            [*new, *(Line(each.code, each.ref, each.party, each.cents, day) for each in again)]
        )
    return found


def once(lines: Sequence[Line]) -> list[Line]:
    """Return the documents that a sound system makes of lines: the first of each code."""
    return list({line.code: line for line in reversed(lines)}.values())[::-1]


def balances(documents: Sequence[Line]) -> dict[str, int]:
    """Return the sum of each party's documents in cents."""
    found = {str(party): 0 for party in range(1, PARTIES + 1)}
    for line in documents:
        found[str(line.party)] += line.cents
    return found


def report(documents: Sequence[Line], day: str) -> list[list[int]]:
    """Return the rows of a day's report: party, number of documents, sum in cents."""
    of_day: dict[int, list[int]] = {}
    for line in documents:
        if line.day == day:
            of_day.setdefault(line.party, []).append(line.cents)
    return [[party, len(cents), sum(cents)] for party, cents in sorted(of_day.items())]


def digest(rows: Sequence[Sequence[object]]) -> str:
    """Return a short text that is the same for the same rows in any order."""
    text = "\n".join(sorted("|".join(map(str, row)) for row in rows))
    return f"{len(rows)} rows, {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def sound_state(
    lines: Sequence[Line], days: Sequence[str], refs: Sequence[str], booked: Line | None = None
) -> JsonObject:
    """Return what `looking` finds of the data where all is as it must be, and perhaps one more document was booked."""
    loaded = once(lines)
    documents = loaded if booked is None else [*loaded, booked]
    found: JsonObject = {ref: sorted(line.code for line in documents if line.ref == ref) for ref in refs}
    return {
        "documents": digest([line.cells for line in documents]),
        "balances": digest(list(balances(documents).items())),
        "reports": {day: digest(report(loaded, day)) for day in days},
        "lookups": found | {f"{ref} reads all": False for ref in refs},
        "inbox": digest([line.cells for line in lines]),
    }
