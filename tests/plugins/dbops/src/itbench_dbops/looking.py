"""Looks at a database as its users do, by roles of theirs: what its tables hold, what each role may do, how a lookup is carried out."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from itbench import JsonObject, JsonValue, Service
from itbench_dbops.books import TONIGHT
from itbench_dbops.names import DATABASE, roles_of
from itbench_dbops.planting import report_table, tonight_sql
from itbench_dbops.postgres import SqlError, ask, ask_all

_BY_INDEX = ("Index Scan", "Index Only Scan", "Bitmap Index Scan")
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
# The same text as that of `books.digest`.
_DIGEST = (
    "SELECT count(*) || ' rows, ' || left(encode(sha256(convert_to(coalesce(string_agg(line, E'\\n' "
    "ORDER BY line COLLATE \"C\"), ''), 'UTF8')), 'hex'), 16) FROM (SELECT concat_ws('|', {columns}) AS line FROM {table}) q"
)


@dataclass(frozen=True, slots=True)
class Question:
    """One statement: who asks it, of which aspect and part of that, and what its answer as text means."""

    who: str
    aspect: str
    part: str | None
    sql: str
    read: Callable[[str], JsonValue] = str


class Look:
    """What is found at one server; what fails is found too, as the message of the server.

    Args:
        service: the server.
        names: of everything in the database.
    """

    def __init__(self, service: Service, names: Mapping[str, str]) -> None:
        self._service = service
        self._names = names
        self._table = {what: f"{names['schema']}.{names[what]}" for what in ("doc", "party", "inbox")}
        self._columns = "{code}, {ref}, party_id, amount_cents, ".format(**names)

    async def state(self, days: Sequence[str], refs: Sequence[str]) -> JsonObject:
        """Return all aspects, with the reports of some days and the lookups of some references."""
        questions = [*self._general(days), *map(self._report, days)]
        questions += [question for ref in refs for question in self._lookup(ref)]
        found: JsonObject = {}
        for who in ("owner", "clerk", "reporter"):
            own = [question for question in questions if question.who == who]
            statements = [question.sql for question in own]
            role = self._names[who]
            answers = await ask_all(self._service, statements, role=role, database=DATABASE)
            for question, answer in zip(own, answers, strict=True):
                _note(found, question, answer)
        del found["statistics"]
        return found

    async def run_tonight(self, lines: Sequence[Sequence[str]], booked: Sequence[str]) -> JsonObject:
        """Let tonight's lines arrive, run the nightly function, and book one more document as the clerk."""
        run = f"DO $$ BEGIN PERFORM {self._names['schema']}.{self._names['job']}('{TONIGHT}'); END $$"
        values = ", ".join(f"'{value}'" for value in booked)
        return {
            "arrival": await self._tried("owner", tonight_sql(self._names, lines)),
            "run": await self._tried("owner", run),
            "booking": await self._tried(
                "clerk", f"INSERT INTO {self._table['doc']} ({self._columns}booked_on) VALUES ({values})"
            ),
        }

    def _general(self, days: Sequence[str]) -> list[Question]:
        table = self._table
        documents = _DIGEST.format(columns=f"{self._columns}booked_on", table=table["doc"])
        inbox = _DIGEST.format(columns=f"{self._columns}arrived_on", table=table["inbox"])
        balances = _DIGEST.format(columns="id, balance_cents", table=table["party"])
        return [
            Question("owner", "statistics", None, f"ANALYZE {table['doc']}"),
            Question("owner", "inbox", None, inbox),
            Question("owner", "rights", None, self._rights(days), json.loads),
            Question("clerk", "documents", None, documents),
            Question("clerk", "balances", None, balances),
        ]

    def _report(self, day: str) -> Question:
        digest = _DIGEST.format(
            columns="party_id, documents, amount_cents", table=report_table(self._names, day)
        )
        return Question("reporter", "reports", day, digest)

    def _lookup(self, ref: str) -> list[Question]:
        names = self._names
        query = f"SELECT {names['code']} AS code FROM {self._table['doc']} WHERE {names['ref']} = '{ref}'"
        found = f"SELECT coalesce(json_agg(code ORDER BY code COLLATE \"C\"), '[]') FROM ({query}) q"
        return [
            Question("clerk", "lookups", ref, found, json.loads),
            Question("clerk", "lookups", f"{ref} reads all", f"EXPLAIN (FORMAT JSON) {query}", reads_all),
        ]

    def _rights(self, days: Sequence[str]) -> str:
        """Return a query of what each role may do with each planted table."""
        tables = [*self._table.values(), *(report_table(self._names, day) for day in days)]
        pairs = [(role, table) for role in roles_of(self._names)[1:] for table in tables]
        values = ", ".join(f"('{role}', '{table}', '{right}')" for role, table in pairs for right in _RIGHTS)
        told = "json_agg(r || ' ' || t || ' ' || p ORDER BY (r || ' ' || t || ' ' || p) COLLATE \"C\")"
        return f"SELECT {told} FROM (VALUES {values}) asked(r, t, p) WHERE has_table_privilege(r, t::regclass, p)"

    async def _tried(self, who: str, sql: str) -> str:
        try:
            await ask(self._service, sql, role=self._names[who], database=DATABASE)
        except SqlError as error:
            return str(error)
        return "done"


def reads_all(plan: str) -> bool:
    """Tell whether a plan does anything but look the rows up in indexes, by a condition."""
    waiting, nodes = [json.loads(plan)[0]["Plan"]], []
    while waiting:
        node = waiting.pop()
        nodes.append(node)
        waiting += node.get("Plans", [])
    others = [node for node in nodes if node["Node Type"] not in {*_BY_INDEX, "Bitmap Heap Scan", "Append"}]
    return bool(others) or not all("Index Cond" in node for node in nodes if node["Node Type"] in _BY_INDEX)


def sound_rights(names: Mapping[str, str], days: Sequence[str]) -> list[str]:
    """Return what the rights are in a sound system."""
    _, clerk, reporter = roles_of(names)
    doc, party = f"{clerk} {names['schema']}.{names['doc']}", f"{clerk} {names['schema']}.{names['party']}"
    reports = [f"{reporter} {report_table(names, day)} SELECT" for day in days]
    return sorted([f"{doc} SELECT", f"{doc} INSERT", f"{party} SELECT", *reports])


def _note(found: JsonObject, question: Question, answer: str | SqlError) -> None:
    value: JsonValue = f"cannot be read: {answer}"
    if isinstance(answer, str):
        try:
            value = question.read(answer)
        except ValueError:
            value = "cannot be read: no JSON"
    if question.part is None:
        found[question.aspect] = value
    else:
        found.setdefault(question.aspect, {})[question.part] = value
