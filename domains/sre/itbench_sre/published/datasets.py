"""Where the published incidents lie on the hub, and how their files are laid out."""

from collections.abc import Iterable
from pathlib import Path

from itbench.kit import HubDataset

INDEX_NAME = "data.jsonl"
DIRECTORY_PREFIX = "Scenario-"
_EXPECTED = f"{DIRECTORY_PREFIX}<N> directory"


def _holds_scenarios(directory: Path) -> bool:
    return any(path.is_dir() for path in directory.glob(f"{DIRECTORY_PREFIX}*"))


def _has_index(directory: Path) -> bool:
    return (directory / INDEX_NAME).exists()


def _has_no_index(directory: Path) -> bool:
    return not _has_index(directory)


def _names(numbers: Iterable[int]) -> frozenset[str]:
    return frozenset(f"{DIRECTORY_PREFIX}{number}" for number in numbers)


# The public ids, which are not consecutive; ITBench-AA has all those of ITBench-Lite and five more.
_LITE_NUMBERS = (1, 2, 4, 5, 6, 7, 8, 9, *range(11, 26), 29, 31, 33, 34, 35, 38, 80, 81, 83, 91, 102, 105)
_AA_NUMBERS = (*_LITE_NUMBERS, 3, 26, 27, 37, 40)


def _number(name: str) -> str:
    return name.removeprefix(DIRECTORY_PREFIX)


AA = HubDataset(
    repository="ArtificialAnalysis/ITBench-AA",
    domain="sre",
    suite="itbench-aa",
    folder="sre",
    expected=_EXPECTED,
    holds_tasks=_holds_scenarios,
    is_own=_has_index,
    own_mark=f"there is no {INDEX_NAME}",
    count=len(_AA_NUMBERS),
    published=_names(_AA_NUMBERS),
    extra_files=(INDEX_NAME,),
    task_id=lambda name: f"itbench-aa-{_number(name)}",
)
LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="sre",
    suite="itbench-lite",
    folder="snapshots/sre/*",
    expected=_EXPECTED,
    holds_tasks=_holds_scenarios,
    is_own=_has_no_index,
    own_mark=f"there is a {INDEX_NAME}",
    count=len(_LITE_NUMBERS),
    published=_names(_LITE_NUMBERS),
    task_id=lambda name: f"itbench-lite-{_number(name)}",
)
