"""Where the CISO tasks lie in ITBench-Lite."""

import re
from pathlib import Path

from itbench.kit import HubDataset

TASK_TEXT = "problem.md"
# A folder's name ends with the number of its control, such as k8s-opa-static-cis-5.1.1.
TASK_NAME = re.compile(r"[A-Za-z0-9-]*cis-(?P<number>\d+(?:\.\d+){1,3})(?P<rest>[A-Za-z0-9._-]{0,40})")


def task_directories(directory: Path) -> list[Path]:
    """Return the directories of tasks, by the numbers of their controls."""
    found = [
        path
        for path in directory.iterdir()
        if TASK_NAME.fullmatch(path.name) and (path / TASK_TEXT).is_file()
    ]
    return sorted(found, key=lambda path: (_numbers(path.name), path.name))


def _holds_tasks(directory: Path) -> bool:
    return bool(task_directories(directory))


def _numbers(name: str) -> list[int]:
    match = TASK_NAME.fullmatch(name)
    return [int(part) for part in match["number"].split(".")] if match else []


LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="ciso",
    suite="itbench-lite",
    folder="snapshots/ciso/*",
    expected=f"directory of a CISO task with a {TASK_TEXT}",
    holds_tasks=_holds_tasks,
    part="CISO tasks",
    count=15,
)
