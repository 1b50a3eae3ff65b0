"""The suites of simulated incidents in the published format: pinned ones, written on first use into the cache, or fresh ones."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from itbench import Floor, Progress, SuiteOptions, UsageError, no_progress
from itbench.kit import GeneratedSuite, task_number

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_sre.world.incidents.specs import IncidentSpec


class IncidentsSuite(GeneratedSuite):
    """Some of the pinned incidents, or as many fresh ones as asked for, drawn from a seed of the user's own.

    Options: `mix=aa` takes roots in the proportions of ITBench-AA's public tasks; `scale` records so many times more.
    """

    domain = "sre"
    version = "2"
    manifest = Path(__file__).with_name("manifest.json")
    # The best of `itbench audit sre/incidents-full --train 0`, above all agents that ship (docs/explanation/validity.md).
    floor = Floor(
        agent="boosted trees of an audit",
        value=0.407,
        role="adversary",
        measured_on="the 150 tasks of sre/incidents-full",
    )
    made_for = "sre/itbench-aa"
    choices: Mapping[str, Sequence[str]] = {"mix": ("even", "aa"), "scale": ("1", "3", "10", "30")}

    def __init__(self, name: str, embedded: int, summary: str, *, scale: int = 1) -> None:
        self.name, self.embedded, self.summary = name, embedded, summary
        self._scale = scale
        super().__init__()

    def configured(self, options: SuiteOptions) -> Self:
        """Take `seed`, `count`, `mix` and `scale`.

        Raises:
            UsageError: an option that this suite does not have, or a value that it cannot have.
        """
        found = super().configured(options)
        if found.drawn is None and found.choice("mix") == "aa" and found.name != "incidents-full":
            raise UsageError(
                f"suite {self.name!r} takes mix=aa only with `seed`; too few of its own incidents have a flag or an "
                "experiment as their root, 'incidents-full' has enough"
            )
        return found

    @property
    def variant(self) -> str:
        """What the recordings differ in from the pinned ones."""
        return "" if self.choice("scale") == "1" else f"scale {self.choice('scale')}"

    def jobs(self) -> "list[Job]":
        """Return the incidents to be written."""
        from itbench.kit import Job
        from itbench_sre.world.incidents.specs import drawn_specs, make_incident, pinned_specs

        is_aa, scale = self.choice("mix") == "aa", self._scale * int(self.choice("scale"))
        if self.drawn is None:
            specs = pinned_specs(self.name, scale=scale, is_aa=is_aa)
        else:
            specs = drawn_specs(self.drawn.seed, self.drawn.count, scale=scale, is_aa=is_aa)
        return [Job.of(spec, make_incident, _task) for spec in specs]

    def prepare_to_run(self, progress: Progress = no_progress) -> None:
        """Make nothing yet: an incident takes seconds, and `restore` makes those that the run has."""

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

    def underived(self, task_id: str) -> Iterator[str]:
        """Yield what the runs say otherwise today of a pinned incident: roots, triggers, evidence, difficulty."""
        from itbench_sre.world.incidents.deep import misjudged

        if self.drawn is None and not self.variant:
            yield from misjudged(task_number(task_id) - 1)
        yield from super().underived(task_id)

    def unwinnable(self, task_id: str) -> Iterator[str]:
        """Yield which root causes of an incident no object in its data matches."""
        from itbench_sre.sightings.winnable import winnable_problems
        from itbench_sre.truth import truth_from_json

        yield from winnable_problems(truth_from_json(self.truth(task_id)), self.inputs(task_id))


def _task(spec: "IncidentSpec") -> "Task":
    from itbench_sre.published.task import make_called_task

    return make_called_task(spec.id, task_number(spec.id))


INCIDENTS = IncidentsSuite(
    "incidents", 40, "40 simulated incidents of every kind, on three kinds of applications."
)
INCIDENTS_QUICK = IncidentsSuite("incidents-quick", 8, "8 of the simulated incidents, for a first look.")
INCIDENTS_FULL = IncidentsSuite(
    "incidents-full", 150, "150 simulated incidents, of more mechanisms, targets and applications."
)
INCIDENTS_LARGE = IncidentsSuite(
    "incidents-large", 10, "10 simulated incidents with 150 MB and more of recordings each.", scale=10
)
