"""A run that is ready to go: its plan, its suite, its agent, its file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.agent import (
    Agent,
    AgentRequest,
    AgentSpec,
    CopyingAgent,
    DemandingAgent,
    DescribedAgent,
    EquippedAgent,
    PrivilegedAgent,
)
from itbench.interfaces.domain import Domain
from itbench.interfaces.json import JsonObject
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.sandbox import Prepared, Sandbox
from itbench.interfaces.suite import Suite
from itbench.interfaces.task import Task
from itbench.models.find import missing_for as models_missing_for
from itbench.models.model import Model
from itbench.plugins.agents import default_agent, find_agent
from itbench.plugins.domains import domain_host
from itbench.runs.plan.capacity import Capacity, capacity, connections_of
from itbench.runs.plan.exposed import refuse_exposed
from itbench.runs.plan.options import RunOptions, parse_agent
from itbench.runs.plan.planning import file_name, make_plan
from itbench.runs.plan.role_models import find_role_models
from itbench.runs.plan.secrecy import check_words, redactor_of, words_of
from itbench.runs.plan.tasks import plan_tasks
from itbench.runs.plan.unchanged import HASH_VERSION, check_tasks, check_truths
from itbench.runs.plan.versions import check_versions, installed, other_versions
from itbench.runs.trial.judge import Judge
from itbench.runs.trial.perfect import solver
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench.sealed.reopen import named_suite, planned_options, reopen_suite
from itbench.sealed.suite import SealedSuite
from itbench.store.claim import Claim
from itbench.store.reader import RunFile
from itbench.store.writer import ScoringOrigin, write_plan
from itbench.suites.hashing import suite_hash
from itbench.suites.load import load_tasks
from itbench.suites.secret import remember
from itbench.suites.select import select
from itbench.text.redaction import Redactor
from itbench.version import __version__

_SEALED = "the truths are sealed: this run gets no score here; hand it in with `itbench submit`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Everything that the runner needs.

    Attributes:
        suite_options: what the user said about the suite with `--suite-option`, secrets included.
        role_models: the models that play roles in environments, by role.
        max_trials: concurrent trials: as planned, or as many as this machine's limits allow.
        redactor: takes secrets out of all that is kept or shown.
        claim: on the run file, which the runner releases at the end; None while nothing is written.
        notes: what the user should know before it begins.
    """

    path: Path
    plan: Plan
    domain: Domain
    suite: Suite
    agent: Agent
    tasks: Sequence[Task]
    sandbox: Sandbox
    bench_sandbox: Sandbox
    suite_options: Mapping[str, str]
    role_models: Mapping[str, Model]
    max_trials: int
    redactor: Redactor
    claim: Claim | None = None
    notes: Sequence[str] = ()

    @property
    def origin(self) -> ScoringOrigin:
        """What the scores of this session come from."""
        return ScoringOrigin(__version__, domain_host().origin(self.domain.name), self.domain.scoring_version)


def start(options: RunOptions, progress: Progress = no_progress) -> Session:
    """Plan a new run and write its file.

    Raises:
        ITBenchError: something that was asked for is not available.
    """
    return begin(prepare(options, progress), options, progress)


def begin(session: Session, options: RunOptions, progress: Progress = no_progress) -> Session:
    """Write the file of a run that was prepared with these options.

    Raises:
        ITBenchError: something that it needs is not available.
    """
    remember(session.domain.name, session.suite, options.suite)
    _refuse_missing(session.plan.agent.name, missing_for(session))
    _make_ready(session.agent, session.sandbox, session.bench_sandbox, progress)
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
        ITBenchError: something that was asked for is not available.
    """
    domain, suite, of_suite = named_suite(options.reference, options.suite)
    seal, is_open = _sealing(suite)
    options = replace(options, suite=of_suite, is_scored=options.is_scored and is_open)
    name, agent_options = parse_agent(options.agent or default_agent(domain))
    spec = find_agent(name, domain)
    both = {**agent_options, **options.agent_options}
    request = AgentRequest(name=name, options=both, arguments=options.arguments, seed=options.seed)
    agent = spec.create(request)
    suite.prepare_to_run(progress)
    known = load_tasks(suite)
    tasks = select(known, globs=options.task_globs, tags=options.tags, limit=options.limit)
    chosen = [task.limited(options.limits) for task in tasks]
    if options.sandbox is not None:
        # Also where the agent needs none: a name that is misspelt is not what the user meant.
        from itbench.sandbox.choose import check_name

        check_name(options.sandbox)
    suite.restore([task.id for task in chosen], progress)
    sandbox = _sandbox(
        domain,
        spec,
        agent,
        suite,
        options.sandbox,
        out=options.out,
        is_unsafe_allowed=options.is_unsafe_allowed,
    )
    bench = _bench_sandbox(domain, sandbox, options.sandbox)
    planned = plan_tasks(domain, suite, options.suite, chosen, is_scored=options.is_scored, progress=progress)
    role_models = find_role_models(options.role_models, is_to_be_asked=False)
    plan = make_plan(
        options,
        domain,
        suite,
        (spec, request, agent),
        planned,
        (sandbox, bench),
        len(known),
        role_models,
        seal,
    )
    path = options.out / file_name(plan)
    sandboxes = sandbox, bench
    session = _session(path, plan, domain, suite, agent, chosen, sandboxes, options.suite.extra, role_models)
    return replace(session, notes=[*session.notes, *_data_notes(plan), *([] if is_open else [_SEALED])])


def _sealing(suite: Suite) -> tuple[str | None, bool]:
    """Return the digest of a suite's seal, None where it has none, and whether its truths are here."""
    if not isinstance(suite, SealedSuite):
        return None, True
    return suite.bundle.seal.digest, not suite.is_public


def reopen(
    path: Path,
    progress: Progress = no_progress,
    *,
    is_other_version_allowed: bool = False,
    arguments: tuple[str, ...] = (),
) -> Session:
    """Open a run to resume it; `arguments` are the agent's, where the plan does not have them whole.

    Raises:
        ITBenchError: its domain, suite or agent is gone, its tasks or truths have changed, or other versions are installed.
    """
    with RunFile(path) as run:
        plan = Plan.model_validate(run.plan())
        documents = {row["id"]: row["document"] for row in run.tasks()}
        domain, suite = reopen_suite(plan.model_dump(), progress)
        spec = find_agent(plan.agent.name, domain)
        versions = other_versions(run, plan, installed(domain, spec.name))
        hint = run.lost_trials_hint()
    check_versions(path, versions, is_allowed=is_other_version_allowed)
    current = {task.id: task.limited(plan.limits) for task in load_tasks(suite)}
    suite.restore([task.id for task in plan.tasks if task.id in current], progress)
    check_tasks(path, plan, documents, suite, current)
    if plan.is_scored:
        check_truths(path, plan, suite, Judge(domain, suite))
    plan = _looked_at_again(plan, domain, suite, current, progress)
    words = words_of(path, plan, arguments)
    agent = spec.create(
        AgentRequest(name=plan.agent.name, options=plan.agent.options, arguments=words, seed=plan.seed)
    )
    check_words(plan, words, agent)
    _check_endpoint(path, plan, agent)
    limited = plan.max_cost_usd is not None or any(
        task.limits.cost_usd is not None for task in current.values()
    )
    _refuse_missing(spec.name, _missing(agent, is_cost_limited=limited))
    role_models = find_role_models({role: each.asked for role, each in plan.role_models.items()})
    # Its sandbox was allowed when the run was started.
    sandbox = _sandbox(domain, spec, agent, suite, plan.sandbox, out=path.parent, is_unsafe_allowed=True)
    bench = _bench_sandbox(domain, sandbox, plan.bench_sandbox)
    _make_ready(agent, sandbox, bench, progress)
    tasks = [current[planned.id] for planned in plan.tasks]
    extra = planned_options(plan.model_dump()).extra
    sandboxes = sandbox, bench
    session = _session(path, plan, domain, suite, agent, tasks, sandboxes, extra, role_models)
    return replace(session, notes=[*([hint] if hint else []), *session.notes, *_notes(path, plan, versions)])


def _looked_at_again(
    plan: Plan, domain: Domain, suite: Suite, current: Mapping[str, Task], progress: Progress
) -> Plan:
    """Return the plan with the tasks whose data was faulty as they are now; none of them has a score yet."""
    again = [current[task_id] for task_id in plan.faulty]
    if not again:
        return plan
    found = plan_tasks(
        domain,
        suite,
        planned_options(plan.model_dump()),
        again,
        is_scored=plan.is_scored,
        progress=progress,
    )
    now = {task.id: task for task in found.tasks}
    tasks = tuple(now.get(task.id, task) for task in plan.tasks)
    digest = suite_hash(task.content_hash for task in tasks)
    return plan.model_copy(update={"tasks": tasks, "suite_hash": digest, "data_faults": found.faults})


def _data_notes(plan: Plan) -> list[str]:
    notes = [f"not the published data: {plan.data_warning}"] if plan.data_warning else []
    ending = "it is run anyway" if plan.is_faulty_data_allowed else "it gets no score"
    return notes + [
        f"the data of task {task_id} is faulty, {ending}: {lines[0]}"
        + (f" (and {len(lines) - 1} more)" if len(lines) > 1 else "")
        for task_id, lines in plan.data_faults.items()
    ]


def _notes(path: Path, plan: Plan, versions: Sequence[str]) -> list[str]:
    notes = [f"the run was {clause}" for clause in versions]
    if versions and plan.is_scored:
        notes.append(f"`itbench score {path}` scores all its trials by the installed version")
    if plan.is_scored and plan.hash_version < HASH_VERSION:
        notes.append("the run has no hashes of its truths, so whether they have changed is not known")
    return notes + _data_notes(plan)


def _make_ready(agent: Agent, sandbox: Sandbox, bench: Sandbox, progress: Progress) -> None:
    for each in [agent, sandbox, *([] if bench is sandbox else [bench])]:
        if isinstance(each, Prepared):
            each.prepare(progress)


def missing_for(session: Session) -> list[str]:
    """Return what a run needs and this machine lacks, one thing each."""
    limited = session.plan.max_cost_usd is not None or any(
        task.limits.cost_usd is not None for task in session.tasks
    )
    roles = [
        f"role {role!r}: {each}"
        for role, model in session.role_models.items()
        for each in models_missing_for(model)
    ]
    return [*_missing(session.agent, is_cost_limited=limited), *roles]


def _missing(agent: Agent, *, is_cost_limited: bool) -> list[str]:
    return list(agent.missing(is_cost_limited=is_cost_limited)) if isinstance(agent, DemandingAgent) else []


def _refuse_missing(name: str, missing: Sequence[str]) -> None:
    if missing:
        raise UsageError(f"agent {name!r} cannot run here: {'; '.join(missing)}")


def _check_endpoint(path: Path, plan: Plan, agent: Agent) -> None:
    """Refuse to go on at another endpoint than the one of the trials that are done: a variable may have changed."""
    now = agent.description() if isinstance(agent, DescribedAgent) else {}
    planned, found = (_endpoint(description) for description in (plan.agent.description, now))
    if planned and found and planned != found:
        raise UsageError(
            f"{path} asks its model at {planned}, but now it would be asked at {found}; set the environment variable"
            " that names the endpoint as it was when the run was started"
        )


def _endpoint(description: JsonObject) -> str | None:
    model = description.get("model")
    endpoint = model.get("endpoint") if isinstance(model, dict) else None
    return endpoint if isinstance(endpoint, str) else None


def _sandbox(
    domain: Domain,
    spec: AgentSpec,
    agent: Agent,
    suite: Suite,
    name: str | None,
    *,
    out: Path,
    is_unsafe_allowed: bool,
) -> Sandbox:
    """Return the sandbox for an agent; one that starts nothing in the workspace needs none.

    Raises:
        UsageError: there is no such sandbox, or it may not be used.
    """
    if spec.is_in_process and not domain.needs_sandbox:
        return LocalSandbox(is_in_process=True)
    from itbench.sandbox.choose import choose_sandbox

    mounts = agent.mounts if isinstance(agent, EquippedAgent) else ()
    copied = agent.copied_files if isinstance(agent, CopyingAgent) else ()
    warning = refuse_exposed(mounts, suite, out, copied=copied, is_unsafe_allowed=is_unsafe_allowed)
    return choose_sandbox(name, is_unsafe_allowed=is_unsafe_allowed, mounts=mounts, warning=warning)


def _bench_sandbox(domain: Domain, sandbox: Sandbox, name: str | None) -> Sandbox:
    """Return where what was handed in is tried; nothing that a domain runs may run outside a sandbox."""
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
    suite_options: Mapping[str, str],
    role_models: Mapping[str, Model],
) -> Session:
    if plan.agent.role == "privileged" and isinstance(agent, PrivilegedAgent):
        agent.trust(solver(domain, suite))
    both = sandboxes if sandboxes[0] is not sandboxes[1] else sandboxes[:1]
    names = [each.name for each in both] + [sandboxes[0].name] * _most_services(suite, tasks)
    room = capacity(names, connections_of(agent))
    return Session(
        path=path,
        plan=plan,
        domain=domain,
        suite=suite,
        agent=agent,
        tasks=tasks,
        sandbox=sandboxes[0],
        bench_sandbox=sandboxes[1],
        suite_options=suite_options,
        role_models=role_models,
        max_trials=min(plan.max_trials, room.trials),
        notes=_capacity_notes(plan, room),
        redactor=redactor_of(agent, role_models.values()),
    )


def _most_services(suite: Suite, tasks: Sequence[Task]) -> int:
    """Return how many services the world of any of the tasks runs at a time."""
    try:
        return max((suite.needs(task.id).services for task in tasks), default=0)
    except Exception:  # noqa: BLE001 - foreign code; each of its trials is going to tell of it
        return 0


def _capacity_notes(plan: Plan, room: Capacity) -> list[str]:
    if min(plan.max_trials, plan.planned_trials) <= room.trials:
        return []
    return [
        f"{room.trials} concurrent trials and not {plan.max_trials}: the limit of {room.limit} allows no more; raise {room.remedy}"
    ]
