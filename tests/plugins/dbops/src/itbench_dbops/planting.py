"""The SQL that fills an empty database with books and a fault, as if it had worked for some days.

All of it is written in its final state: an earlier, sound version would stay readable in dead rows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from itbench import JsonObject
from itbench_dbops.books import DAYS, LARGE_CENTS, PARTIES, Line, balances, once, report
from itbench_dbops.faults import (
    FAULTS,
    INDEX,
    LAST,
    TWICE,
    UNINDEXED,
    UNIQUE,
    UNREADABLE,
    functions,
    read_sql,
)
from itbench_dbops.names import AGENT, DATABASE, roles_of


def report_table(names: Mapping[str, str], day: str) -> str:
    """Return the name of the table with a day's report."""
    return f"{names['schema']}.{names['report']}_{day.replace('-', '')}"


def roles_sql(names: Mapping[str, str]) -> str:
    """Return the SQL that makes the roles and gives the database to its owner; for the superuser, in another database."""
    made = "".join(f"CREATE ROLE {role} LOGIN;\n" for role in roles_of(names))
    return f"{made}ALTER DATABASE postgres RENAME TO {DATABASE};\nALTER DATABASE {DATABASE} OWNER TO {names['owner']};\n"


def agent_sql() -> str:
    """Return the SQL that makes the agent's role."""
    return f"CREATE ROLE {AGENT} LOGIN SUPERUSER;\n"


def books_sql(secret: JsonObject) -> str:
    """Return the SQL that makes tables, rows and functions; for the owner."""
    names, fault = secret["names"], FAULTS[secret["fault"]]
    lines = [Line(*cells) for cells in secret["lines"]]
    documents = lines if fault is TWICE else once(lines)
    counted = [line for line in documents if not (fault.part == "skip" and _is_missed(line))]
    columns = "{code}, {ref}, party_id, amount_cents, ".format(**names)
    place = names["schema"] + "."
    parts = [
        "BEGIN;\n",
        read_sql("tables").format(**names),
        *_copy(f"{place}{names['party']}", "id, name, balance_cents", _party_rows(counted)),
        *_copy(f"{place}{names['inbox']}", f"{columns}arrived_on", (line.cells for line in lines)),
        *_copy(f"{place}{names['doc']}", f"{columns}booked_on", (line.cells for line in documents)),
        "" if fault is UNINDEXED else INDEX.format(**names),
        "" if fault is TWICE else UNIQUE.format(**names),
        *(
            _report_sql(names, documents, day, is_shared=fault is not UNREADABLE or day != LAST)
            for day in DAYS
        ),
        functions(names, fault),
        "CREATE TRIGGER {post} AFTER INSERT ON {schema}.{doc} FOR EACH ROW EXECUTE FUNCTION {schema}.{post}();\n".format(
            **names
        ),
        "COMMIT;\nANALYZE;\n",
    ]
    return "".join(parts)


def tonight_sql(names: Mapping[str, str], lines: Iterable[Sequence[str]]) -> str:
    """Return the SQL by which the lines of tonight arrive; for the owner."""
    columns = "{code}, {ref}, party_id, amount_cents, arrived_on".format(**names)
    return "".join(_copy("{schema}.{inbox}".format(**names), columns, lines))


def _is_missed(line: Line) -> bool:
    return line.day == LAST and line.cents >= LARGE_CENTS


def _party_rows(counted: Sequence[Line]) -> Iterator[tuple[str, ...]]:
    for party, cents in balances(counted).items():
        yield party, f"No. {int(party):02} of {PARTIES}", str(cents)


def _report_sql(names: Mapping[str, str], documents: Sequence[Line], day: str, *, is_shared: bool) -> str:
    table = report_table(names, day)
    rows = (tuple(map(str, row)) for row in report(documents, day))
    make = f"CREATE TABLE {table} (party_id integer, documents integer, amount_cents bigint);\n"
    grant = f"GRANT SELECT ON {table} TO {names['reporter']};\n" if is_shared else ""
    return "".join([make, *_copy(table, "party_id, documents, amount_cents", rows), grant])


def _copy(table: str, columns: str, rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"COPY {table} ({columns}) FROM stdin;\n"
    for row in rows:
        yield "\t".join(row) + "\n"
    yield "\\.\n"
