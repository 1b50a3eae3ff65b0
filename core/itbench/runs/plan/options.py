"""What a user asks for with `itbench run`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from itbench.errors import UsageError
from itbench.interfaces.shard import MOST_SHARDS, PlannedShard
from itbench.interfaces.suite import SuiteOptions
from itbench.interfaces.task import OtherLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """Which suite, which agent, how many trials, and the folder of the run file.

    Attributes:
        reference: `DOMAIN` or `DOMAIN/SUITE`, or the path of a folder that `itbench make` wrote.
        agent: `NAME` or `NAME:key=value,...`; None for the domain's baseline.
        agent_options: further options of the agent, beside those in `agent`.
        arguments: what stands after `--`.
        task_globs: ids of tasks to run; none for all.
        tags: that a task must have.
        limit: largest number of tasks to run; None for all.
        repeats: trials of each task.
        seed: of everything random.
        out: folder of the run file.
        max_trials: concurrent trials.
        attempts: largest number of attempts at a trial whose environment or model fails.
        limits: of a trial, in place of those of the tasks.
        max_cost_usd: US dollars that the run may cost; None for any amount.
        is_scored: False to read no truths.
        sandbox: name of the sandbox; None for the default one.
        is_unsafe_allowed: whether it may be one that isolates nothing.
        is_faulty_data_allowed: whether tasks whose data is faulty are run anyway.
        role_models: `PROVIDER/NAME` or `PROVIDER/NAME:key=value,...` of the models that play roles in environments.
        suite: options of the suite.
        shard: which part of the trials to run; None for all of them.
    """

    reference: str
    agent: str | None = None
    agent_options: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()
    task_globs: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    limit: int | None = None
    repeats: int = 1
    seed: int = 0
    out: Path = Path("runs")
    max_trials: int = 4
    attempts: int = 2
    limits: OtherLimits = field(default_factory=OtherLimits)
    max_cost_usd: float | None = None
    is_scored: bool = True
    sandbox: str | None = None
    is_unsafe_allowed: bool = False
    is_faulty_data_allowed: bool = False
    role_models: Mapping[str, str] = field(default_factory=dict)
    suite: SuiteOptions = field(default_factory=SuiteOptions)
    shard: PlannedShard | None = None

    def __post_init__(self) -> None:
        """Refuse what the run file, which is text, could not hold.

        Raises:
            UsageError: a word that is not UTF-8.
        """
        words = [self.reference, self.agent or "", *self.arguments, *self.task_globs, *self.tags]
        words += [*self.agent_options, *self.agent_options.values()]
        words += [*self.role_models, *self.role_models.values()]
        words += [str(self.suite.data or ""), *self.suite.extra, *self.suite.extra.values()]
        for word in words:
            if any("\ud800" <= mark <= "\udfff" for mark in word):
                raise UsageError(
                    f"{word!r} is not UTF-8, and cannot be kept in a run file; write it in UTF-8, or put it into a script"
                )


def parse_agent(text: str) -> tuple[str, Mapping[str, str]]:
    """Return name and options of `NAME:key=value,key=value`; a comma without `=` behind it is part of the value.

    Raises:
        UsageError: an option without a name.
    """
    name, _, rest = text.partition(":")
    options: dict[str, str] = {}
    last = ""
    for piece in rest.split(",") if rest else []:
        key, equals, value = piece.partition("=")
        if equals and key.strip():
            last = key.strip()
            if last in options:
                raise UsageError(f"agent option {last!r} is given twice in {text!r}; leave one out")
            options[last] = value
        elif last and not equals:
            options[last] += f",{piece}"
        else:
            raise UsageError(f"agent option {piece!r} in {text!r} is not of the form key=value")
    return name, options


def with_model(agent: str | None, model: str | None, base_url: str | None = None) -> str | None:
    """Return the agent with the options `model` and `base_url`; without an agent, the one that drives a model.

    Raises:
        UsageError: an endpoint of no model.
    """
    if model is None and base_url is None:
        return agent
    name = agent or "react"
    if model is None and agent is None:
        raise UsageError("--base-url is the endpoint of a model; add --model PROVIDER/NAME")
    given = {"model": model, "base_url": base_url}
    already = parse_agent(name)[1]
    for key, value in given.items():
        if value is not None and key in already:
            raise UsageError(
                f"--{key.replace('_', '-')} and the agent's option {key}= are both given; leave one out"
            )
    words = ",".join(f"{key}={value}" for key, value in given.items() if value is not None)
    return f"{name}{',' if ':' in name else ':'}{words}"


def parse_pairs(pairs: tuple[str, ...], option: str) -> dict[str, str]:
    """Return `key=value` words as a mapping.

    Raises:
        UsageError: a word without `=`.
    """
    parsed = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise UsageError(f"{option} {pair!r} is not of the form key=value")
        if key in parsed:
            raise UsageError(f"{option} {key!r} is given twice; leave one out")
        parsed[key] = value
    return parsed


def parse_shard(text: str) -> PlannedShard:
    """Return the part of a run that `2/8` means.

    Raises:
        UsageError: it is not of this form, or there is no such part.
    """
    number, _, count = text.strip().partition("/")
    words = [number, count]
    if all(word.isascii() and word.isdecimal() and len(word) <= len(str(MOST_SHARDS)) for word in words):
        first, second = map(int, words)
        if 1 <= first <= second <= MOST_SHARDS:
            return PlannedShard(number=first, count=second)
    raise UsageError(
        f"--shard {text!r} is not a part of a run, such as 2/8 for the second of eight; parts are counted from 1, up to {MOST_SHARDS}"
    )
