"""Writes a run of 100,000 trials with 20 events each through the real store."""

import asyncio
import sys
from pathlib import Path

from stored_plan import stored_plan

from itbench import Score, Submission, Usage
from itbench.interfaces.plan import PlannedAgent
from itbench.interfaces.record import ScoreRecord, TrialKey, TrialRecord
from itbench.interfaces.trace import TAKEN, TraceEvent
from itbench.store.writer import RunWriter, ScoringOrigin, write_plan
from itbench_sums import Sums

TASKS, REPEATS, EVENTS, BATCH = 1000, 100, 20, 1000


def main(path: Path) -> None:
    """Write the run to a file."""
    tasks = list(Sums("many", TASKS).tasks())
    agent = PlannedAgent(name="adder", role="baseline")
    plan = stored_plan("benchmark", agent, tasks, repeats=REPEATS, max_trials=BATCH)
    write_plan(path, plan, tasks)
    writer = RunWriter(path, ScoringOrigin("0", "itbench-sums 1.0", 1))
    try:
        asyncio.run(
            _write(writer, [TrialKey(task.id, repeat, 0) for repeat in range(REPEATS) for task in tasks])
        )
    finally:
        writer.close()


async def _write(writer: RunWriter, keys: list[TrialKey]) -> None:
    for at in range(0, len(keys), BATCH):
        await asyncio.gather(*(writer.trial_finished(_record(key)) for key in keys[at : at + BATCH]))


def _record(key: TrialKey) -> TrialRecord:
    number = int(key.task[-4:]) * REPEATS + key.repeat
    value = number % 3 / 2
    usage = Usage(turns=EVENTS)
    usage.count(dict(zip(TAKEN, (1000 + number % 977, 100, 0, 0, 0.01 + number % 1009 / 1e5), strict=True)))
    text = '{"role":"assistant","content":"thinking about this step of the sum, and about the next one"}'
    return TrialRecord(
        key=key,
        fault=None,
        limit=None,
        submission=Submission(answer={"sum": key.repeat}),
        handed_in=True,
        answer_hash=f"{key.repeat:016x}",
        started_at="2026-01-01T00:00:00.000+00:00",
        wall_s=1.0,
        usage=usage,
        events=[TraceEvent(at / 10, "message", text) for at in range(EVENTS)],
        scoring=ScoreRecord(score=Score(value=value, metrics={"error": value}, reasons=("because",))),
        value=value,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
