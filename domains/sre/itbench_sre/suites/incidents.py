"""`sre/incidents`: simulated incidents in the published format, made on first use into the cache."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from itbench import Floor
from itbench.kit import GeneratedSuite

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job


class IncidentsSuite(GeneratedSuite):
    """The 16 embedded incidents, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    domain = "sre"
    name = "incidents"
    version = "1"
    summary = "16 simulated incidents: quotas, rollouts, connection pools, network partitions."
    embedded = 16

    def jobs(self) -> "list[Job]":
        """Return the incidents to be simulated."""
        from itbench.kit import Job
        from itbench_sre.simulator import draw_specs, embedded_specs, make_incident

        drawn = self._drawn
        specs = embedded_specs() if drawn is None else draw_specs(drawn.seed, drawn.count)
        return [Job(spec.id, spec.seed, partial(make_incident, spec)) for spec in specs]

    def pinned(self) -> Mapping[str, str]:
        """Return the pinned hash of each embedded incident."""
        from itbench_sre.suites.digests import read_manifest

        return read_manifest()

    def unwinnable(self, task_id: str) -> Iterator[str]:
        """Yield which root causes of an incident no object in its data matches."""
        from itbench_sre.sightings.winnable import winnable_problems
        from itbench_sre.truth import truth_from_json

        yield from winnable_problems(truth_from_json(self.truth(task_id)), self.inputs(task_id))

    def make_task(self, task_id: str) -> "Task":
        """Return the public task of an incident."""
        from itbench_sre.published.task import make_task

        number = int(task_id.removeprefix("sre-"))
        return make_task(task_id, number, suite=self.name, title="sre/incidents", public_id="")


# Measured with every cheat of the domain over all embedded incidents; a test does it again.
INCIDENTS = IncidentsSuite(floor=Floor(agent="loudest-warning", value=0.5, role="adversary"))
