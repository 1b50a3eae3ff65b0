"""Writes down all that decides what a run does."""

import platform
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from importlib_metadata import PackageNotFoundError, version

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec, DescribedAgent
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan, PlannedAgent, PlannedFloor, PlannedTask
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Sandbox
from itbench.plugins.domains import domain_host
from itbench.run.options import RunOptions
from itbench.suites.hashing import FileDigests, suite_hash, task_hash

_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def own_version() -> str:
    """Return the version of the installed itbench."""
    try:
        return version("itbench")
    except PackageNotFoundError:
        return "unknown"


def make_plan(
    options: RunOptions,
    domain: Domain,
    suite: Suite,
    agent: tuple[AgentSpec, AgentRequest, Agent],
    tasks: Sequence[Task],
    sandboxes: tuple[Sandbox, Sandbox],
) -> Plan:
    """Return the plan of a new run."""
    spec, request, made = agent
    sandbox, bench = sandboxes
    digests = FileDigests()
    hashes = {task.id: task_hash(task, suite, digests) for task in tasks}
    floor = suite.floor
    return Plan(
        id=_new_id(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        itbench_version=own_version(),
        python_version=platform.python_version(),
        domain=domain.name,
        domain_origin=domain_host().origin(domain.name),
        suite=suite.name,
        suite_version=suite.version,
        suite_hash=suite_hash(hashes.values()),
        suite_data=str(options.suite.data.resolve()) if options.suite.data else None,
        suite_as_published=options.suite.as_published,
        suite_extra=dict(options.suite.extra),
        suite_settings=suite.settings(),
        agent=PlannedAgent(
            name=spec.name,
            role=spec.role,
            options=dict(request.options),
            arguments=request.arguments,
            description=made.description() if isinstance(made, DescribedAgent) else {},
        ),
        tasks=tuple(PlannedTask(id=task.id, content_hash=hashes[task.id]) for task in tasks),
        repeats=options.repeats,
        seed=options.seed,
        attempts=options.attempts,
        max_trials=options.max_trials,
        is_scored=options.is_scored,
        sandbox=sandbox.name,
        sandbox_warning=sandbox.warning,
        bench_sandbox=None if bench is sandbox else bench.name,
        floor=PlannedFloor(agent=floor.agent, value=floor.value, role=floor.role) if floor else None,
    )


def file_name(plan: Plan) -> str:
    """Return the name of the run's file."""
    moment = datetime.fromisoformat(plan.created_at).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{plan.domain}-{plan.suite}-{plan.agent.name}-{plan.id}.itbench"


def _new_id() -> str:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(8))
