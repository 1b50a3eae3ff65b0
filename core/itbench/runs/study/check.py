"""Looks at all runs of a study before the first trial begins, so that what cannot start is known at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from itbench.errors import ITBenchError, StorageError
from itbench.interfaces.progress import Progress
from itbench.runs.session import Session, missing_for, prepare
from itbench.runs.study.entries import Entry
from itbench.runs.study.read import StudyError


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a run of a study cannot start."""

    entry: Entry
    message: str


def prepared_sessions(entries: Sequence[Entry], progress: Progress) -> list[Session]:
    """Return the session of each run as it would be started, whatever it lacks on this machine.

    Raises:
        StudyError: some of them cannot be planned; it names them all.
    """
    problems: list[Problem] = []
    sessions = [tried(entry, partial(prepare, entry.options, progress), problems) for entry in entries]
    refuse(problems)
    return [session for session in sessions if session is not None]


def check_entries(entries: Sequence[Entry], progress: Progress) -> list[Session]:
    """Return the sessions of runs that can start.

    Raises:
        StudyError: some of them cannot; it names them all.
    """
    sessions, problems = checked_entries(entries, progress)
    refuse(problems)
    return sessions


def checked_entries(entries: Sequence[Entry], progress: Progress) -> tuple[list[Session], list[Problem]]:
    """Return the sessions of the runs that can be planned, and what keeps runs from starting."""
    problems: list[Problem] = []
    sessions = []
    for entry in entries:
        session = tried(entry, partial(prepare, entry.options, progress), problems)
        if session is not None:
            sessions.append(session)
            problems += [Problem(entry, f"this is missing: {thing}") for thing in missing_for(session)]
    return sessions, problems


def tried(entry: Entry, prepared: Callable[[], Session | None], problems: list[Problem]) -> Session | None:
    """Return what a function makes of a run; None with a problem where it cannot."""
    try:
        return prepared()
    except StorageError:
        raise  # Of this machine, and not of the run.
    except ITBenchError as error:
        problems.append(Problem(entry, str(error)))
        return None


def refuse(problems: Sequence[Problem]) -> None:
    """Refuse a study of which some runs cannot start.

    Raises:
        StudyError: there are such.
    """
    grouped: dict[str, list[Entry]] = {}
    for problem in problems:
        grouped.setdefault(problem.message, []).append(problem.entry)
    if grouped:
        raise StudyError(f"{_named(entries)} cannot start: {message}" for message, entries in grouped.items())


def _named(entries: Sequence[Entry]) -> str:
    more = len(entries) - 1
    return str(entries[0]) + (f" and {more} more run{'s' if more > 1 else ''}" if more else "")
