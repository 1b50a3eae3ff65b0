"""Makes one run of its shards: the same plan, the same versions, each shard once, and none missing unseen."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itbench.errors import UsageError
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.store.claim import is_claimed
from itbench.store.merged import write_merged
from itbench.store.reader import RunFile

_ENDING = ".itbench"
# What may differ between the shards of one run: it decides no score, or is different on each machine.
_OWN = frozenset(
    {
        "created_at",
        "id",
        "max_cost_usd",
        "max_trials",
        "merged",
        "python_version",
        "resumed",
        "shard",
        "suite_data",
        "suite_secret",
    }
)
_VERSIONS = ("itbench_version", "domain_origin", "agent_origin", "domain_code", "agent_code")
_ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ID_CHARACTERS = 8
_SHOWN_SHARDS = 10


@dataclass(frozen=True, slots=True)
class MergedRun:
    """What `merge` wrote.

    Attributes:
        path: of the run file.
        shards: how many it was made of.
        missing_shards: numbers of those that are missing.
        missing_trials: trials that no shard has; `itbench resume` runs them.
    """

    path: Path
    shards: int
    missing_shards: Sequence[int]
    missing_trials: int


def merge(
    paths: Sequence[Path], out: Path, *, is_partial_allowed: bool = False, progress: Progress = no_progress
) -> MergedRun:
    """Write one run file from the files of its shards.

    Args:
        paths: of the shards, in any order.
        out: path of the new file.
        is_partial_allowed: whether shards or trials may be missing; the run is then as one that was interrupted.
        progress: is told how far it is.

    Raises:
        UsageError: they are not shards of one run, one is there twice, or something is missing.
        RunFileError: a shard cannot be read, is damaged, or is being written.
        StorageError: the new file cannot be written.
    """
    if out.suffix != _ENDING:
        raise UsageError(f"--out {str(out)!r} does not end in {_ENDING}, as the names of run files do")
    if out.exists() or out.is_symlink():
        raise UsageError(f"--out {str(out)!r} is there already; choose another name")
    with ExitStack() as stack:
        runs: dict[int, RunFile] = {}
        plans: dict[int, Plan] = {}
        for path in paths:
            run = stack.enter_context(RunFile(path))
            plan = Plan.model_validate(run.plan())
            if plan.shard is None:
                raise UsageError(f"{path} is no shard: it was run without --shard")
            number = plan.shard.number
            if number in runs:
                raise UsageError(f"shard {plan.shard} is there twice: {runs[number].path} and {path}")
            if is_claimed(path):
                raise UsageError(f"{path} is being written; merge it when it has ended")
            runs[number], plans[number] = run, plan
        _require_alike(runs, plans)
        missing = _missing_shards(plans)
        lacking = {number: _lacking(run, plans[number]) for number, run in runs.items()}
        if not is_partial_allowed:
            _require_all(runs, plans, missing, lacking)
        ordered = sorted(runs)
        whole = _whole([plans[number] for number in ordered])
        total = whole.planned_trials
        progress("merging trials", 0, total)
        write_merged(
            out, whole, [runs[number] for number in ordered], lambda n: progress("merging trials", n, total)
        )
        absent = total - sum(plan.planned_trials for plan in plans.values())
    return MergedRun(out, len(ordered), missing, absent + sum(lacking.values()))


def _require_alike(runs: Mapping[int, RunFile], plans: Mapping[int, Plan]) -> None:
    """Refuse files that are not of one run, or whose trials are of different versions."""
    first = next(iter(runs))
    for number, plan in plans.items():
        difference = _difference(plans[first], plan)
        if difference is not None:
            raise UsageError(
                f"{runs[first].path} and {runs[number].path} are not shards of one run: {difference}"
            )
        if _is_resumed_otherwise(plan):
            raise UsageError(
                f"{runs[number].path} was resumed with other versions than it was started with, so its trials are not "
                "of one run with those of the others"
            )
    rules = {number: set(run.scoring_versions().values()) for number, run in runs.items()}
    versions = sorted(set().union(*rules.values()))
    if len(versions) > 1:
        old = next(number for number, found in rules.items() if versions[0] in found)
        raise UsageError(
            f"the shards are scored by rules of the versions {', '.join(map(str, versions))}: "
            f"`itbench score {runs[old].path}` scores by the installed ones"
        )


def _difference(first: Plan, other: Plan) -> str | None:
    """Return in what two plans differ that shards of one run have in common; None if in nothing."""
    one, two = first.model_dump(mode="json"), other.model_dump(mode="json")
    one_shard, two_shard = first.shard, other.shard
    if one_shard is not None and two_shard is not None and one_shard.count != two_shard.count:
        return f"one is of {one_shard.count} shards, the other of {two_shard.count}"
    pythons = [plan.python_version.rpartition(".")[0] for plan in (first, other)]
    if pythons[0] != pythons[1]:
        return f"python_version is {first.python_version} in one, {other.python_version} in the other"
    for name in one.keys() - _OWN:
        if one[name] != two[name]:
            return _told(name, one[name], two[name])
    return None


def _told(name: str, one: Any, other: Any) -> str:
    if name == "tasks":
        pairs = ((a["id"], b["id"]) for a, b in zip(one, other, strict=False) if a != b)
        task = next(pairs, None)
        if task is None or task[0] != task[1]:
            return "they have different tasks"
        return f"task {task[0]} is not the same in both"
    if name == "agent":
        field = next(key for key in one if one[key] != other[key])
        return f"{field} of the agent is {one[field]!r} in one, {other[field]!r} in the other"[:300]
    return f"{name} is {one!r} in one, {other!r} in the other"[:300]


def _is_resumed_otherwise(plan: Plan) -> bool:
    begun = (
        plan.itbench_version,
        plan.domain_origin,
        plan.agent.origin,
        plan.domain_code,
        plan.agent.code,
    )
    return any(tuple(getattr(each, name) for name in _VERSIONS) != begun for each in plan.resumed)


def _missing_shards(plans: Mapping[int, Plan]) -> list[int]:
    shard = next(iter(plans.values())).shard
    count = 0 if shard is None else shard.count
    return [number for number in range(1, count + 1) if number not in plans]


def _lacking(run: RunFile, plan: Plan) -> int:
    """Return how many of its trials a shard does not have."""
    (ended,) = run.connection.execute("SELECT count(*) FROM outcome").fetchone()
    return plan.planned_trials - int(ended)


def _require_all(
    runs: Mapping[int, RunFile], plans: Mapping[int, Plan], missing: Sequence[int], lacking: Mapping[int, int]
) -> None:
    leave = "--allow-missing merges without, as a run that was interrupted"
    if missing:
        count = len(missing) + len(plans)
        names = ", ".join(f"{number}/{count}" for number in missing[:_SHOWN_SHARDS])
        more = f" and {len(missing) - _SHOWN_SHARDS} more" if len(missing) > _SHOWN_SHARDS else ""
        words = ("shards", "are") if len(missing) > 1 else ("shard", "is")
        raise UsageError(f"{words[0]} {names}{more} {words[1]} missing; {leave}")
    for number, count in lacking.items():
        if count:
            path = runs[number].path
            raise UsageError(
                f"{path} has not ended: {count} of {plans[number].planned_trials} trials are missing; "
                f"`itbench resume {path}` runs them; {leave}"
            )


def _whole(plans: Sequence[Plan]) -> Plan:
    """Return the plan of the run that the shards make."""
    ids = tuple(plan.id for plan in plans)
    budgets = [plan.max_cost_usd for plan in plans]
    known = [budget for budget in budgets if budget is not None]
    changes: dict[str, object] = {
        "id": _id_of(ids),
        "created_at": min(plan.created_at for plan in plans),
        "max_cost_usd": sum(known) if len(known) == len(budgets) else None,
        "max_trials": max(plan.max_trials for plan in plans),
        "merged": ids,
        "resumed": tuple(
            sorted((each for plan in plans for each in plan.resumed), key=lambda each: each.resumed_at)
        ),
        "shard": None,
    }
    return plans[0].model_copy(update=changes)


def _id_of(ids: Sequence[str]) -> str:
    """Return an id that is the same for the same shards, so that two merged files of them count once."""
    digest = hashlib.sha256(" ".join(ids).encode()).digest()
    return "".join(_ID_ALPHABET[byte % len(_ID_ALPHABET)] for byte in digest[:_ID_CHARACTERS])
