"""Makes one run of its shards: the same plan, the same versions, each shard once, and none missing unseen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from itbench.errors import UsageError
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.runs.plan.planning import run_id
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


@dataclass(frozen=True, slots=True)
class _Shard:
    """A shard as it was looked at.

    Attributes:
        ended: trials that have ended, of which there may be several attempts.
        rules: versions by which they are scored.
    """

    path: Path
    number: int
    plan: Plan
    ended: int
    attempts: int
    scores: int
    rules: frozenset[int]

    @property
    def lacking(self) -> int:
        """How many of its trials it does not have."""
        return self.plan.planned_trials - self.ended


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
    shards = _read_shards(paths)
    _require_alike(shards)
    missing = _missing_shards(shards)
    if not is_partial_allowed:
        _require_all(shards, missing)
    whole = _whole([shard.plan for shard in shards])
    total = sum(shard.attempts for shard in shards)
    places = {shard.path: shard for shard in shards}

    def require_same(run: RunFile) -> None:
        if _read(run) != places[run.path]:
            raise UsageError(f"{run.path} has changed since it was looked at; merge it when it has ended")

    progress("merging trials", 0, total)
    write_merged(
        out,
        whole,
        [shard.path for shard in shards],
        require_same,
        lambda done: progress("merging trials", done, total),
    )
    lacking = whole.planned_trials - sum(shard.ended for shard in shards)
    return MergedRun(out, len(shards), missing, lacking)


def _read_shards(paths: Sequence[Path]) -> list[_Shard]:
    """Return what there is to know of each shard, by number."""
    found: dict[int, _Shard] = {}
    for path in paths:
        if is_claimed(path):
            raise UsageError(f"{path} is being written; merge it when it has ended")
        with RunFile(path) as run:
            shard = _read(run)
        if shard.number in found:
            raise UsageError(
                f"shard {shard.plan.shard} is there twice: {found[shard.number].path} and {path}"
            )
        found[shard.number] = shard
    return [found[number] for number in sorted(found)]


def _read(run: RunFile) -> _Shard:
    plan = Plan.model_validate(run.plan())
    if plan.shard is None:
        raise UsageError(f"{run.path} is no shard: it was run without --shard")
    query = (
        "SELECT (SELECT count(*) FROM outcome), (SELECT count(*) FROM trial), (SELECT count(*) FROM score)"
    )
    ended, attempts, scores = run.connection.execute(query).fetchone()
    rules = frozenset(run.scoring_versions().values())
    return _Shard(run.path, plan.shard.number, plan, ended, attempts, scores, rules)


def _require_alike(shards: Sequence[_Shard]) -> None:
    """Refuse files that are not of one run, or whose trials are of different versions."""
    for shard in shards:
        difference = _difference(shards[0].plan, shard.plan)
        if difference is not None:
            raise UsageError(f"{shards[0].path} and {shard.path} are not shards of one run: {difference}")
        if _is_resumed_otherwise(shard.plan):
            raise UsageError(
                f"{shard.path} was resumed with other versions than it was started with, so its trials are not of one run "
                "with those of the others"
            )
    versions = sorted(frozenset().union(*(shard.rules for shard in shards)))
    if len(versions) > 1:
        old = next(shard for shard in shards if versions[0] in shard.rules)
        raise UsageError(
            f"the shards are scored by rules of the versions {', '.join(map(str, versions))}: "
            f"`itbench score {old.path}` scores by the installed ones"
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


def _missing_shards(shards: Sequence[_Shard]) -> list[int]:
    there = {shard.number for shard in shards}
    counts = {shard.plan.shard.count for shard in shards if shard.plan.shard is not None}
    return [number for number in range(1, max(counts) + 1) if number not in there]


def _require_all(shards: Sequence[_Shard], missing: Sequence[int]) -> None:
    leave = "--allow-missing merges without, as a run that was interrupted"
    if missing:
        count = len(missing) + len(shards)
        names = ", ".join(f"{number}/{count}" for number in missing[:_SHOWN_SHARDS])
        more = f" and {len(missing) - _SHOWN_SHARDS} more" if len(missing) > _SHOWN_SHARDS else ""
        words = ("shards", "are") if len(missing) > 1 else ("shard", "is")
        raise UsageError(f"{words[0]} {names}{more} {words[1]} missing; {leave}")
    for shard in shards:
        if shard.lacking:
            raise UsageError(
                f"{shard.path} has not ended: {shard.lacking} of {shard.plan.planned_trials} trials are missing; "
                f"`itbench resume {shard.path}` runs them; {leave}"
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
    return run_id(hashlib.sha256(" ".join(ids).encode()).digest())
