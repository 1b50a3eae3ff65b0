"""One trial as text: who worked on what, its score and why, turn by turn what happened, and what was handed in beside the truth."""

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import agent_label
from itbench.report.beside import submission_beside_truth
from itbench.report.metric_families import folded_metrics, whole_metrics
from itbench.report.shown import shown_metrics
from itbench.report.stored_metrics import decoded_score
from itbench.report.table import counted, dollars, number, seconds, table, terminal_columns
from itbench.report.transcript.layout import transcript_lines
from itbench.report.transcript.reader import blocks
from itbench.store.reader import RunFile, TrialDetail
from itbench.store.streamed import StreamedTrial
from itbench.text.colour import Line, Style, line

_SHOWN_TRIALS = 8


def trial_lines(
    run: RunFile, trial: int, truth: Callable[[], JsonObject | str], *, is_whole: bool = False
) -> Generator[Line]:
    """Yield the report of one trial line by line, while it is read.

    Args:
        run: the file.
        trial: its number.
        truth: returns the truth, or why it cannot be shown; called last.
        is_whole: whether nothing is left out or folded.

    Raises:
        RunFileError: the trial is not what was written.
    """
    streamed = StreamedTrial(run, trial)
    detail, plan = streamed.detail, run.plan()
    yield from _title(detail, plan)
    yield from _outcome(detail, plan, is_whole=is_whole)
    yield from _others(run, detail)
    columns = terminal_columns()
    yield from transcript_lines(blocks(streamed.events()), columns=columns, is_whole=is_whole)
    yield line()
    yield from map(line, submission_beside_truth(detail, truth(), is_whole=is_whole))


def _title(detail: TrialDetail, plan: JsonObject) -> Iterator[Line]:
    row = detail.row
    name = f"{row['task']} repeat {row['repeat']} attempt {row['attempt']}"
    suite = f"{plan['domain']}/{plan['suite']} {plan['suite_version']}"
    yield line(f"{name}, {row['started_at']}", Style.STRONG)
    yield line(f"{suite}, agent {agent_label(plan['agent'])}")
    yield line()


def _outcome(detail: TrialDetail, plan: JsonObject, *, is_whole: bool) -> Iterator[Line]:
    """Yield the score and why, what the trial took, and whose fault it was if it was one."""
    row, score = detail.row, decoded_score(detail.score)
    yield line(_score_text(score, plan), Style.STRONG)
    if row["limit_hit"]:
        yield line(f"limit reached: {row['limit_hit']}", Style.WARNING)
    for source in (row, score or {}):
        if source.get("fault"):
            yield line(f"fault of the {source['fault_stage']}: {source['fault']}", Style.BAD)
            yield from (
                line(f"    {text}", Style.QUIET) for text in (source["fault_traceback"] or "").splitlines()
            )
    for reason in score["reasons"] if score else ():
        yield line(f"- {reason}")
    used = f"{counted(row['turns'], 'turn')}, {counted(row['tool_calls'], 'tool call')} ({row['failed_tool_calls']} failed)"
    yield line(f"{used}, {_taken(row)}, {seconds(row['wall_s'])}")
    if score and score["metrics"]:
        yield line()
        rows = (whole_metrics if is_whole else folded_metrics)(score["metrics"])
        yield from map(line, table(["metric", "value"], rows, numbers=["value"]).splitlines())


def _score_text(score: JsonObject | None, plan: JsonObject) -> str:
    if score is None:
        return "score none"
    if score["is_leak"]:
        return "score 0, the truth was seen"
    beside = [
        f"{title} {number(score['metrics'].get(metric))}" for title, metric in shown_metrics(plan).items()
    ]
    return ", ".join([f"score {number(score['value'])}", *beside])


def _others(run: RunFile, detail: TrialDetail) -> Iterator[Line]:
    """Yield a line with the other trials of the same task, as `itbench show` takes them."""
    row = detail.row
    others = [
        f"{each['task']}:{each['repeat']}:{each['attempt']}"
        for each in run.trials_of(row["task"])
        if each["id"] != row["id"]
    ]
    if others:
        shown = ", ".join(others[:_SHOWN_TRIALS]) + (", ..." if len(others) > _SHOWN_TRIALS else "")
        yield line()
        yield line(f"{len(others)} more of this task: {shown}")


def _taken(row: Mapping[str, Any]) -> str:
    """Return what the replies of a model took, as far as it is known."""
    if not row["replies"]:
        return "no model replies"
    known = row["input_tokens"] is not None and row["output_tokens"] is not None
    tokens = f"{row['input_tokens'] + row['output_tokens']} tokens" if known else "tokens unknown"
    if row["uncounted"]:
        tokens += f" of {row['uncounted']} of {row['replies']} replies"
    return f"{tokens}, {'cost unknown' if row['cost_usd'] is None else dollars(row['cost_usd'])}"
