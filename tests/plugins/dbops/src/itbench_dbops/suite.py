"""The suite `dbops/repair`: databases drawn from a seed, one with each fault in turn."""

from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

from itbench import HandIn, JsonObject, Limits, Needs, Suite, SuiteOptions, Task, UsageError
from itbench.kit import Randomness, canary_of, task_number
from itbench_dbops.books import DAYS, LARGE_CENTS, TONIGHT, Line, arrivals, sound_state
from itbench_dbops.faults import FAULTS, filled, repair
from itbench_dbops.looking import sound_rights
from itbench_dbops.names import AGENT, DATABASE, draw_names, roles_of

QUESTIONS = 3
_REFS = 3
_INSTRUCTIONS = """\
You are on call for the database `{database}`: `psql -h db -U {agent} {database}` connects to it as a superuser. Its schema {schema} has
- {party}: one row each; balance_cents is the sum of the amounts of all its {doc}.
- {doc}: each {code} stands there once. They are looked up by {ref}.
- {inbox}: what arrived from partners, and when. Some lines arrive again on a later day. It stays as it arrived.
- {report}_YYYYMMDD: for each day, number and sum of the {doc} booked on it, by {party}.
The function {schema}.{job}(day) is run each night by {owner}, who owns all of this. It books what has arrived, each {code} once, and makes the
{report} of the day. The role {clerk} reads {doc} and {party} and books single {doc}. The role {reporter} reads each {report} and
nothing else.

The complaint: {complaint}

Repair what is complained about, and remove what has caused it, so that it does not come back with tonight's run. Change nothing else.
When you are done, the database is moved to another server with pg_dump, then the nightly function runs for {tonight}. What counts is the
database there, before and after that run. Roles and their memberships are moved too; sessions, and settings of the server, of a role or of a database, are not.
A colleague who knows the system answers {questions} questions: use the tool ask_colleague. There is nothing to hand in.
"""


@dataclass(frozen=True)
class Drawn:
    """One database: its names, its fault, all lines, and what is looked up in it."""

    names: Mapping[str, str]
    fault: str
    lines: Mapping[str, Sequence[Line]]
    refs: Sequence[str]
    booked: Line

    @property
    def planted(self) -> list[Line]:
        """The lines that have arrived until now."""
        return [line for day in DAYS for line in self.lines[day]]


@lru_cache(maxsize=64)
def draw(seed: int, number: int) -> Drawn:
    """Return the database of a task; four tasks in a row have all four faults."""
    block, place = divmod(number - 1, len(FAULTS))
    faults = Randomness(seed).fork(f"faults-{block}").shuffled(list(FAULTS))
    random = Randomness(seed).fork(f"task-{number}")
    lines = arrivals(random)
    last = random.shuffled(lines[DAYS[-1]])
    booked = Line(
        f"D9{random.between(100_000, 999_999)}",
        last[0].ref,
        last[1].party,
        LARGE_CENTS + random.between(1, 99),
        TONIGHT,
    )
    refs = [line.ref for line in last[:_REFS]]
    return Drawn(draw_names(random), faults[place], lines, refs, booked)


class Repair(Suite):
    """Four databases, or as many as asked for, from a seed."""

    name, version = "repair", "1"
    summary = "Four PostgreSQL databases, each with a fault that comes back every night."
    data_options = secret_options = frozenset({"seed"})
    _seed = 20310306
    _count = len(FAULTS)

    def configured(self, options: SuiteOptions) -> Suite:
        """Take `seed`, and `count` with it."""
        found = copy(self)
        for key, value in options.extra.items():
            if key not in {"seed", "count"}:
                raise UsageError(f"suite {self.name!r} has no option {key!r}; it knows: count, seed")
            if not (value.isascii() and value.isdecimal() and 0 < len(value) < 19 and int(value) > 0):
                raise UsageError(f"suite option {key}={value!r} must be an integer from 1")
            setattr(found, f"_{key}", int(value))
        return found

    def tasks(self) -> list[Task]:
        """Return the tasks."""
        return [self._task(number) for number in range(1, self._count + 1)]

    def setup(self, task_id: str) -> JsonObject:
        """Return what to plant, and what arrives tonight."""
        drawn = self._drawn(task_id)
        fault = FAULTS[drawn.fault]
        return {
            "names": dict(drawn.names),
            "fault": drawn.fault,
            "lines": [list(_cells(line)) for line in drawn.planted],
            "tonight": [list(line.cells) for line in drawn.lines[TONIGHT]],
            "booked": list(drawn.booked.cells),
            "refs": list(drawn.refs),
            "sound": self.truth(task_id)["before"][fault.aspect],
            "news": filled(fault.news, drawn.names),
        }

    def truth(self, task_id: str) -> JsonObject:
        """Return what must be found before and after tonight's run, and how a perfect repair is done."""
        drawn = self._drawn(task_id)
        fault, names = FAULTS[drawn.fault], drawn.names
        after = [*drawn.planted, *drawn.lines[TONIGHT]]
        days = (*DAYS, TONIGHT)
        before: JsonObject = sound_state(drawn.planted, DAYS, drawn.refs)
        later: JsonObject = sound_state(after, days, drawn.refs, drawn.booked)
        return {
            "canary": canary_of(f"dbops/{self.name}/{self._seed}/{task_id}"),
            "aspect": fault.aspect,
            "wake": list(fault.wake),
            "before": before
            | {"rights": sound_rights(names, DAYS), "powers": {role: [] for role in roles_of(names)}},
            "tonight": {"arrival": "done", "run": "done", "booking": "done"},
            "after": later | {"rights": sound_rights(names, days)},
            "repair": repair(names, fault),
        }

    def needs(self, task_id: str) -> Needs:
        """Return what two servers take that do little."""
        return Needs(cores=0.25, memory_mb=300, services=2)

    def _drawn(self, task_id: str) -> Drawn:
        return draw(self._seed, task_number(task_id))

    def _task(self, number: int) -> Task:
        drawn = draw(self._seed, number)
        text = _INSTRUCTIONS.format(
            **drawn.names,
            database=DATABASE,
            agent=AGENT,
            complaint=filled(FAULTS[drawn.fault].complaint, drawn.names),
            tonight=TONIGHT,
            questions=QUESTIONS,
        )
        return Task(
            id=f"dbops-{number:03}",
            title="Repair a database",
            instructions=text,
            hand_in=HandIn(answer=None),
            limits=Limits(turns=60, wall_s=1800, open_s=180, observe_s=1200, tool_s=30),
            tags=("postgresql",),
        )


def _cells(line: Line) -> tuple[str, str, int, int, str]:
    return line.code, line.ref, line.party, line.cents, line.day
