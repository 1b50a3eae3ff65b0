"""The arguments of a run: those of the command line, typed and checked."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from itbench.errors import UsageError
from itbench.interfaces.progress import Progress
from itbench.interfaces.suite import SuiteOptions
from itbench.interfaces.task import OtherLimits
from itbench.runs.plan.options import RunOptions, parse_shard, with_model
from itbench.runs.plan.task_file import read_task_file


class RunArguments(TypedDict, total=False):
    """The keyword arguments of `run` and `run_async`, which `run` explains."""

    agent: str | None
    arguments: Sequence[str]
    model: str | None
    base_url: str | None
    role_models: Mapping[str, str]
    tasks: Sequence[str]
    task_file: str | Path | None
    tags: Sequence[str]
    limit: int | None
    repeats: int
    seed: int
    out: str | Path
    shard: str | None
    max_trials: int
    attempts: int
    turn_limit: int | None
    token_limit: int | None
    cost_limit_usd: float | None
    time_limit_s: float | None
    command_limit_s: float | None
    max_cost_usd: float | None
    no_score: bool
    sandbox: str | None
    allow_unsafe: bool
    allow_faulty_data: bool
    data: str | Path | None
    as_published: bool
    suite_options: Mapping[str, str]
    progress: Progress | None
    hooks: Sequence[object]


def run_options(suite: str | Path, given: RunArguments) -> RunOptions:
    """Return what a run is asked for.

    Raises:
        UsageError: a value that no run can have.
    """
    for name in ("agent", "model", "base_url", "shard", "sandbox"):
        _check_text(name, given.get(name))
    for name in ("limit", "repeats", "max_trials", "attempts", "turn_limit", "token_limit"):
        _check_count(name, given.get(name))
    for name in ("cost_limit_usd", "time_limit_s", "command_limit_s", "max_cost_usd"):
        check_amount(name, given.get(name))
    task_file = given.get("task_file")
    data, shard = given.get("data"), given.get("shard")
    return RunOptions(
        reference=str(suite),
        agent=with_model(given.get("agent"), given.get("model"), given.get("base_url")),
        arguments=texts("arguments", given.get("arguments", ())),
        task_globs=(
            *texts("tasks", given.get("tasks", ())),
            *read_task_file(None if task_file is None else Path(task_file)),
        ),
        tags=texts("tags", given.get("tags", ())),
        limit=given.get("limit"),
        repeats=given.get("repeats", 1),
        seed=given.get("seed", 0),
        out=Path(given.get("out", "runs")),
        max_trials=given.get("max_trials", 4),
        attempts=given.get("attempts", 2),
        limits=_limits(given),
        max_cost_usd=given.get("max_cost_usd"),
        is_scored=not given.get("no_score", False),
        sandbox=given.get("sandbox"),
        is_unsafe_allowed=given.get("allow_unsafe", False),
        is_faulty_data_allowed=given.get("allow_faulty_data", False),
        role_models=dict(given.get("role_models", {})),
        suite=SuiteOptions(
            data=None if data is None else Path(data),
            as_published=given.get("as_published", False),
            extra={name: str(value) for name, value in given.get("suite_options", {}).items()},
        ),
        shard=None if shard is None else parse_shard(shard),
    )


def texts(name: str, given: Sequence[str]) -> tuple[str, ...]:
    """Return a list of texts as it is kept.

    Raises:
        UsageError: it is one text, which would be read letter by letter, or has something else in it.
    """
    if isinstance(given, str) or not all(isinstance(each, str) for each in given):
        raise UsageError(f"{name} is {given!r}; it must be a list of texts, such as [{str(given)!r}]")
    return tuple(given)


def check_amount(name: str, value: object) -> None:
    """Refuse what is no amount of dollars or seconds.

    Raises:
        UsageError: it is not a number above 0.
    """
    is_amount = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf
    if value is not None and not is_amount:
        raise UsageError(f"{name} is {value!r}; it must be a number above 0")


def _check_count(name: str, value: object) -> None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 1
    if value is not None and not is_count:
        raise UsageError(f"{name} is {value!r}; it must be an integer from 1")


def _check_text(name: str, value: object) -> None:
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{name} is {value!r}; it must be a text, as on the command line")


def _limits(given: RunArguments) -> OtherLimits:
    return OtherLimits(
        turns=given.get("turn_limit"),
        tokens=given.get("token_limit"),
        cost_usd=given.get("cost_limit_usd"),
        wall_s=given.get("time_limit_s"),
        command_s=given.get("command_limit_s"),
    )
