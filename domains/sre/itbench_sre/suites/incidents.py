"""`sre/incidents`: simulated incidents in the published format, made on first use into the cache."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import Floor, Progress, no_progress
from itbench.kit import GeneratedSuite, task_number

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_sre.simulator import IncidentSpec


class IncidentsSuite(GeneratedSuite):
    """The 16 embedded incidents, or as many fresh ones as asked for, drawn from a seed of the user's own."""

    domain = "sre"
    name = "incidents"
    version = "1"
    summary = "16 simulated incidents: quotas, rollouts, connection pools, network partitions."
    embedded = 16
    manifest = Path(__file__).with_name("manifest.json")
    # Measured with every cheat of the domain over all embedded incidents; a test does it again.
    floor = Floor(agent="loudest-warning", value=0.5, role="adversary")
    made_for = "sre/itbench-aa"

    def jobs(self) -> "list[Job]":
        """Return the incidents to be simulated."""
        from itbench.kit import Job
        from itbench_sre.simulator import draw_specs, embedded_specs, make_incident

        drawn = self.drawn
        specs = embedded_specs() if drawn is None else draw_specs(drawn.seed, drawn.count)
        return [Job.of(spec, make_incident, _task) for spec in specs]

    def write_made(self, folder: Path, truths: Path | None, progress: Progress = no_progress) -> None:
        """Make the incidents into a folder in the layout of ITBench-AA.

        Raises:
            DataError: a process that made incidents was ended from outside.
            OSError: a folder cannot be written.
        """
        from itbench_sre.published.made import arrange

        assert self.drawn is not None
        plain = folder / "plain"
        plain.mkdir()
        super().write_made(plain, None, progress)
        arrange(plain, [job.id for job in self.jobs()], self.drawn.seed, folder, truths)

    def unwinnable(self, task_id: str) -> Iterator[str]:
        """Yield which root causes of an incident no object in its data matches."""
        from itbench_sre.sightings.winnable import winnable_problems
        from itbench_sre.truth import truth_from_json

        yield from winnable_problems(truth_from_json(self.truth(task_id)), self.inputs(task_id))


def _task(spec: "IncidentSpec") -> "Task":
    from itbench_sre.published.task import make_task

    return make_task(spec.id, task_number(spec.id), suite="incidents", title="sre/incidents", public_id="")


INCIDENTS = IncidentsSuite()
