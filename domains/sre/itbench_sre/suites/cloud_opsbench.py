"""`sre/cloud-opsbench`: incidents that the authors of Cloud-OpsBench recorded on a real cluster, read from a clone as it is."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import Floor, JsonObject, PublishedResult, SuiteOptions, UsageError
from itbench.kit import GitDataset, GitSuite

if TYPE_CHECKING:
    from typing import Self

    from itbench import Task

CLOUD_OPSBENCH_DATA = GitDataset(
    repository="LLM4Ops/Cloud-OpsBench",
    domain="sre",
    suite="cloud-opsbench",
    directories="benchmark/*/*/*",
    key_file="tool_cache.json",
    task_prefix="cloud-opsbench-",
    data_folders=("benchmark", "golden-trajectory"),
    count=656,
)


class CloudOpsBenchSuite(GitSuite):
    """Cases in `benchmark/<system>/<category>/<number>`, of which an agent is told the system only."""

    version = "1"
    summary = "Cloud-OpsBench: 656 incidents of two applications, recorded on a real cluster."
    # Measured with every cheat over all cases; the test, which has 50 of them, finds less.
    floor = Floor(
        agent="first-unready", value=32 / 656, measured_on="all 656 published cases, with the ten tools"
    )
    dataset = CLOUD_OPSBENCH_DATA
    truth_names = ("metadata.json",)
    needed_files = ("tool_cache.json", "metadata.json")
    hidden_files = (
        "tool_cache.json",
        "raw_data/alert.json",
        "raw_data/k8s_states.json",
        "raw_data/logs.json",
        "raw_data/metrics.csv",
    )
    choices: Mapping[str, Sequence[str]] = {"files": ("none", "raw"), "tools": ("published", "kubectl")}

    def configured(self, options: SuiteOptions) -> "Self":
        """Return this suite with the user's options.

        Raises:
            UsageError: an option that this suite does not have, or two that exclude each other.
        """
        found = super().configured(options)
        if found.choice("files") == "raw" and found.choice("tools") == "kubectl":
            raise UsageError("files=raw and tools=kubectl exclude each other; leave one of them out")
        return found

    @property
    def way(self) -> str:
        """How an agent sees a recording: by tools, as raw files, or by kubectl."""
        if self.choice("files") == "raw":
            return "raw"
        return "kubectl" if self.choice("tools") == "kubectl" else "tools"

    def make_task(self, task_id: str, directory: Path) -> "Task":
        """Return the task of one case."""
        from itbench_sre.opsbench.task import make_task

        setup = self.setup(task_id)
        return make_task(
            task_id, system=setup["system"], namespace=setup["namespace"], query=setup["query"], way=self.way
        )

    def setup(self, task_id: str) -> JsonObject:
        """Return what the environment has to know of a case.

        Raises:
            DataError: it cannot be read, or is of no known application.
        """
        from itbench_sre.opsbench.truths import read_public

        return read_public(self.directory(task_id)) | {"way": self.way}

    def data_problems(self, task_id: str) -> Sequence[str]:
        """Return which files that an agent's way needs are missing, or are not what they must be."""
        from itbench.kit import object_problems

        needed = "tool_cache.json" if self.way == "tools" else "raw_data/k8s_states.json"
        return object_problems(self.directory(task_id), [needed], ["raw_data/logs.json"])

    def truth_paths(self, directory: Path) -> Sequence[Path]:
        """Return the metadata and the expert trajectories of the case in a directory."""
        from itbench_sre.opsbench.truths import trajectory_files

        return [*super().truth_paths(directory), *trajectory_files(directory)]

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        """Return the truth of a case.

        Raises:
            DataError: it cannot be read.
        """
        from itbench_sre.opsbench.truths import read_truth

        return read_truth(path)

    def published(self) -> Sequence[PublishedResult]:
        """Return what the authors published for models, over all cases."""
        from itbench_sre.published.results import published_results

        return published_results(self.name)


CLOUD_OPSBENCH = CloudOpsBenchSuite()
