"""The four faults: what is wrong in the database, what has done it, what is complained about, and what repairs it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from itbench_dbops.books import DAYS, LARGE_CENTS

_SQL = Path(__file__).with_name("sql")
LAST = DAYS[-1]
# The parts of the functions that a fault changes, as they are in a sound system.
_SOUND = {
    "skip": "",
    "once": "\n    ON CONFLICT ({code}) DO NOTHING",
    "rebuild": "\n  FOREACH each IN ARRAY coalesce(definitions, ARRAY[]::text[]) LOOP\n    EXECUTE each;\n  END LOOP;\n",
    "grant": "  EXECUTE format('GRANT SELECT ON {schema}.%I TO {reporter}', report);\n",
}
UNIQUE = "ALTER TABLE {schema}.{doc} ADD CONSTRAINT {doc}_{code}_key UNIQUE ({code});\n"
INDEX = "CREATE INDEX {doc}_{ref}_idx ON {schema}.{doc} ({ref});\n"
RECOUNT = """\
UPDATE {schema}.{party} p SET balance_cents =
  (SELECT coalesce(sum(amount_cents), 0) FROM {schema}.{doc} d WHERE d.party_id = p.id);
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong; names of the database stand in braces.

    Attributes:
        part: of the functions that has been lost or added.
        text: what stands in its place.
        aspect: of what `looking` finds, that the complaint is about.
        wake: the aspects that are wrong again after the next run, unless the cause is removed.
        complaint: what the users say.
        symptom: SQL that repairs what is complained about, until the next run.
        cure: further SQL that, with sound functions, removes the cause.
        news: what a colleague knows of yesterday's release.
    """

    part: str
    text: str
    aspect: str
    wake: tuple[str, ...]
    complaint: str
    symptom: str
    cure: str = ""
    news: str = ""


TWICE = Fault(
    part="once",
    text="",
    aspect="documents",
    wake=("documents", "balances", "reports", "lookups"),
    complaint="Some {doc} of {last} are older ones that were booked once more, so their {code} stands there twice. "
    "The balances of their {party}, and the {report} of that day, count them twice too.",
    symptom="DELETE FROM {schema}.{doc} d USING {schema}.{doc} e WHERE d.{code} = e.{code} AND d.id > e.id;\n"
    + RECOUNT
    + "TRUNCATE {schema}.{report}_{compact};\n"
    "INSERT INTO {schema}.{report}_{compact} SELECT party_id, count(*), sum(amount_cents) FROM {schema}.{doc} "
    "WHERE booked_on = '{last}' GROUP BY party_id;\n",
    cure=UNIQUE,
    news="The release threw out a constraint that somebody thought was in the way of the nightly load.",
)
BALANCES = Fault(
    part="skip",
    text=f"  IF NEW.amount_cents >= {LARGE_CENTS} THEN\n    RETURN NULL;\n  END IF;\n",
    aspect="balances",
    wake=("balances",),
    complaint="The balances of many {party} are lower than the sum of their {doc}, since {last}.",
    symptom=RECOUNT,
    news="The release brought an exception for large amounts; it was meant for the test system only.",
)
UNREADABLE = Fault(
    part="grant",
    text="",
    aspect="reports",
    wake=("reports", "rights"),
    complaint="{reporter} gets 'permission denied' for the {report} of {last}; those of the days before can be read.",
    symptom="GRANT SELECT ON {schema}.{report}_{compact} TO {reporter};\n",
    news="The release took statements about rights out of the nightly run; no new table is shared since.",
)
UNINDEXED = Fault(
    part="rebuild",
    text="",
    aspect="lookups",
    wake=("lookups",),
    complaint="When {clerk} looks {doc} up by {ref}, the whole table is read, since last night's run.",
    symptom=INDEX,
    news="The release shortened the nightly run: it still drops indexes before it loads, and that is all.",
)
FAULTS: Mapping[str, Fault] = {
    "twice": TWICE,
    "balances": BALANCES,
    "unreadable": UNREADABLE,
    "unindexed": UNINDEXED,
}


def filled(text: str, names: Mapping[str, str]) -> str:
    """Return a text in which names stand for what is in braces."""
    return text.format(**names, last=LAST, compact=LAST.replace("-", ""))


def functions(names: Mapping[str, str], fault: Fault | None = None) -> str:
    """Return the SQL of both functions, sound or with a fault."""
    parts = _SOUND if fault is None else _SOUND | {fault.part: fault.text}
    return read_sql("functions").format(
        **names, **{part: text.format(**names) for part, text in parts.items()}
    )


def repair(names: Mapping[str, str], fault: Fault) -> str:
    """Return SQL that repairs what is complained about, and what has caused it."""
    owner = f"SET ROLE {names['owner']};\n"
    return owner + filled(fault.symptom + fault.cure, names) + functions(names)


@cache
def read_sql(name: str) -> str:
    """Return a template."""
    return (_SQL / f"{name}.sql").read_text(encoding="utf-8")
