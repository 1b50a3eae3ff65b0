"""Runs what a study lacks, one run after the other."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from itbench.errors import ITBenchError, StorageError
from itbench.interfaces.progress import Progress
from itbench.runs.hooks import Hooks
from itbench.runs.plan.options import RunOptions
from itbench.runs.resume import has_nothing_to_resume, resume
from itbench.runs.runner import Ending, Execution, Job, all_jobs, execute
from itbench.runs.session import Session, begin, prepare
from itbench.runs.study.entries import Entry
from itbench.runs.study.open import OpenStudy
from itbench.runs.study.state import write_state
from itbench.runs.trial.budget import Budget, budget_of
from itbench.store.connect import COMPANIONS, PART
from itbench.store.reader import RunFile


class Watcher(Protocol):
    """Is told how a study goes on."""

    def begins(self, number: int, total: int, entry: Entry) -> None:
        """Hear that a run begins or goes on; runs are counted from 1."""

    def waiting(self) -> AbstractContextManager[Progress]:
        """Return what hears of the time that it takes to prepare a run."""

    def hooks(self, session: Session) -> Hooks:
        """Return what is to hear of the trials of a run."""

    def failed(self, entry: Entry, error: ITBenchError) -> None:
        """Hear that a run cannot begin or go on; the others do."""


@dataclass(slots=True)
class StudyEnd:
    """How the work on a study ended.

    Attributes:
        ending: that of its last run, or of all.
        reason: why no further trial was begun, if so.
        failures: by the place of the run, why it could not begin or go on.
    """

    ending: Ending = Ending.COMPLETE
    reason: str = ""
    failures: dict[int, str] = field(default_factory=dict)


def carry_out(study: OpenStudy, watcher: Watcher) -> StudyEnd:
    """Run all trials that a study lacks, as many as its budget allows.

    Raises:
        StorageError: a file cannot be written; what had ended before is kept.
    """
    end = StudyEnd()
    for place, entry in enumerate(study.entries):
        try:
            done = _run(study, place, entry, watcher)
        except StorageError:
            raise
        except ITBenchError as error:
            end.failures[place] = str(error)
            watcher.failed(entry, error)
            continue
        if done is not None and done.ending is not Ending.COMPLETE:
            end.ending, end.reason = done.ending, done.reason
            break
    return end


def _run(study: OpenStudy, place: int, entry: Entry, watcher: Watcher) -> Execution | None:
    """Run what one run lacks; return None where it lacks nothing."""
    path = study.path(place)
    if path is not None and has_nothing_to_resume(path):
        return None
    budget = _budget(study)
    refusal = budget.refusal()
    if refusal is not None:
        return Execution(Ending.SPENT, refusal)
    watcher.begins(place + 1, len(study.entries), entry)
    # What the others cost is no longer there for this one.
    own_usd = 0.0 if path is None else _budget(study, [path]).spent_usd
    allowed_usd = None if budget.most_usd is None else budget.most_usd - budget.spent_usd + own_usd
    with watcher.waiting() as progress:
        session, jobs = (
            _begun(study, place, replace(entry.options, max_cost_usd=allowed_usd), progress)
            if path is None
            else resume(
                path,
                progress,
                is_other_version_allowed=study.is_other_version_allowed,
                max_cost_usd=allowed_usd,
            )
        )
    done = execute(session, jobs, watcher.hooks(session))
    if done.ending is Ending.SPENT:
        return Execution(done.ending, _budget(study).refusal() or done.reason)
    return done


def _begun(
    study: OpenStudy, place: int, options: RunOptions, progress: Progress
) -> tuple[Session, Sequence[Job]]:
    """Begin a run; the folder says which file is its own before that file is there."""
    _remove_remains(study, place)
    session = prepare(options, progress)
    study.state = study.state.with_file(place, session.path.name)
    write_state(study.folder, study.state)
    session = begin(session, options, progress)
    return session, all_jobs(session)


def _remove_remains(study: OpenStudy, place: int) -> None:
    """Remove what a process that was killed has left of a run file that it had not made yet."""
    name = study.state.runs[place].file
    if name is not None:
        for ending in (PART, *(f"{PART}{ending}" for ending in COMPANIONS), *COMPANIONS):
            study.folder.joinpath(f"{name}{ending}").unlink(missing_ok=True)


def _budget(study: OpenStudy, paths: Sequence[Path] | None = None) -> Budget:
    """Return the budget of a study with what its runs, or some of them, have cost so far."""
    total = Budget(study.state.max_cost_usd, noun="study")
    if total.most_usd is None:
        return total
    every = [study.path(place) for place in range(len(study.entries))]
    for path in filter(None, every) if paths is None else paths:
        with RunFile(path) as run:
            found = budget_of(run, total.most_usd)
        total.spent_usd += found.spent_usd
        total.unknown += found.unknown
    return total
