"""Begins a study in its folder, or opens it again to run what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self

from itbench.errors import UsageError
from itbench.interfaces.progress import Progress, no_progress
from itbench.interfaces.study import Study
from itbench.runs.resume import has_nothing_to_resume
from itbench.runs.session import Session, reopen
from itbench.runs.study.check import Problem, check_entries, checked_entries, refuse, tried
from itbench.runs.study.entries import Entry, Settings, check_study, study_entries
from itbench.runs.study.read import read_study
from itbench.runs.study.state import (
    NAME,
    StudyRun,
    StudySecrets,
    StudyState,
    changes,
    is_study_folder,
    read_state,
    study_document,
    write_state,
)
from itbench.store.claim import Claim
from itbench.suites.secret import remember, secret_fingerprints

RUNS = Path("runs")
_SHOWN_CHANGES = 5


@dataclass(slots=True)
class OpenStudy:
    """A study on which this process works.

    Attributes:
        folder: of its run files.
        entries: its runs, in their order.
        state: what its folder says; replaced as runs begin.
        claim: on its folder.
        is_other_version_allowed: whether its runs may be resumed by another version.
    """

    folder: Path
    entries: list[Entry]
    state: StudyState
    claim: Claim
    is_other_version_allowed: bool = False

    def path(self, place: int) -> Path | None:
        """Return the file of a run; None where it has not begun."""
        name = self.state.runs[place].file
        path = None if name is None else self.folder / name
        return path if path is not None and path.exists() else None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.claim.release()


def planned_study(
    path: Path, *, out: Path | None, max_trials: int | None, max_cost_usd: float | None
) -> tuple[Study, Settings]:
    """Return the study in a file, and what holds for its runs.

    Raises:
        StudyError: it cannot be read, or cannot be meant.
    """
    file = read_study(path)
    check_study(file)
    study = file.study
    folder = out or (RUNS / path.stem if study.out is None else Path(study.out))
    cost = max_cost_usd if max_cost_usd is not None else study.max_cost
    return study, Settings(out=folder, base=Path.cwd(), max_trials=max_trials, max_cost_usd=cost)


def begin_study(path: Path, study: Study, settings: Settings, progress: Progress = no_progress) -> OpenStudy:
    """Check all runs of a study, and make its folder.

    Raises:
        StudyError: some of its runs cannot start.
        UsageError: the folder has other runs.
    """
    folder = settings.out
    _refuse_used(folder, path, study)
    entries = study_entries(study, settings)
    secrets = _secrets(entries, check_entries(entries, progress))
    claim = Claim(folder / NAME)
    try:
        _refuse_used(folder, path, study)
        state = StudyState(
            study_file=str(path.resolve()),
            base=str(settings.base),
            study=study_document(study, secrets),
            secrets=dict(secrets),
            max_trials=settings.max_trials,
            max_cost_usd=settings.max_cost_usd,
            runs=tuple(StudyRun(suite=entry.suite, agent=entry.agent) for entry in entries),
        )
        write_state(folder, state)
    except BaseException:
        claim.release()
        raise
    return OpenStudy(folder, entries, state, claim)


def reopen_study(
    folder: Path,
    progress: Progress = no_progress,
    *,
    max_cost_usd: float | None = None,
    is_other_version_allowed: bool = False,
) -> OpenStudy:
    """Open the study in a folder to run what is missing.

    Raises:
        StudyError: some of its runs cannot start or be resumed.
        UsageError: its file says something else now.
        RunFileError: another process works on it.
    """
    read_state(folder)
    claim = Claim(folder / NAME)
    try:
        state = read_state(folder)
        _refuse_changed(folder, state)
        if max_cost_usd is not None:
            state = state.model_copy(update={"max_cost_usd": max_cost_usd})
            write_state(folder, state)
        entries = study_entries(state.whole_study(), state.settings(folder))
        found = OpenStudy(folder, entries, state, claim, is_other_version_allowed)
        _check_missing(found, progress)
    except BaseException:
        claim.release()
        raise
    return found


def _secrets(entries: list[Entry], sessions: list[Session]) -> Mapping[str, StudySecrets]:
    """Return the secret options of suites by title, and keep their values where only this user can read them."""
    found: dict[str, StudySecrets] = {}
    for entry, session in zip(entries, sessions, strict=True):
        fingerprints = {} if entry.suite in found else secret_fingerprints(session.suite, entry.options.suite)
        if fingerprints:
            remember(session.domain.name, session.suite, entry.options.suite)
            found[entry.suite] = StudySecrets(
                domain=session.domain.name, suite=session.suite.name, fingerprints=fingerprints
            )
    return found


def _refuse_used(folder: Path, path: Path, study: Study) -> None:
    if is_study_folder(folder):
        changed = changes(read_state(folder), study)
        begun = (
            f"was begun in {str(folder)!r} already" if not changed else f"is not the one in {str(folder)!r}"
        )
        raise UsageError(
            f"the study {str(path)!r} {begun}{_shown(changed)}; `itbench resume {folder}` runs what is missing there, "
            "--out DIR begins another one"
        )
    if next(folder.glob("*.itbench"), None) is not None:
        raise UsageError(
            f"{str(folder)!r} holds other runs; give the study a folder of its own with --out DIR"
        )


def _refuse_changed(folder: Path, state: StudyState) -> None:
    """Refuse a study whose file says something else than at its beginning; where it is gone, the folder says enough."""
    path = Path(state.study_file)
    if not path.exists():
        return
    file = read_study(path)
    check_study(file)
    changed = changes(state, file.study)
    if changed:
        raise UsageError(
            f"{str(path)!r} has changed since the study in {str(folder)!r} was begun{_shown(changed)}; change it back, "
            f"or begin a new study: itbench run {path} --out DIR"
        )


def _shown(changed: list[str]) -> str:
    more = f", and {len(changed) - _SHOWN_CHANGES} more" if len(changed) > _SHOWN_CHANGES else ""
    return f" ({', '.join(changed[:_SHOWN_CHANGES])}{more})" if changed else ""


def _check_missing(study: OpenStudy, progress: Progress) -> None:
    """Look at the runs that have not begun or not ended."""
    problems: list[Problem] = []
    fresh = []
    for place, entry in enumerate(study.entries):
        path = study.path(place)
        if path is None:
            fresh.append(entry)
        else:
            tried(entry, partial(_looked_at, study, path, progress), problems)
    refuse([*problems, *checked_entries(fresh, progress)[1]])


def _looked_at(study: OpenStudy, path: Path, progress: Progress) -> Session | None:
    if has_nothing_to_resume(path):
        return None
    return reopen(path, progress, is_other_version_allowed=study.is_other_version_allowed)
