"""The runs of a study: each suite with each agent that works on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.study import Study, StudyAgent, StudyLimits, StudySuite
from itbench.interfaces.suite import SuiteOptions
from itbench.interfaces.task import OtherLimits
from itbench.kit.folder import is_suite_folder
from itbench.runs.plan.options import RunOptions, parse_agent
from itbench.runs.plan.task_file import read_task_file
from itbench.runs.study.read import StudyError, StudyFile
from itbench.text.amounts import seconds_of

MOST_RUNS = 10_000
_BASELINE = StudyAgent(name="baseline")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says of all runs of a study, in place of its file.

    Attributes:
        out: folder of the run files.
        base: folder from which paths in the file are meant.
        max_trials: concurrent trials; None for what the file says.
        max_cost_usd: US dollars for all runs together; None without a limit.
    """

    out: Path
    base: Path
    max_trials: int | None = None
    max_cost_usd: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One run of a study.

    Attributes:
        suite: title of the suite.
        agent: title of the agent.
        options: of the run.
    """

    suite: str
    agent: str
    options: RunOptions

    def __str__(self) -> str:
        """Return suite and agent in a few words."""
        return f"{self.suite} with {self.agent}"


def study_suites(study: Study) -> list[tuple[str, StudySuite]]:
    """Return each suite with its title."""
    whole = [suite if isinstance(suite, StudySuite) else StudySuite(suite=suite) for suite in study.suites]
    return [(suite.name or suite.suite, suite) for suite in whole]


def study_agents(study: Study) -> list[tuple[str, StudyAgent]]:
    """Return each agent with its title; the baseline of each domain where the study names none."""
    whole = [agent if isinstance(agent, StudyAgent) else StudyAgent(agent=agent) for agent in study.agents]
    return [(agent.name or _words(agent), agent) for agent in whole or [_BASELINE]]


def study_entries(study: Study, settings: Settings) -> list[Entry]:
    """Return the runs of a study in their order: suite by suite."""
    return [
        Entry(suite_title, agent_title, _options(study, suite, agent, settings))
        for suite_title, suite in study_suites(study)
        for agent_title, agent in study_agents(study)
        if works_on(agent, suite_title, suite)
    ]


def check_study(file: StudyFile) -> None:
    """Refuse a study that its schema allows and that still cannot be meant.

    Raises:
        StudyError: names each thing with its place.
    """
    lines = [*_agent_faults(file), *_title_faults(file), *_pair_faults(file)]
    if lines:
        raise StudyError(lines)


def works_on(agent: StudyAgent, title: str, suite: StudySuite) -> bool:
    """Tell whether an agent works on a suite."""
    names = (title, suite.suite)
    return not agent.suites or any(fnmatchcase(name, glob) for name in names for glob in agent.suites)


def _agent_faults(file: StudyFile) -> Iterator[str]:
    for at, agent in enumerate(file.study.agents):
        if isinstance(agent, str):
            agent = StudyAgent(agent=agent)
        if agent.agent is None and agent.model is None:
            yield file.line("it names no agent; add `agent` or `model`", "agents", at)
            continue
        try:
            _, inside = parse_agent(agent.agent or "")
        except UsageError as error:
            yield file.line(str(error), "agents", at, "agent")
            continue
        beside = dict.fromkeys([*agent.options, *_of_model(agent)])
        twice = [key for key in beside if key in inside] + [
            key for key in _of_model(agent) if key in agent.options
        ]
        for key in twice:
            yield file.line(f"the agent's option {key!r} is given twice; leave one out", "agents", at)


def _title_faults(file: StudyFile) -> Iterator[str]:
    suites = [title for title, _ in study_suites(file.study)]
    agents = [title for title, _ in study_agents(file.study)]
    for part, titles in (("suites", suites), ("agents", agents)):
        for at, title in enumerate(titles):
            first = titles.index(title)
            if first < at:
                yield file.line(
                    f"it has the same name {title!r} as $.{part}[{first}]; give one of them another `name`, or leave it out",
                    part,
                    at,
                )


def _pair_faults(file: StudyFile) -> Iterator[str]:
    suites, agents = study_suites(file.study), study_agents(file.study)
    for at, (_, agent) in enumerate(agents):
        for place, glob in enumerate(agent.suites):
            if not any(fnmatchcase(name, glob) for title, suite in suites for name in (title, suite.suite)):
                known = ", ".join(title for title, _ in suites)
                yield file.line(
                    f"{glob!r} matches no suite of the study; there are: {known}",
                    "agents",
                    at,
                    "suites",
                    place,
                )
    for at, (title, suite) in enumerate(suites):
        if not any(works_on(agent, title, suite) for _, agent in agents):
            yield file.line(
                f"no agent works on {title!r}; leave it out, or name it for an agent", "suites", at
            )
    if len(suites) * len(agents) > MOST_RUNS:
        yield file.line(f"more than {MOST_RUNS} runs; use fewer suites or agents")


def _options(study: Study, suite: StudySuite, agent: StudyAgent, settings: Settings) -> RunOptions:
    limits = study.limits if suite.limits is None else _merged(study.limits, suite.limits)
    return RunOptions(
        reference=_located(suite.suite, settings.base),
        agent=_agent_name(agent),
        agent_options={**agent.options, **_of_model(agent)},
        arguments=agent.arguments,
        task_globs=_globs(suite, settings.base),
        tags=suite.tags,
        limit=suite.limit,
        repeats=suite.repeats or study.repeats,
        seed=study.seed,
        out=settings.out,
        max_trials=settings.max_trials or agent.max_trials or study.max_trials,
        attempts=study.attempts,
        limits=_trial_limits(limits),
        max_cost_usd=settings.max_cost_usd,
        is_scored=study.score,
        sandbox=study.sandbox,
        is_unsafe_allowed=study.allow_unsafe,
        is_faulty_data_allowed=study.allow_faulty_data,
        role_models=suite.role_models,
        suite=SuiteOptions(
            data=None if suite.data is None else settings.base / suite.data,
            as_published=suite.as_published,
            extra=suite.options,
        ),
    )


def _globs(suite: StudySuite, base: Path) -> tuple[str, ...]:
    named = None if suite.task_file is None else base / suite.task_file
    return (*suite.tasks, *read_task_file(named))


def _located(reference: str, base: Path) -> str:
    """Return the path of a folder of tasks from wherever the study is resumed; other words as they are."""
    is_folder = is_suite_folder(reference) or (base / reference / "suite.json").is_file()
    return str(base / reference) if is_folder else reference


def _merged(limits: StudyLimits, others: StudyLimits) -> StudyLimits:
    return limits.model_copy(update=others.model_dump(exclude_none=True))


def _trial_limits(limits: StudyLimits) -> OtherLimits:
    return OtherLimits(
        turns=limits.turns,
        tokens=limits.tokens,
        cost_usd=limits.cost,
        wall_s=_seconds(limits.time),
        command_s=_seconds(limits.command),
    )


def _seconds(value: float | str | None) -> float | None:
    return seconds_of(value) if isinstance(value, str) else value


def _agent_name(agent: StudyAgent) -> str | None:
    return agent.agent or ("react" if agent.model is not None else None)


def _of_model(agent: StudyAgent) -> dict[str, str]:
    found = {"model": agent.model, "base_url": agent.base_url}
    return {key: value for key, value in found.items() if value is not None}


def _words(agent: StudyAgent) -> str:
    """Return the agent as the command line takes it."""
    name = agent.agent or "react"
    options: Sequence[str] = [
        f"{key}={value}" for key, value in {**_of_model(agent), **agent.options}.items()
    ]
    separator = "," if ":" in name else ":"
    words = " ".join(agent.arguments)
    return f"{name}{separator + ','.join(options) if options else ''}{f' -- {words}' if words else ''}"
