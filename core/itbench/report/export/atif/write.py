"""Writes the trajectories of a run, one file a trial, with memory for one of them."""

import json
from pathlib import Path

from itbench.host.output_file import open_output
from itbench.report.export.atif.trajectory import trajectory_of
from itbench.report.export.attempts import asked_models
from itbench.report.export.rows import TRIALS
from itbench.store.reader import RunFile

FILE = "trajectory.json"


def write_trajectories(run: RunFile, folder: Path) -> int:
    """Write `RUN/TASK-REPEAT/trajectory.json` for each trial that counts, and return the number of trials."""
    plan, models, count = run.plan(), asked_models(run), 0
    for row in run.connection.execute(TRIALS):
        found = dict(row) | {"models": models.get(row["trial"])}
        trajectory = trajectory_of(run, plan, found, run.task(row["task"])["instructions"])
        # A folder for each: Harbor keeps the trajectory of a trial by this name in the trial's own folder.
        with open_output(folder / plan["id"] / f"{row['task']}-{row['repeat']}" / FILE) as file:
            file.write(json.dumps(trajectory, ensure_ascii=True, indent=1, allow_nan=False).encode())
        count += 1
    return count
