"""What a run says in GitHub Actions: annotations of the workflow, and a summary of the step.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from itbench.errors import StorageError
from itbench.report.ci.cases import Verdict, cases
from itbench.report.document import Section, Table, document_markdown
from itbench.report.run_text import closing_lines, score_lines, title
from itbench.report.summary import RunSummary
from itbench.report.table import number, seconds
from itbench.store.reader import RunFile
from itbench.text.harmless import one_line

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
# GitHub shows ten annotations of a kind in a step, and takes a summary of at most a mebibyte.
_MOST_ANNOTATIONS = 10
_MOST_ROWS = 1000
_MOST_WORDS = 500
_LEVELS = {Verdict.FAILED: "warning", Verdict.ERROR: "error"}


def annotations(run: RunFile, failures: Sequence[str]) -> Iterator[str]:
    """Yield workflow commands: why the step fails, then faults that are not the agent's, then tasks without a full score.

    Args:
        run: of which they are.
        failures: why the command is going to fail.
    """
    for failure in failures[:_MOST_ANNOTATIONS]:
        yield _command("error", "itbench", failure)
    found = [case for case in cases(run) if case.verdict in _LEVELS]
    for verdict, room in (
        (Verdict.ERROR, _MOST_ANNOTATIONS - len(failures)),
        (Verdict.FAILED, _MOST_ANNOTATIONS),
    ):
        chosen = [case for case in found if case.verdict is verdict]
        for case in chosen[: max(room, 0)]:
            value = "no score" if case.value is None else f"score {case.value:.3f}"
            words = "; ".join([value, *case.words])[:_MOST_WORDS]
            yield _command(_LEVELS[verdict], f"{case.task}:{case.repeat}", words)


def add_step_summary(run: RunFile, summary: RunSummary, failures: Sequence[str]) -> bool:
    """Append the score and a table of the trials to the summary of the step; tell whether there is one.

    Raises:
        StorageError: it cannot be written.
    """
    path = os.environ.get(SUMMARY_VARIABLE)
    if not path:
        return False
    text = document_markdown(_sections(run, summary, failures))
    try:
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(f"{text}\n\n")
    except OSError as error:
        raise StorageError(f"cannot write {SUMMARY_VARIABLE} {path!r}: {error.strerror}") from error
    return True


def _sections(run: RunFile, summary: RunSummary, failures: Sequence[str]) -> Iterator[Section]:
    notes = [*failures, *score_lines(run, summary), *closing_lines(run, summary)]
    yield Section(title=title(summary), notes=notes)
    rows = [
        [
            case.task,
            str(case.repeat),
            case.status,
            number(case.value),
            seconds(case.wall_s),
            "; ".join(case.words)[:_MOST_WORDS],
        ]
        for case, _ in zip(cases(run), range(_MOST_ROWS), strict=False)
    ]
    head = ["task", "repeat", "status", "score", "time", "why"]
    left_out = summary.trials - len(rows)
    notes = [f"{left_out} more trials are in the run file"] if left_out > 0 else []
    yield Section(table=Table(head=head, rows=rows, numbers=("score", "time")), notes=notes)


def _command(name: str, title: str, message: str) -> str:
    return f"::{name} title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
