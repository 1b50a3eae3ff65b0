"""What the suites of published incidents share: an index that may hold the truths, and what an incident's files are."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import DataError, JsonObject, PublishedResult
from itbench.kit import PublishedSuite, task_number
from itbench_sre.published.index import INDEX_NAME, MADE_ID, Entry, read_index

if TYPE_CHECKING:
    from itbench import Task


class IncidentDataset(PublishedSuite):
    """Recorded incidents in directories `Scenario-<N>`, with or without an index of them.

    Attributes:
        title: of the dataset.
    """

    version = "1"
    title: str
    # Bookkeeping of the recorder: tells when the fault was injected. The publisher leaves it in some scenarios.
    withheld_names = frozenset({"status.json", "assertion.json"})
    _index: Mapping[str, Entry] = {}

    def list_directories(self, root: Path) -> Mapping[str, Path]:
        """Return the scenarios in the order of the index if there is one, else by number.

        A scenario that the index lists but that was not fetched stays in the list; its inputs raise.

        Raises:
            DataError: the index cannot be used, or lacks a directory; names all that is wrong.
        """
        present, index = super().list_directories(root), root / INDEX_NAME
        self._index = read_index(index, self.dataset.names) if index.is_file() else {}
        if not self._index:
            return present
        unlisted = [path.name for task_id, path in present.items() if task_id not in self._index]
        if unlisted:
            raise DataError(
                f"{index}: {', '.join(unlisted)} has no line in {INDEX_NAME}, so no truth; fetch the dataset again"
            )
        return {task_id: root / entry.name for task_id, entry in self._index.items()}

    def listed_names(self) -> list[str] | None:
        """Return the scenarios in the index, where there is one."""
        return [path.name for path in self.directories.values()] if self._index else None

    def data_warning(self) -> str | None:
        """Return that incidents were made and never published, else what tells them from the published ones."""
        found = super().data_warning()
        made = sum(entry.public_id.startswith(MADE_ID) for entry in self._index.values())
        return f"{made} of its incidents were made with `itbench make`" if made else found

    def settings(self) -> JsonObject:
        """Return what every dataset records, and where the truths come from."""
        has_index = self.listed_names() is not None
        return super().settings() | {"truth_source": INDEX_NAME if has_index else self.truth_names[0]}

    def make_task(self, task_id: str, directory: Path) -> "Task":
        """Return the task of one scenario."""
        from itbench_sre.published.task import make_task

        entry = self._index.get(task_id)
        public_id = entry.public_id if entry is not None else ""
        number = task_number(task_id)
        return make_task(task_id, number, suite=self.name, title=self.title, public_id=public_id)

    def data_problems(self, task_id: str) -> Sequence[str]:
        """Return what cannot be read of a scenario: rows, text that is not UTF-8."""
        from itbench_sre.snapshot.validate import validate_snapshot

        return validate_snapshot(self.directory(task_id), is_strict=False)

    def truth_paths(self, directory: Path) -> list[Path]:
        """Return the index and the truths in a scenario's directory."""
        return [directory.with_name(INDEX_NAME), *super().truth_paths(directory)]

    def find_truth(self, task_id: str, root: Path) -> JsonObject | None:
        """Return the truth in the index, in the scenario's directory, or in `scenario_<N>/v1.yaml`.

        Raises:
            DataError: it cannot be read.
        """
        index, old = root / INDEX_NAME, root / f"scenario_{task_number(task_id)}" / "v1.yaml"
        entry = read_index(index, self.dataset.names).get(task_id) if index.is_file() else None
        if entry is not None and entry.truth_text:
            from itbench_sre.published.truths import make_truth

            return make_truth(entry.truth_text, source=entry.source)
        found = super().find_truth(task_id, root)
        return self.read_truth(task_id, old) if found is None and old.is_file() else found

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        """Return the truth in a file of any published shape, or as it was stored.

        Raises:
            DataError: it cannot be read.
        """
        from itbench_sre.published.truths import read_truth

        return read_truth(path)

    def unwinnable(self, task_id: str) -> Iterator[str]:
        """Yield which root causes of a task no object in its data matches.

        Raises:
            DataError: the scenario was not fetched, or its truth cannot be read.
        """
        from itbench_sre.sightings.winnable import winnable_problems
        from itbench_sre.truth import truth_from_json

        yield from winnable_problems(truth_from_json(self.truth(task_id)), self.inputs(task_id))

    def published(self) -> Sequence[PublishedResult]:
        """Return the results that others published for this dataset."""
        from itbench_sre.published.results import published_results

        return published_results(self.name)
