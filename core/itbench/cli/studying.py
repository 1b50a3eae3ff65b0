"""What `run` and `resume` do with a study: several runs out of one file."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from itbench.cli.checks import Checks
from itbench.cli.exit_codes import INTERRUPTED
from itbench.cli.output import print_json, print_note, print_text
from itbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from itbench.errors import ITBenchError
    from itbench.interfaces.progress import Progress
    from itbench.interfaces.study import Study
    from itbench.runs.hooks import Hooks
    from itbench.runs.session import Session
    from itbench.runs.study.carry_out import StudyEnd
    from itbench.runs.study.entries import Entry, Settings
    from itbench.runs.study.open import OpenStudy

_ENDINGS = (".yaml", ".yml", ".json")
# What the command line may say of all runs of a study; all else stands in its file.
_OF_ALL_RUNS = frozenset(
    {
        "reference",
        "out",
        "max_trials",
        "max_cost",
        "fail_under",
        "fail_on",
        "junit",
        "github",
        "dry_run",
        "as_json",
    }
)


def is_study_file(reference: str) -> bool:
    """Tell whether a word means a study file: by its ending."""
    return reference.lower().endswith(_ENDINGS) and not Path(reference).is_dir()


def run_study(
    context: typer.Context,
    reference: str,
    *,
    out: Path,
    max_trials: int,
    max_cost: float | None,
    checks: Checks,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Run a study, or show what it would do.

    Raises:
        UsageError: an option is given that belongs in its file, or the study cannot be run.
    """
    from itbench.cli.waiting import waiting
    from itbench.runs.study.open import begin_study, planned_study

    _refuse_others(context)
    path = Path(reference)
    with _one_line_each():
        study, settings = planned_study(
            path,
            out=out if _is_given(context, "out") else None,
            max_trials=max_trials if _is_given(context, "max_trials") else None,
            max_cost_usd=max_cost,
        )
        if dry_run:
            _preview(study, settings, as_json=as_json)
            return
        with waiting() as progress:
            found = begin_study(path, study, settings, progress)
    _carry_out(found, checks, as_json=as_json)


def resume_study(
    folder: Path,
    *,
    max_cost: float | None,
    checks: Checks,
    allow_other_version: bool,
    as_json: bool,
) -> None:
    """Run what a study lacks.

    Raises:
        UsageError: it cannot be resumed.
    """
    from itbench.cli.waiting import waiting
    from itbench.runs.study.open import reopen_study

    with _one_line_each(), waiting() as progress:
        found = reopen_study(
            folder, progress, max_cost_usd=max_cost, is_other_version_allowed=allow_other_version
        )
    _carry_out(found, checks, as_json=as_json)


class _Notes:
    """Tells on standard error how a study goes on."""

    def begins(self, number: int, total: int, entry: "Entry") -> None:
        print_note(f"run {number} of {total}: {entry}")

    def waiting(self) -> "AbstractContextManager[Progress]":
        from itbench.cli.waiting import waiting

        return waiting()

    def hooks(self, session: "Session") -> "Hooks":
        from itbench.report.progress import RunProgress
        from itbench.runs.hooks import Hooks

        for note in session.notes:
            print_note(f"note: {note}")
        hooks = Hooks()
        hooks.add_installed()
        hooks.add(RunProgress())
        return hooks

    def failed(self, entry: "Entry", error: "ITBenchError") -> None:
        print_note(f"error: {entry}: {error}; the other runs continue")


def _refuse_others(context: typer.Context) -> None:
    given = [
        parameter.opts[0] if parameter.opts[0].startswith("-") else "the words after --"
        for parameter in context.command.params
        if parameter.name not in _OF_ALL_RUNS and _is_given(context, str(parameter.name))
    ]
    if given:
        raise UsageError(
            f"with a study file, leave out {', '.join(given)}: the file says which suites and agents to run, and how"
        )


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


@contextmanager
def _one_line_each() -> "Iterator[None]":
    """Print whatever is wrong with a study as a list."""
    from itbench.runs.study.read import StudyError

    try:
        yield
    except StudyError as error:
        for line in error.lines:
            print_note(f"error: {line}")
        raise typer.Exit(StudyError.exit_code) from error


def _preview(study: "Study", settings: "Settings", *, as_json: bool) -> None:
    from itbench.cli.waiting import waiting
    from itbench.report.study_preview import StudyPreview, study_preview_json, study_preview_text
    from itbench.runs.preview import preview
    from itbench.runs.study.check import prepared_sessions
    from itbench.runs.study.entries import study_entries

    entries = study_entries(study, settings)
    with waiting() as progress:
        sessions = prepared_sessions(entries, progress)
    runs = [(entry, preview(session)) for entry, session in zip(entries, sessions, strict=True)]
    found = StudyPreview(settings.out, runs, settings.max_cost_usd)
    if as_json:
        print_json(study_preview_json(found))
    else:
        print_text(study_preview_text(found))


def _carry_out(study: "OpenStudy", checks: Checks, *, as_json: bool) -> None:
    from itbench.runs.runner import Ending
    from itbench.runs.study.carry_out import carry_out

    again = f"itbench resume {study.folder}"
    try:
        with study:
            end = carry_out(study, _Notes())
    except BaseException:
        print_note(f"stopped; resume with: {again}")
        raise
    if end.ending is Ending.INTERRUPTED:
        print_note(f"interrupted; resume with: {again}")
        raise typer.Exit(INTERRUPTED)
    try:
        _report(study.folder, end, checks, as_json=as_json)
    finally:
        if end.ending is Ending.SPENT:
            print_note(f"stopped: {end.reason}; continue with: {again} --max-cost USD")


def _report(folder: Path, end: "StudyEnd", checks: Checks, *, as_json: bool) -> None:
    from itbench.report.document import document_text
    from itbench.report.matrix import study_matrix
    from itbench.report.matrix_forms import matrix_json, matrix_section
    from itbench.store.reader import RunFile

    matrix = study_matrix(folder, end.failures)
    if as_json:
        print_json(matrix_json(matrix))
    else:
        print_text(document_text([matrix_section(matrix)]))
    failures: list[tuple[Path, Sequence[str]]] = []
    for cell in matrix.cells:
        if cell.path is not None and cell.summary is not None:
            with RunFile(cell.path) as run:
                failures.append((cell.path, checks.demands.judged(run, cell.summary).unmet))
            for failure in failures[-1][1]:
                print_note(f"error: {cell}: {failure}")
        elif checks.fail_under is not None:
            print_note(f"error: {cell}: there is no score, with --fail-under {checks.fail_under:g}")
    checks.tell(failures)
    if any(unmet for _, unmet in failures) or not matrix.is_sound:
        raise typer.Exit(1)
