"""`ciso/policy-updates`: sets of policies with a gap, or to which a requirement is added."""

from functools import partial
from typing import TYPE_CHECKING

from itbench import Floor, Progress, no_progress
from itbench_ciso.suites.suite import CisoSuite

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_ciso.tasks.policy_updates.specs import UpdateTask


class PolicyUpdatesSuite(CisoSuite):
    """The embedded updates, or as many as asked for, of plans and seeds that are drawn."""

    name = "policy-updates"
    version = "3"
    summary = "Fix a gap in a set of Rego policies, or add a requirement, and keep what it did."
    embedded = 12

    def specs(self) -> "list[UpdateTask]":
        """Return the plan and the seed of each task."""
        from itbench_ciso.tasks.policy_updates.specs import update_tasks

        return update_tasks(self._drawn)

    def prepare(self, progress: Progress = no_progress) -> None:
        """Look for the engines, one of which finds the clusters that a gap shows in; then make what is not there yet.

        Raises:
            UsageError: an engine is not there.
            SandboxError: an engine cannot be installed.
            DataError: an embedded task does not come out as pinned.
        """
        from itbench_ciso.engines.packages import OPA, find_engine

        find_engine(OPA, progress)
        super().prepare(progress)

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_ciso.tasks.policy_updates.make import make_update

        return [Job(spec.id, spec.seed, partial(make_update, spec)) for spec in self.specs()]

    def tasks(self) -> "list[Task]":
        """Return all tasks."""
        from itbench_ciso.tasks.policy_updates.task import make_update_task

        return [make_update_task(spec, self.engine) for spec in self.specs()]

    def make_task(self, task_id: str) -> "Task":
        """Return the public task of that id."""
        return next(task for task in self.tasks() if task.id == task_id)


POLICY_UPDATES = PolicyUpdatesSuite(floor=Floor(agent="memorised-policies", value=1.0, role="adversary"))
"""The suite of updates."""
