"""`finops/anomalies`: simulated cost anomalies in the published format, made on first use into the cache."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import Floor
from itbench.kit import GeneratedSuite, task_number

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_finops.bills.specs import AnomalySpec


class AnomaliesSuite(GeneratedSuite):
    """The 30 embedded anomalies, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    domain = "finops"
    name = "anomalies"
    version = "2"
    summary = "30 simulated cost anomalies: runaway scaling, prices, new applications, commitments, transfer."
    embedded = 30
    manifest = Path(__file__).with_name("manifest.json")
    floor = Floor(agent="signatures", value=1.0, role="adversary")
    is_floor_of_draws = True

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_finops.bills.anomaly import make_anomaly
        from itbench_finops.bills.specs import draw_specs, embedded_specs

        drawn = self.drawn
        specs = embedded_specs() if drawn is None else draw_specs(drawn.seed, drawn.count)
        return [Job.of(spec, make_anomaly, _task) for spec in specs]


def _task(spec: "AnomalySpec") -> "Task":
    from itbench_finops.bills.task import make_task

    title = f"Cost anomaly {task_number(spec.id)}"
    return make_task(spec.id, title=title, suite="anomalies", is_simulated=True)


ANOMALIES = AnomaliesSuite()
