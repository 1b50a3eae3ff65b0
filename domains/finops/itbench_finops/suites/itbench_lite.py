"""`finops/itbench-lite`: the FinOps tasks that IBM published, read where they lie."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import JsonObject
from itbench.kit import HubDataset, PublishedSuite, numbered, task_number

if TYPE_CHECKING:
    from itbench import Task

LITE = HubDataset(
    repository="ibm-research/ITBench-Lite",
    domain="finops",
    suite="itbench-lite",
    folder="snapshots/finops/*",
    names=numbered("Scenario-", "itbench-lite-"),
    task_file="anomaly.json",
    part="FinOps tasks",
    count=15,
)


class LiteSuite(PublishedSuite):
    """The anomalies of ITBench-Lite."""

    version = "1"
    summary = "ITBench-Lite: the FinOps tasks that IBM published."
    dataset = LITE
    truth_names = ("ground_truth.yaml", "ground_truth.yml", "ground_truth.json")
    needed_files = ("anomaly.json", "data.csv")

    def make_task(self, task_id: str, directory: Path) -> "Task":
        """Return the task of one anomaly."""
        from itbench_finops.bills.task import make_task

        title = f"Cost anomaly {task_number(task_id)} of ITBench-Lite"
        return make_task(task_id, title=title, suite=self.name, is_simulated=False)

    def read_truth(self, task_id: str, path: Path) -> JsonObject:
        """Return the truth in a file of the published shape, or as it was stored, with the excess dollars.

        Raises:
            DataError: it cannot be read.
        """
        from itbench_finops.published.truths import add_excess, read_truth

        return add_excess(read_truth(path), self.directory(task_id))

    def data_problems(self, task_id: str) -> list[str]:
        """Return what is wrong with question and table, one line each."""
        from itbench_finops.published.checks import data_problems

        return data_problems(self.directory(task_id))


ITBENCH_LITE = LiteSuite()
