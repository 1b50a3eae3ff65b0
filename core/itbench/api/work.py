"""A run that is started or resumed by a program: prepared, worked off in a thread of its own, and then read."""

import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from itbench.api.stored_run import StoredRun
from itbench.api.threads import awaited, in_thread, stoppable, waited
from itbench.interfaces.hooks import hookimpl
from itbench.interfaces.plan import Plan
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.record import TrialRecord
from itbench.runs.hooks import Hooks
from itbench.runs.interrupt import Interrupt
from itbench.runs.runner import Ending, Job, execute
from itbench.runs.session import Session

Prepare = Callable[[Progress], tuple[Session, Sequence[Job]]]


class Work:
    """What a program does with one run, once.

    Args:
        prepare: returns the session and the trials to run.
        progress: is told how far it is.
        hooks: plugins of the caller; one that fails is left out, with a warning at the end.
    """

    def __init__(self, prepare: Prepare, progress: Progress | None, hooks: Sequence[object]) -> None:
        self._prepare = prepare
        self._progress = progress or no_progress
        self._hooks = hooks
        self._interrupt = Interrupt()
        self._path: Path | None = None
        self._warned: list[str] = []

    def done(self) -> StoredRun:
        """Do it, and return the run once it has ended."""
        session, jobs = self._prepare(self._progress)
        try:
            return waited(in_thread(partial(self._carry_out, session, jobs)), self._interrupt)
        except BaseException as error:
            self._explain(error)
            raise
        finally:
            self._warn()

    async def awaited(self) -> StoredRun:
        """Do the same without holding up the event loop."""
        try:
            return await awaited(in_thread(self._prepare_and_carry_out), self._interrupt)
        except BaseException as error:
            self._explain(error)
            raise
        finally:
            self._warn()

    def _prepare_and_carry_out(self) -> StoredRun:
        return self._carry_out(*self._prepare(stoppable(self._progress, self._interrupt)))

    def _carry_out(self, session: Session, jobs: Sequence[Job]) -> StoredRun:
        self._path = session.path
        hooks = Hooks(self._warned.append)
        hooks.add_installed()
        hooks.add_outside("progress", _Told(self._progress))
        for number, plugin in enumerate(self._hooks):
            hooks.add_outside(f"hooks[{number}]", plugin)
        done = execute(session, jobs, hooks, self._interrupt)
        stopped = [f"stopped: {done.reason}"] if done.ending is Ending.SPENT else []
        return StoredRun(session.path, notes=[*session.notes, *stopped])

    def _explain(self, error: BaseException) -> None:
        """Say with an interrupt how to go on."""
        if self._interrupt.has_come and self._path is not None:
            error.add_note(f"the run was interrupted; resume it with itbench.resume({str(self._path)!r})")

    def _warn(self) -> None:
        for message in self._warned:
            # The caller is the one of `run`, which called a method of this class.
            warnings.warn(message, RuntimeWarning, stacklevel=4)


class _Told:
    """Tells a progress of trials that ended."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._before = self._total = 0
        self._ended: set[tuple[str, int]] = set()

    @hookimpl
    def run_started(self, plan: Plan, path: Path, done: int) -> None:
        """Tell how far the run is."""
        self._before, self._total = done, plan.planned_trials
        self._progress("trials", done, self._total)

    @hookimpl
    def trial_finished(self, record: TrialRecord) -> None:
        """Tell of one more; a further attempt at it is not another one."""
        self._ended.add((record.key.task, record.key.repeat))
        self._progress("trials", self._before + len(self._ended), self._total)
