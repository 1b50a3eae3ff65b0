"""A run that is ready to go: its plan, its suite, its agent, its file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec, EquippedAgent, PrivilegedAgent
from itbench.interfaces.domain import Domain
from itbench.interfaces.plan import Plan
from itbench.interfaces.suite import Progress, Suite, no_progress
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Prepared, Sandbox
from itbench.plugins.agents import default_agent, find_agent
from itbench.plugins.domains import find_suite
from itbench.run.judge import Judge
from itbench.run.options import RunOptions, parse_agent
from itbench.run.planning import file_name, make_plan, own_version
from itbench.store.claim import Claim
from itbench.store.reader import RunFile
from itbench.store.writer import ScoringOrigin, write_plan
from itbench.suites.hashing import FileDigests, task_hash
from itbench.suites.load import load_tasks
from itbench.suites.reopen import reopen_suite
from itbench.suites.select import select
from itbench.workspaces.local import LocalSandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything that the runner needs.

    Attributes:
        claim: on the run file, which the runner releases at the end; None while nothing is written.
    """

    path: Path
    plan: Plan
    domain: Domain
    suite: Suite
    agent: Agent
    tasks: Sequence[Task]
    sandbox: Sandbox
    bench_sandbox: Sandbox
    claim: Claim | None = None

    @property
    def origin(self) -> ScoringOrigin:
        """What the scores of this session come from."""
        return ScoringOrigin(own_version(), self.plan.domain_origin)


def start(options: RunOptions, progress: Progress = no_progress) -> Session:
    """Plan a new run and write its file.

    Raises:
        ITBenchError: anything that was asked for cannot be had.
    """
    session = prepare(options, progress)
    _make_ready(session.sandbox, session.bench_sandbox, progress)
    claim = Claim(session.path)
    try:
        write_plan(session.path, session.plan, list(session.tasks))
    except BaseException:
        claim.release()
        raise
    return replace(session, claim=claim)


def prepare(options: RunOptions, progress: Progress = no_progress) -> Session:
    """Plan a new run; nothing is written but the suite's data.

    Raises:
        ITBenchError: anything that was asked for cannot be had.
    """
    domain, suite = find_suite(options.reference)
    suite = suite.configured(options.suite)
    name, agent_options = parse_agent(options.agent or default_agent(domain))
    spec = find_agent(name, domain)
    request = AgentRequest(name=name, options=agent_options, arguments=options.arguments, seed=options.seed)
    agent = spec.create(request)
    suite.prepare(progress)
    chosen = select(load_tasks(suite), globs=options.task_globs, tags=options.tags, limit=options.limit)
    sandbox = _sandbox(spec, agent, options.sandbox, is_unsafe_allowed=options.is_unsafe_allowed)
    bench = _bench_sandbox(domain, sandbox, options.sandbox)
    plan = make_plan(options, domain, suite, (spec, request, agent), chosen, (sandbox, bench))
    path = options.out / file_name(plan)
    return _session(path, plan, domain, suite, agent, chosen, (sandbox, bench))


def reopen(path: Path, progress: Progress = no_progress) -> Session:
    """Open a run to go on with it.

    Raises:
        ITBenchError: its domain, suite or agent is gone, or its tasks have changed.
    """
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
        tasks = [Task.model_validate_json(row["document"]) for row in run.tasks()]
    domain, suite = reopen_suite(plan.model_dump(), progress)
    digests = FileDigests()
    for task, planned in zip(tasks, plan.tasks, strict=True):
        if task_hash(task, suite, digests) != planned.content_hash:
            raise UsageError(
                f"the inputs of task {task.id!r} have changed since {str(path)!r} was begun; "
                "bring the same data back, or begin a new run"
            )
    spec = find_agent(plan.agent.name, domain)
    agent = spec.create(
        AgentRequest(
            name=plan.agent.name,
            options=plan.agent.options,
            arguments=plan.agent.arguments,
            seed=plan.seed,
        )
    )
    # Whoever began the run has allowed its sandbox.
    sandbox = _sandbox(spec, agent, plan.sandbox, is_unsafe_allowed=True)
    bench = _bench_sandbox(domain, sandbox, plan.bench_sandbox)
    _make_ready(sandbox, bench, progress)
    return _session(path, plan, domain, suite, agent, tasks, (sandbox, bench))


def _make_ready(sandbox: Sandbox, bench: Sandbox, progress: Progress) -> None:
    for each in [sandbox, *([] if bench is sandbox else [bench])]:
        if isinstance(each, Prepared):
            each.prepare(progress)


def _sandbox(spec: AgentSpec, agent: Agent, name: str | None, *, is_unsafe_allowed: bool) -> Sandbox:
    """Return the sandbox for an agent; one that starts nothing in the workspace needs none."""
    if spec.is_in_process:
        return LocalSandbox(is_in_process=True)
    from itbench.sandbox.choose import choose

    mounts = agent.mounts if isinstance(agent, EquippedAgent) else ()
    return choose(name, is_unsafe_allowed=is_unsafe_allowed, mounts=mounts)


def _bench_sandbox(domain: Domain, sandbox: Sandbox, name: str | None) -> Sandbox:
    """Return where what was handed in is tried; nothing that a domain runs may run without walls."""
    if not domain.runs_submissions:
        return sandbox
    from itbench.sandbox.bench import bench_sandbox

    return bench_sandbox(name)


def _session(
    path: Path,
    plan: Plan,
    domain: Domain,
    suite: Suite,
    agent: Agent,
    tasks: Sequence[Task],
    sandboxes: tuple[Sandbox, Sandbox],
) -> Session:
    if plan.agent.role == "privileged" and isinstance(agent, PrivilegedAgent):
        agent.trust(Judge(domain, suite).solution)
    return Session(
        path=path,
        plan=plan,
        domain=domain,
        suite=suite,
        agent=agent,
        tasks=tasks,
        sandbox=sandboxes[0],
        bench_sandbox=sandboxes[1],
    )
