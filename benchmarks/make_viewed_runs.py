"""Writes runs for the benchmarks of the viewer: many small ones and one of a trial of 1,000 turns and 100 MB, or some for a site."""

import asyncio
import os
import shutil
import sys
from pathlib import Path

from stored_plan import stored_plan

from itbench import Limits, Score, Submission, Trace
from itbench.interfaces.plan import PlannedAgent
from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
from itbench.store.writer import RunWriter, ScoringOrigin, write_plan
from itbench_sums import Sums

TURNS, OUTPUT = 1000, 100_000
SITE_TRIALS, SITE_TURNS, SITE_OUTPUT = 500, 10, 1_000


def site_runs(folder: Path, count: int) -> None:
    """Write runs of some agents on the same 500 tasks, for a site."""
    for number in range(count):
        traces = [_trace(SITE_TURNS, SITE_OUTPUT) for _ in range(SITE_TRIALS)]
        _write(folder / f"20260101T{number:06}Z-site.itbench", traces, agent=number)


def viewed_runs(folder: Path, count: int) -> None:
    """Write many short runs and a long one, for a viewer."""
    short = folder / "short.itbench"
    _write(short, [_trace(3, 200) for _ in range(10)])
    for number in range(count):
        shutil.copyfile(short, folder / f"20260101T{number:06}Z-short.itbench")
    short.unlink()
    _write(folder / "20270101T000001Z-long.itbench", [_trace(TURNS, OUTPUT)])


def _trace(turns: int, output: int) -> Trace:
    """Return a trace whose outputs do not shrink when they are packed."""
    found = Trace(limits=Limits(turns=TURNS))
    for turn in range(turns):
        found.turn()
        found.record("reply", text=f"I look at part {turn}.", use={"input_tokens": 900, "output_tokens": 20})
        text = os.urandom(output // 2).hex()
        found.tool_call(
            "execute",
            {"command": f"cat part-{turn}"},
            {"exit_code": 0, "stdout": text, "stderr": ""},
            is_ok=True,
            duration_s=0.1,
        )
    return found


def _write(path: Path, traces: list[Trace], agent: int = 0) -> None:
    tasks = list(Sums("many", len(traces)).tasks())
    plan = stored_plan(f"viewed{agent}", PlannedAgent(name=f"someone-{agent}"), tasks)
    write_plan(path, plan, tasks)
    writer = RunWriter(path, ScoringOrigin("0", "itbench-sums 1.0", 1))
    try:
        records = [
            # No two agents solve the same tasks, and later ones solve more.
            _record(task.id, trace, (at * 7 + agent * 3) % 11 < agent + 1)
            for at, (task, trace) in enumerate(zip(tasks, traces, strict=True))
        ]
        asyncio.run(_finish(writer, records))
    finally:
        writer.close()


async def _finish(writer: RunWriter, records: list[TrialRecord]) -> None:
    for record in records:
        await writer.trial_finished(record)


def _record(task: str, trace: Trace, is_solved: bool) -> TrialRecord:
    value = 1.0 if is_solved else 0.5
    return TrialRecord(
        key=TrialKey(task, 0, 0),
        fault=None,
        limit=None,
        submission=Submission(answer={"sum": 3}),
        handed_in=True,
        answer_hash="0" * 16,
        started_at="2026-01-01T00:00:00.000+00:00",
        wall_s=1.0,
        usage=trace.usage,
        events=list(trace.events),
        scoring=ScoreRecord(score=Score(value=value, metrics={"error": 1.0}, reasons=("off by one",))),
        value=value,
    )


if __name__ == "__main__":
    write = {"site": site_runs, "view": viewed_runs}[sys.argv[1]]
    write(Path(sys.argv[2]), int(sys.argv[3]))
