"""What a run says in GitHub Actions: annotations of the workflow, and a summary of the step.

https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
"""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from itbench.errors import StorageError
from itbench.report.agent_label import agent_label
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


class Annotations:
    """Annotates runs of one step, which has room for so many of each kind: one that is never shown would only push others away."""

    def __init__(self) -> None:
        self._room = Counter(dict.fromkeys(("error", "warning"), _MOST_ANNOTATIONS))

    def failing(self, run: RunFile, failures: Sequence[str]) -> Iterator[str]:
        """Yield workflow commands for why the step fails."""
        for failure in failures:
            yield from self._told("error", _name_of(run), failure)

    def trials(self, run: RunFile, verdict: Verdict) -> Iterator[str]:
        """Yield workflow commands for the trials with a verdict: faults that are not the agent's, or tasks without a full score."""
        level = _LEVELS[verdict]
        for case in cases(run):
            if not self._room[level]:
                return
            if case.verdict is verdict:
                value = "no score" if case.value is None else f"score {case.value:.3f}"
                title = f"{case.task}:{case.repeat} of {_name_of(run)}"
                yield from self._told(level, title, _cut("; ".join([value, *case.words])))

    def _told(self, level: str, title: str, message: str) -> Iterator[str]:
        if self._room[level]:
            self._room[level] -= 1
            yield f"::{level} title={_property(title)}::{_data(message)}"


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
            _cut("; ".join(case.words)),
        ]
        for case, _ in zip(cases(run), range(_MOST_ROWS), strict=False)
    ]
    head = ["task", "repeat", "status", "score", "time", "why"]
    left_out = summary.trials - len(rows)
    notes = [f"{left_out} more trials are in the run file"] if left_out > 0 else []
    yield Section(table=Table(head=head, rows=rows, numbers=("score", "time")), notes=notes)


def _name_of(run: RunFile) -> str:
    plan = run.plan()
    return f"{plan['domain']}/{plan['suite']} with {agent_label(plan['agent'])}"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_WORDS else f"{text[: _MOST_WORDS - 1]}…"


def _data(text: str) -> str:
    return one_line(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
