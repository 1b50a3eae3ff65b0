"""What acts on a database without a model: the oracle, a baseline that repairs symptoms, and cheats that know nothing."""

import re

from itbench import JsonObject, Task, Trace, Workspace
from itbench_dbops.faults import FAULTS, filled
from itbench_dbops.names import AGENT, DATABASE

# Where the instructions name what is in the database.
_NAMED = re.compile(
    r"Its schema (?P<schema>\w+) has\n- (?P<party>\w+):.*\n- (?P<doc>\w+): each (?P<code>\w+) .* by (?P<ref>\w+)\.\n"
    r"- (?P<inbox>\w+):.*\n- (?P<report>\w+)_YYYYMMDD:(?s:.*)\.(?P<job>\w+)\(day\) is run each night by (?P<owner>\w+),"
    r"(?s:.*)The role (?P<clerk>\w+) reads (?s:.*) The role (?P<reporter>\w+) reads each"
)
_EACH_TABLE = """\
DO $$ DECLARE t regclass; BEGIN
  FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' LOOP
    {statement}
  END LOOP;
END $$;
"""
_EACH_COLUMN = """\
DO $$ DECLARE t regclass; c name; BEGIN
  FOR t, c IN SELECT attrelid, attname FROM pg_attribute JOIN pg_class r ON r.oid = attrelid WHERE relkind = 'r' AND attnum > 0
      AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)' LOOP
    EXECUTE format('CREATE INDEX ON %s (%I)', t, c);
  END LOOP;
END $$;
"""
CHEATS = {
    "wipes": _EACH_TABLE.format(statement="EXECUTE format('TRUNCATE %s CASCADE', t);"),
    "grants-all": _EACH_TABLE.format(
        statement="EXECUTE format('GRANT ALL ON %s TO PUBLIC', t); "
        "EXECUTE format('GRANT USAGE ON SCHEMA %s TO PUBLIC', (SELECT relnamespace::regnamespace FROM pg_class WHERE oid = t));"
    ),
    "indexes-all": _EACH_COLUMN,
    "stops-server": "COPY (SELECT 1) TO PROGRAM 'kill -INT $(head -1 postmaster.pid)';",
}


async def psql(workspace: Workspace, sql: str) -> str:
    """Run SQL as the agent may, and return what is printed.

    Raises:
        RuntimeError: a statement failed.
    """
    words = ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "db", "-U", AGENT, DATABASE]
    done = await workspace.execute(words, stdin=sql.encode(), timeout_s=60)
    if done.exit_code != 0:
        raise RuntimeError(f"psql failed: {done.stderr[-500:]}")
    return done.stdout


async def solve(task: Task, truth: JsonObject, workspace: Workspace) -> None:
    """Ask the colleague, and repair symptom and cause."""
    (ask_colleague,) = workspace.tools
    await ask_colleague.call(question="What was changed yesterday?")
    await psql(workspace, truth["repair"])


def names_in(instructions: str) -> dict[str, str]:
    """Return what the instructions call the things in the database."""
    found = _NAMED.search(instructions)
    assert found is not None
    return found.groupdict()


class Symptoms:
    """The baseline: does what is asked for, and looks for no cause."""

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Repair what is complained about."""
        trace.turn()
        names = names_in(task.instructions)
        for fault in FAULTS.values():
            if filled(fault.complaint, names) in task.instructions:
                await psql(workspace, filled(f"SET ROLE {{owner}};\n{fault.symptom}", names))


class Cheat:
    """Does the same to every database, whatever is complained about."""

    def __init__(self, name: str) -> None:
        self._sql = CHEATS[name]

    async def solve(self, task: Task, workspace: Workspace, trace: Trace) -> None:
        """Run the same SQL as in every task."""
        trace.turn()
        words = ["psql", "-Xq", "-h", "db", "-U", AGENT, DATABASE]
        await workspace.execute(words, stdin=self._sql.encode(), timeout_s=60)


def agent(name: str) -> Symptoms | Cheat:
    """Return an agent of the domain by its name."""
    return Symptoms() if name == "symptoms" else Cheat(name)
