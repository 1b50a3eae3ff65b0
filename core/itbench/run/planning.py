"""Writes down all that decides what a run does."""

import platform
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec, DescribedAgent
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan, PlannedAgent, PlannedFloor, PlannedTask
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Sandbox
from itbench.run.judge import Judge
from itbench.run.options import RunOptions
from itbench.run.unchanged import HASH_VERSION
from itbench.run.versions import installed
from itbench.suites.hashing import (
    FileDigests,
    content_hash,
    deciding_options,
    private_hash,
    suite_hash,
)

_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def make_plan(
    options: RunOptions,
    domain: Domain,
    suite: Suite,
    agent: tuple[AgentSpec, AgentRequest, Agent],
    tasks: Sequence[Task],
    sandboxes: tuple[Sandbox, Sandbox],
) -> Plan:
    """Return the plan of a new run.

    Raises:
        DataError: inputs cannot be read, or truths where the run is to be scored.
    """
    spec, request, made = agent
    sandbox, bench = sandboxes
    planned = _planned_tasks(options, domain, suite, tasks)
    versions = installed(domain, spec.name)
    floor = suite.floor
    return Plan(
        id=_new_id(),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        itbench_version=versions.itbench,
        python_version=platform.python_version(),
        domain=domain.name,
        domain_origin=versions.domain,
        suite=suite.name,
        suite_version=suite.version,
        suite_hash=suite_hash(task.content_hash for task in planned),
        suite_data=str(options.suite.data.resolve()) if options.suite.data else None,
        suite_as_published=options.suite.as_published,
        suite_extra=dict(options.suite.extra),
        suite_settings=suite.settings(),
        hash_version=HASH_VERSION,
        agent=PlannedAgent(
            name=spec.name,
            role=spec.role,
            origin=versions.agent,
            options=dict(request.options),
            arguments=request.arguments,
            description=made.description() if isinstance(made, DescribedAgent) else {},
        ),
        tasks=planned,
        repeats=options.repeats,
        seed=options.seed,
        attempts=options.attempts,
        max_trials=options.max_trials,
        is_scored=options.is_scored,
        sandbox=sandbox.name,
        sandbox_warning=sandbox.warning,
        bench_sandbox=None if bench is sandbox else bench.name,
        floor=PlannedFloor(agent=floor.agent, value=floor.value) if floor else None,
    )


def _planned_tasks(
    options: RunOptions, domain: Domain, suite: Suite, tasks: Sequence[Task]
) -> tuple[PlannedTask, ...]:
    """Return the tasks with their hashes; without scoring the truths are left alone."""
    digests, judge, deciding = FileDigests(), Judge(domain, suite), deciding_options(suite, options.suite)

    def planned(task: Task) -> PlannedTask:
        shown = content_hash(task.model_dump_json(), suite.inputs(task.id), digests, deciding)
        if not options.is_scored:
            return PlannedTask(id=task.id, content_hash=shown)
        secret = private_hash(judge.truth(task.id), suite.hidden(task.id), digests)
        return PlannedTask(id=task.id, content_hash=shown, private_hash=secret)

    return tuple(map(planned, tasks))


def file_name(plan: Plan) -> str:
    """Return the name of the run's file."""
    moment = datetime.fromisoformat(plan.created_at).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{plan.domain}-{plan.suite}-{plan.agent.name}-{plan.id}.itbench"


def _new_id() -> str:
    return "".join(secrets.choice(_ID_ALPHABET) for _ in range(8))
