"""The domain `dbops`: everything itbench needs to know of it."""

import json
from collections.abc import Mapping
from pathlib import Path

from itbench import Domain, Environment, JsonObject, Progress, Task, TrialSetup, Workspace
from itbench.kit import lazy_agents
from itbench_dbops.scorer import RepairScorer
from itbench_dbops.suite import Repair

_SCHEMA = Path(__file__).parent / "schemas" / "truth.json"
_ACTING = "itbench_dbops.acting:agent"


class Server:
    """PostgreSQL, which only the user can install."""

    name = "PostgreSQL"

    def problem(self) -> str | None:
        """Return how to install it, where it is missing."""
        from itbench_dbops.postgres import problem

        return problem()

    def prepare(self, progress: Progress) -> None:
        """Do nothing."""


def environment(setup: TrialSetup) -> Environment:
    """Return the world of a trial."""
    from itbench_dbops.environment import OnCall

    return OnCall(setup)


async def solve(task: Task, truth: JsonObject, workspace: Workspace) -> None:
    """Do a task perfectly."""
    from itbench_dbops.acting import solve

    await solve(task, truth, workspace)


def solution(task: Task, truth: JsonObject) -> Mapping[str, bytes]:
    """Return no files: the database is what is scored."""
    return {}


def truth_schema() -> JsonObject:
    """Return what a truth must look like."""
    schema: JsonObject = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    return schema


DOMAIN = Domain(
    name="dbops",
    summary="Database operations: repair a PostgreSQL database, and the cause of what is wrong with it.",
    suites=(Repair(),),
    scorer=RepairScorer(),
    solution=solution,
    solve=solve,
    environment=environment,
    needs_sandbox=True,
    runs_submissions=True,
    preparations=(Server(),),
    agents=(
        *lazy_agents(
            {"symptoms": "Repairs what is complained about, and looks for no cause."},
            _ACTING,
            role="baseline",
            is_in_process=True,
        ),
        *lazy_agents(
            {
                "wipes": "Empties every table.",
                "grants-all": "Lets everybody do everything.",
                "indexes-all": "Adds an index on every column.",
                "stops-server": "Stops the server.",
            },
            _ACTING,
            role="cheat",
            is_in_process=True,
        ),
    ),
    truth_schema=truth_schema,
    shown_metrics={"unharmed": "unharmed", "cause": "cause_removed"},
)
