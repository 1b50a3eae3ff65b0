"""`ciso/policy-updates`: sets of policies with a gap, or to which a requirement is added."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from itbench import Progress, no_progress
from itbench_ciso.suites.judged import CisoSuite

if TYPE_CHECKING:
    from itbench.kit import Job


class PolicyUpdatesSuite(CisoSuite):
    """The embedded updates, or as many as asked for, of plans and seeds that are drawn."""

    name = "policy-updates"
    version = "4"
    summary = "Fix a gap in a set of Rego policies, or add a requirement, and keep what it did."
    embedded = 12

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

    def prepare_to_run(self, progress: Progress = no_progress) -> None:
        """Look for the engines, and make nothing yet: `restore` makes the tasks that the run has.

        Raises:
            UsageError: an engine is not there.
            SandboxError: an engine cannot be installed.
        """
        from itbench_ciso.engines.packages import OPA, find_engine

        find_engine(OPA, progress)
        super().prepare_to_run(progress)

    def write_made(self, folder: Path, truths: Path | None, progress: Progress = no_progress) -> None:
        """Look for the engines, then make the tasks into a folder.

        Raises:
            UsageError: an engine is not there.
            SandboxError: an engine cannot be installed.
            DataError: the tasks cannot be made.
        """
        from itbench_ciso.engines.packages import OPA, find_engine

        find_engine(OPA, progress)
        super().write_made(folder, truths, progress)

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_ciso.tasks.policy_updates.make import make_update
        from itbench_ciso.tasks.policy_updates.specs import update_tasks
        from itbench_ciso.tasks.policy_updates.task import make_update_task

        task = partial(make_update_task, engine=self.choice("engine"))
        return [Job.of(spec, make_update, task) for spec in update_tasks(self.drawn)]


POLICY_UPDATES = PolicyUpdatesSuite()
"""The suite of updates."""
