"""Downloads a published dataset, or only some of its scenarios, whose numbers are checked before."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from itbench import DataError, Progress, UsageError
from itbench.kit import HubDataset, download, list_files
from itbench_sre.published.datasets import DIRECTORY_PREFIX

_SCENARIO = re.compile(rf"/{DIRECTORY_PREFIX}(\d+)/")


def fetch_dataset(
    dataset: HubDataset, numbers: Sequence[int], *, revision: str | None, progress: Progress
) -> Path:
    """Download the dataset, or only some of its scenarios, and return its root.

    Raises:
        UsageError: the client is not installed, or there is no such scenario.
        DataError: the download did not succeed.
    """
    _check_numbers(dataset, numbers, list_files(dataset, revision=revision))
    names = [f"{DIRECTORY_PREFIX}{number}" for number in numbers]
    return download(dataset, names, revision=revision, progress=progress)


def _check_numbers(dataset: HubDataset, numbers: Sequence[int], paths: Iterable[str]) -> None:
    prefix = dataset.folder.removesuffix("*")
    found = {int(match[1]) for path in paths if path.startswith(prefix) and (match := _SCENARIO.search(path))}
    if not found:
        raise DataError(f"{dataset.repository} has no scenario in {dataset.folder!r}; is HF_ENDPOINT right?")
    for number in numbers:
        if number not in found:
            known = ", ".join(map(str, sorted(found)))
            raise UsageError(
                f"{dataset.repository} has no task {dataset.suite}-{number}; its numbers are {known}"
            )
