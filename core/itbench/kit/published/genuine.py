"""Tells data that others put in the place of a published dataset, as far as that can be told without the hub.

Names and counts are known; what is in the files is not: a changed copy of the published data looks like it.
"""

from collections.abc import Sequence
from pathlib import Path

from itbench.kit.published.dataset import Dataset


def gap(dataset: Dataset, directory: Path, present: Sequence[str]) -> str | None:
    """Return how many of the published tasks a directory lacks, in one clause; None where it has all that are known of.

    Args:
        dataset: that it should be.
        directory: where the directories of the tasks lie.
        present: names of those directories, or of all that the dataset's own list has.
    """
    count = len(dataset.published) or dataset.count
    if count is None or len(set(present)) >= count:
        return None
    tasks = f"{dataset.part or 'tasks'} of {dataset.name}"
    return f"{directory} has {len(set(present))} of the {count} {tasks}"


def departure(
    dataset: Dataset, directory: Path, present: Sequence[str], listed: Sequence[str] | None = None
) -> str | None:
    """Return why a directory does not hold what was published, in one clause; None where nothing tells.

    Args:
        dataset: that it should be.
        directory: where the directories of the tasks lie.
        present: names of those directories; some may not have been fetched.
        listed: names in the dataset's own list of its tasks, which is always whole; None if it has none.
    """
    name = dataset.name
    if not dataset.is_own(directory):
        return f"{directory} is not laid out like {name}: {dataset.own_mark}"
    known = dataset.published
    strange = sorted({*present, *(listed or ())} - known) if known else []
    if strange:
        return f"{name} has no {strange[0]}, but {directory} has"
    if dataset.count is not None and len(present) > dataset.count:
        return f"{name} has {dataset.count} tasks, {directory} has {len(present)}"
    if listed is not None and known and set(listed) != known:
        return f"the list in {directory} has {len(set(listed))} of the {len(known)} tasks of {name}"
    return None
