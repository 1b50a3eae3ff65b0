"""How a run stands while it continues: its score with interval, and faults by stage, trial by trial."""

import time
from collections import Counter
from pathlib import Path

from itbench.interfaces.fault import Stage
from itbench.interfaces.record import TrialRecord
from itbench.store.reader import RunFile

_SCORED_FAULTS = "SELECT task, repeat FROM outcome WHERE status = 'agent fault'"
# An interval may take a while to compute; so much longer is waited before it is computed again.
_REST = 20.0


class Tally:
    """Counts what ends in a run, and what had ended before it was resumed.

    Attributes:
        done: trials that have ended in this session.
    """

    def __init__(self) -> None:
        self.done: set[tuple[str, int]] = set()
        self._values: dict[str, list[float]] = {}
        self._faults: dict[tuple[str, int], Stage] = {}
        self._text = ""
        self._is_new = True
        self._again_at = 0.0

    def read(self, path: Path) -> None:
        """Take in what a resumed run has already; the trials without a score are those that are done now."""
        with RunFile(path) as run:
            for task, values in run.values().items():
                scored = [value for value in values if value is not None]
                if scored:
                    self._values[task] = scored
            for row in run.connection.execute(_SCORED_FAULTS):
                self._faults[row["task"], row["repeat"]] = Stage.AGENT

    def add(self, record: TrialRecord) -> None:
        """Count a trial that has ended; it may do so again after another attempt."""
        key = (record.key.task, record.key.repeat)
        self.done.add(key)
        self._is_new = True
        self._faults.pop(key, None)
        if record.value is not None:
            self._values.setdefault(record.key.task, []).append(record.value)
        fault = record.fault or (record.scoring.fault if record.scoring else None)
        if fault is not None:
            self._faults[key] = fault.stage

    @property
    def line(self) -> str:
        """Score and number of faults, in a few words."""
        means = [sum(values) / len(values) for values in self._values.values()]
        score = f"score {sum(means) / len(means):.3f}" if means else "no score yet"
        count = sum(not stage.is_scored for stage in self._faults.values())
        return score + (f", {count} faults" if count else "")

    @property
    def score(self) -> str:
        """The score with its interval; as it was a moment ago where that takes long to compute."""
        from itbench.statistics import estimate

        now = time.monotonic()
        if self._is_new and now >= self._again_at:
            found = estimate(self._values)
            interval = f", 95 % interval {found.interval.text}" if found.interval else ""
            self._text = "no score yet" if found.mean is None else f"score {found.mean:.3f}{interval}"
            self._is_new = False
            ended = time.monotonic()
            self._again_at = ended + _REST * (ended - now)
        return self._text

    @property
    def faults(self) -> str:
        """How many trials have a fault, by stage; those of the agent count as 0, the others have no score."""
        counts = Counter(self._faults.values())
        agent = counts.pop(Stage.AGENT, 0)
        others = [f"{count} {stage}" for stage, count in sorted(counts.items(), key=lambda each: -each[1])]
        parts = [f"no score: {', '.join(others)}"] if others else []
        return "; ".join(parts + ([f"agent failed: {agent}"] if agent else []))
