"""The suites that read the published datasets as they are."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import Floor, JsonObject, Progress, PublishedResult, Suite, SuiteOptions, UsageError, no_progress
from itbench_sre.published.datasets import AA, INDEX_NAME, LITE

if TYPE_CHECKING:
    from itbench import Input, Task
    from itbench.kit import HubDataset, Location
    from itbench_sre.published.index import Entry


class PublishedSuite(Suite):
    """A dataset that others published, read where it lies."""

    data_options = frozenset({"revision"})

    def __init__(
        self,
        dataset: "HubDataset",
        *,
        title: str,
        summary: str,
        floor: Floor | None = None,
        options: SuiteOptions | None = None,
    ) -> None:
        self.name = dataset.suite
        self.version = "1"
        self.summary = summary
        self.floor = floor
        self._title = title
        self._dataset = dataset
        self._options = options or SuiteOptions()
        self._location: Location | None = None
        self._entries: dict[str, Entry] | None = None
        self._truth_files: list[Path] | None = None

    def configured(self, options: SuiteOptions) -> "PublishedSuite":
        """Return this suite with the user's options; of the extra ones it knows `revision`.

        Raises:
            UsageError: an option that this suite does not have.
        """
        for key in options.extra:
            if key != "revision":
                raise UsageError(f"suite {self.name!r} has no option {key!r}; it knows: revision")
        return PublishedSuite(
            self._dataset, title=self._title, summary=self.summary, floor=self.floor, options=options
        )

    def prepare(self, progress: Progress = no_progress) -> None:
        """Find the dataset and read which tasks it has.

        Raises:
            DataError: it lies nowhere, or its index cannot be used.
        """
        total = len(self._read_entries())
        progress(f"found {self.name} in {self._locate().directory}", total, total)

    def fetch(self, tasks: Sequence[str] = (), progress: Progress = no_progress) -> Path:
        """Download the dataset, or only some of its tasks, and return where it lies.

        Raises:
            UsageError: the hub's client is not installed, or there is no such task.
            DataError: the download did not succeed.
        """
        from itbench_sre.published.fetch import fetch_dataset

        numbers = [self._number(task_id) for task_id in tasks]
        return fetch_dataset(self._dataset, numbers, revision=self._revision, progress=progress)

    def data_warning(self) -> str | None:
        """Return why these are not the scenarios that were published."""
        from itbench.kit import departure

        entries = [*self._read_entries().values()]
        present = [entry.directory.name for entry in entries if entry.directory.is_dir()]
        listed = [entry.directory.name for entry in entries if entry.truth_text is not None]
        return departure(self._dataset, self._locate().directory, present, listed or None)

    def data_gap(self) -> str | None:
        """Return how many of the published scenarios are neither here nor in the index."""
        from itbench.kit import gap

        names = [entry.directory.name for entry in self._read_entries().values()]
        return gap(self._dataset, self._locate().directory, names)

    def settings(self) -> JsonObject:
        """Return the revision of the data if known, its directory's name, the view, and where the truths come from."""
        location = self._locate()
        has_index = any(entry.truth_text is not None for entry in self._read_entries().values())
        return {
            "repository": self._dataset.repository,
            "revision": location.revision,
            "directory": location.directory.name,
            "view": "as-published" if self._options.as_published else "default",
            "truth_source": "data.jsonl" if has_index else "ground_truth.yaml",
        }

    def tasks(self) -> "Iterator[Task]":
        """Yield a task for each scenario, in the publisher's order.

        A scenario that the index lists but that was not fetched is a task too; its inputs raise.
        """
        from itbench_sre.published.task import make_task

        for task_id, entry in self._read_entries().items():
            yield make_task(
                task_id, entry.number, suite=self.name, title=self._title, public_id=entry.public_id
            )

    def inputs(self, task_id: str) -> "Sequence[Input]":
        """Return the files of the scenario, without its truth and, by default, the recorder's bookkeeping.

        Raises:
            DataError: the scenario was not fetched, or a symbolic link leads out of it.
        """
        from itbench_sre.published.inputs import public_inputs

        return public_inputs(
            self._entry(task_id).directory,
            as_published=self._options.as_published,
            blobs=self._locate().blobs,
        )

    def check(self, task_id: str) -> Sequence[str]:
        """Return what was changed since the scenario was fetched, or cannot be read: rows, text that is not UTF-8.

        Raises:
            DataError: the scenario was not fetched.
        """
        from itbench.kit import changed_files
        from itbench_sre.snapshot.validate import validate_snapshot

        directory = self._entry(task_id).directory
        return changed_files(self._dataset, directory) or validate_snapshot(directory, is_strict=False)

    def truth_files(self) -> Sequence[Path]:
        """Return whatever is named like a truth, of every scenario."""
        from itbench.kit import truths_below

        if self._truth_files is None:
            self._truth_files = truths_below(self._locate().directory)
        return self._truth_files

    def truth(self, task_id: str) -> JsonObject:
        """Return the truth that was published with the scenario, with a canary.

        Raises:
            DataError: there is none, it cannot be read, or it was changed since it was fetched.
        """
        from itbench.kit import require_unchanged
        from itbench_sre.published.index import TRUTH_NAMES, read_truth_text
        from itbench_sre.published.truths import make_truth

        entry = self._entry(task_id)
        directory = entry.directory
        paths = [directory.with_name(INDEX_NAME), *(directory / name for name in TRUTH_NAMES)]
        require_unchanged(self._dataset, directory, paths)
        text, source = read_truth_text(entry)
        return make_truth(text, source=source)

    def truth_from(self, task_id: str, directory: Path) -> JsonObject:
        """Return the truth as it lies in another directory, in any published layout or as `<task id>.yaml` or `.json`.

        Raises:
            DataError: there is none, or it cannot be read.
        """
        from itbench_sre.published.truths import find_truth

        return find_truth(task_id, self._number(task_id), directory)

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

    @property
    def _revision(self) -> str | None:
        return self._options.extra.get("revision")

    def _locate(self) -> "Location":
        if self._location is None:
            from itbench.kit import locate

            self._location = locate(self._dataset, self._options.data, self._revision)
        return self._location

    def _read_entries(self) -> "dict[str, Entry]":
        if self._entries is None:
            from itbench_sre.published.index import read_entries

            entries = read_entries(self._locate().directory)
            self._entries = {f"{self.name}-{entry.number}": entry for entry in entries}
        return self._entries

    def _entry(self, task_id: str) -> "Entry":
        entries = self._read_entries()
        if task_id not in entries:
            few = ", ".join([*entries][:5])
            raise UsageError(f"suite {self.name!r} has no task {task_id!r}; it has {len(entries)}: {few} ...")
        return entries[task_id]

    def _number(self, task_id: str) -> int:
        match = re.fullmatch(rf"{re.escape(self.name)}-(\d{{1,6}})", task_id)
        if match is None:
            raise UsageError(f"suite {self.name!r} has no task {task_id!r}; its ids are {self.name}-<number>")
        return int(match[1])


# Many incidents are feature flags of one ConfigMap. A test measures this again, on the truths alone.
_CONSTANT = "the constant answer otel-demo/ConfigMap/flagd-config"
_MEASURED_ON = "{} truths, those that itbench-hub/ITBench has at 8949d5b2"

ITBENCH_AA = PublishedSuite(
    AA,
    title="ITBench-AA",
    summary="ITBench-AA: the 40 public SRE incidents of Artificial Analysis and IBM.",
    floor=Floor(agent=_CONSTANT, value=12 / 39, measured_on=_MEASURED_ON.format("39 of its 40")),
)
ITBENCH_LITE = PublishedSuite(
    LITE,
    title="ITBench-Lite",
    summary="ITBench-Lite: the 35 SRE incidents that IBM published.",
    floor=Floor(agent=_CONSTANT, value=11 / 34, measured_on=_MEASURED_ON.format("34 of its 35")),
)
