"""Where the published incidents lie on the hub, and how their files are laid out."""

from pathlib import Path

from itbench.hub.dataset import HubDataset

INDEX_NAME = "data.jsonl"
DIRECTORY_PREFIX = "Scenario-"
_EXPECTED = f"{DIRECTORY_PREFIX}<N> directory"


def _holds_scenarios(directory: Path) -> bool:
    return any(path.is_dir() for path in directory.glob(f"{DIRECTORY_PREFIX}*"))


def _has_index(directory: Path) -> bool:
    return (directory / INDEX_NAME).exists()


def _has_no_index(directory: Path) -> bool:
    return not _has_index(directory)


AA = HubDataset(
    repository="ArtificialAnalysis/ITBench-AA",
    domain="sre",
    suite="itbench-aa",
    folder="sre",
    expected=_EXPECTED,
    holds_tasks=_holds_scenarios,
    is_own=_has_index,
    extra_files=(INDEX_NAME,),
)
LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="sre",
    suite="itbench-lite",
    folder="snapshots/sre/*",
    expected=_EXPECTED,
    holds_tasks=_holds_scenarios,
    is_own=_has_no_index,
)
