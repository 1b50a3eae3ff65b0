"""The plan of runs that benchmarks write into the store without running anything."""

from collections.abc import Sequence

from itbench import Task
from itbench.interfaces.plan import Plan, PlannedAgent, PlannedTask
from itbench_sums import DOMAIN

HASH = "sha256:" + "0" * 64


def stored_plan(
    name: str, agent: PlannedAgent, tasks: Sequence[Task], *, repeats: int = 1, max_trials: int = 1
) -> Plan:
    """Return the plan of a run of the suite `many`."""
    return Plan(
        id=name,
        created_at="2026-01-01T00:00:00+00:00",
        itbench_version="0",
        python_version="3",
        domain=DOMAIN.name,
        domain_origin="itbench-sums 1.0",
        suite="many",
        suite_version="1",
        suite_hash=HASH,
        agent=agent,
        tasks=tuple(PlannedTask(id=task.id, content_hash=HASH) for task in tasks),
        repeats=repeats,
        seed=0,
        attempts=1,
        max_trials=max_trials,
        sandbox="none",
    )
