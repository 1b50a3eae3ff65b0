"""Where the FinOps tasks lie in ITBench-Lite."""

from pathlib import Path

from itbench.kit import HubDataset

DIRECTORY_PREFIX = "Scenario-"


def _holds_tasks(directory: Path) -> bool:
    """Tell whether there are FinOps tasks, and not those of another domain in the same layout."""
    return any((path / "anomaly.json").exists() for path in directory.glob(f"{DIRECTORY_PREFIX}*"))


LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="finops",
    suite="itbench-lite",
    folder="snapshots/finops/*",
    expected=f"{DIRECTORY_PREFIX}<N> directory with an anomaly.json",
    holds_tasks=_holds_tasks,
    part="FinOps tasks",
    count=15,
    task_id=lambda name: f"itbench-lite-{name.removeprefix(DIRECTORY_PREFIX)}",
)
