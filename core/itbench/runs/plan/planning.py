"""Writes down all that decides what a run does."""

import dataclasses
import platform
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from itbench.errors import UsageError
from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec, DescribedAgent
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import map_texts
from itbench.interfaces.plan import MOST_TRIALS, Plan, PlannedAgent, PlannedFloor, PlannedModel
from itbench.interfaces.sandbox import Sandbox
from itbench.interfaces.suite import Suite
from itbench.models.model import Model
from itbench.runs.plan.options import RunOptions
from itbench.runs.plan.secrecy import redactor_of
from itbench.runs.plan.tasks import PlannedTasks
from itbench.runs.plan.unchanged import HASH_VERSION
from itbench.runs.plan.versions import installed
from itbench.suites.hashing import suite_hash
from itbench.suites.secret import public_options, secret_fingerprints
from itbench.text.redaction import clean_words

_WILDCARDS = frozenset("*?[")
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_CHARACTERS = 8


def make_plan(
    options: RunOptions,
    domain: Domain,
    suite: Suite,
    agent: tuple[AgentSpec, AgentRequest, Agent],
    planned: PlannedTasks,
    sandboxes: tuple[Sandbox, Sandbox],
    n_tasks: int,
    role_models: Mapping[str, Model],
    seal: str | None = None,
) -> Plan:
    """Return the plan of a new run; `n_tasks` is how many tasks the whole suite has, `seal` that of a sealed one.

    Raises:
        UsageError: more trials than a run may have, or none in the shard.
    """
    if options.shard is not None and options.shard.size(len(planned.tasks) * options.repeats) == 0:
        raise UsageError(
            f"there is nothing in --shard {options.shard}: the run has {len(planned.tasks) * options.repeats} trials, "
            "so it has at most as many shards"
        )
    if len(planned.tasks) * options.repeats > MOST_TRIALS:
        raise UsageError(
            f"--repeats {options.repeats} of {len(planned.tasks)} tasks are more than {MOST_TRIALS} trials; use fewer repeats"
        )
    spec, request, made = agent
    sandbox, bench = sandboxes
    versions = installed(domain, spec.name)
    warning, redactor = suite.data_warning(), redactor_of(made, role_models.values())
    # It was measured on the published tasks, of which these may be some and no others.
    floor = None if warning else suite.floor
    return Plan(
        id=run_id(secrets.token_bytes(_ID_CHARACTERS)),
        created_at=datetime.now(UTC).isoformat(timespec="seconds"),
        itbench_version=versions.itbench,
        python_version=platform.python_version(),
        domain=domain.name,
        domain_origin=versions.domain,
        domain_code=versions.domain_code,
        suite=suite.name,
        suite_version=suite.version,
        suite_hash=suite_hash(task.content_hash for task in planned.tasks),
        suite_data=str(options.suite.data.resolve()) if options.suite.data else None,
        suite_seal=seal,
        suite_as_published=options.suite.as_published,
        suite_extra=public_options(suite, options.suite),
        suite_secret=secret_fingerprints(suite, options.suite),
        suite_settings=suite.settings(),
        data_warning=warning or _gap(options, suite),
        hash_version=HASH_VERSION,
        agent=PlannedAgent(
            name=spec.name,
            role=spec.role,
            origin=versions.agent,
            code=versions.agent_code,
            options={key: redactor.text(value) for key, value in request.options.items()},
            arguments=clean_words(request.arguments, redactor),
            description=map_texts(made.description(), redactor.text)
            if isinstance(made, DescribedAgent)
            else {},
        ),
        role_models={
            role: PlannedModel(
                asked=redactor.text(options.role_models[role]),
                description=map_texts(model.description(), redactor.text),
            )
            for role, model in role_models.items()
        },
        tasks=planned.tasks,
        repeats=options.repeats,
        seed=options.seed,
        attempts=options.attempts,
        max_trials=options.max_trials,
        limits=options.limits,
        max_cost_usd=options.max_cost_usd,
        is_scored=options.is_scored,
        sandbox=sandbox.name,
        sandbox_warning=sandbox.warning,
        bench_sandbox=None if bench is sandbox else bench.name,
        data_faults=planned.faults,
        is_faulty_data_allowed=options.is_faulty_data_allowed,
        floor=PlannedFloor(**dataclasses.asdict(floor), tasks=n_tasks) if floor else None,
        shown_metrics=dict(domain.shown_metrics),
        shard=options.shard,
    )


def _gap(options: RunOptions, suite: Suite) -> str | None:
    """Return what is missing of the data, unless each task was asked for by its id: then it is here."""
    are_named = options.task_globs and not any(set(glob) & _WILDCARDS for glob in options.task_globs)
    return None if are_named else suite.data_gap()


def file_name(plan: Plan) -> str:
    """Return the name of the run's file."""
    moment = datetime.fromisoformat(plan.created_at).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{plan.domain}-{plan.suite}-{plan.agent.name}-{plan.id}.itbench"


def run_id(some: bytes) -> str:
    """Return the id of a run that some bytes stand for, the first eight of which count."""
    return "".join(_ID_ALPHABET[byte % len(_ID_ALPHABET)] for byte in some[:_ID_CHARACTERS])
