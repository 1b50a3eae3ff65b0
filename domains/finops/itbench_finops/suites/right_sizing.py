"""`finops/right-sizing`: simulated fleets that request too much or too little, made on first use into the cache."""

from pathlib import Path
from typing import TYPE_CHECKING

from itbench import Floor
from itbench.kit import GeneratedSuite, task_number

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_finops.fleets.simulate import FleetSpec


class RightSizingSuite(GeneratedSuite):
    """The 10 embedded fleets, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    domain = "finops"
    name = "right-sizing"
    version = "2"
    summary = "10 simulated fleets of 30 to 60 workloads: save what is not needed, breach no target."
    embedded = 10
    manifest = Path(__file__).with_name("manifest.json")
    floor = Floor(agent="cheapest-size", value=1.0, role="adversary")
    is_floor_of_draws = True

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_finops.fleets.simulate import draw_specs, embedded_specs, make_fleet

        drawn = self.drawn
        specs = embedded_specs(self.embedded) if drawn is None else draw_specs(drawn.seed, drawn.count)
        return [Job.of(spec, make_fleet, _task) for spec in specs]


def _task(spec: "FleetSpec") -> "Task":
    from itbench_finops.fleets.task import make_task

    return make_task(spec.id, title=f"Fleet {task_number(spec.id)}", suite="right-sizing")


RIGHT_SIZING = RightSizingSuite()
