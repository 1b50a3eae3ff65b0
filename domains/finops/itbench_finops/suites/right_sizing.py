"""`finops/right-sizing`: simulated fleets that request too much or too little, made on first use into the cache."""

from functools import partial
from typing import TYPE_CHECKING

from itbench import Floor
from itbench_finops.suites.suite import FinopsSuite

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job


class RightSizingSuite(FinopsSuite):
    """The 10 embedded fleets, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    name = "right-sizing"
    version = "2"
    summary = "10 simulated fleets of 30 to 60 workloads: save what is not needed, breach no target."
    embedded = 10

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_finops.fleets.simulate import draw_specs, embedded_specs, make_fleet

        drawn = self._drawn
        specs = embedded_specs(self.embedded) if drawn is None else draw_specs(drawn.seed, drawn.count)
        return [Job(spec.id, spec.seed, partial(make_fleet, spec)) for spec in specs]

    def make_task(self, task_id: str) -> "Task":
        """Return the public task of that id."""
        from itbench_finops.fleets.task import make_task

        number = int(task_id.removeprefix("fleet-"))
        return make_task(task_id, title=f"Fleet {number}", suite=self.name)


RIGHT_SIZING = RightSizingSuite(floor=Floor(agent="cheapest-size", value=1.0, role="adversary"))
