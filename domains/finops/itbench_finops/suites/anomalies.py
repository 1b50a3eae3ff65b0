"""`finops/anomalies`: simulated cost anomalies in the published format, made on first use into the cache."""

from functools import partial
from typing import TYPE_CHECKING

from itbench import Floor
from itbench_finops.suites.suite import FinopsSuite

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job


class AnomaliesSuite(FinopsSuite):
    """The 30 embedded anomalies, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    name = "anomalies"
    version = "2"
    summary = "30 simulated cost anomalies: runaway scaling, prices, new applications, commitments, transfer."
    embedded = 30

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_finops.bills.anomaly import make_anomaly
        from itbench_finops.bills.specs import draw_specs, embedded_specs

        drawn = self._drawn
        specs = embedded_specs() if drawn is None else draw_specs(drawn.seed, drawn.count)
        return [Job(spec.id, spec.seed, partial(make_anomaly, spec)) for spec in specs]

    def make_task(self, task_id: str) -> "Task":
        """Return the public task of that id."""
        from itbench_finops.bills.task import make_task

        number = int(task_id.removeprefix("finops-"))
        return make_task(task_id, title=f"Cost anomaly {number}", suite=self.name, is_simulated=True)


ANOMALIES = AnomaliesSuite(floor=Floor(agent="signatures", value=1.0, role="adversary"))
