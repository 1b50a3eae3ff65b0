"""`ciso/cis-kubernetes`: one task for each control, made on first use into the cache."""

from functools import partial
from typing import TYPE_CHECKING

from itbench import Floor
from itbench_ciso.suites.suite import CisoSuite

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_ciso.tasks.draw import ControlTask


class CisKubernetesSuite(CisoSuite):
    """One task for each control, or as many as asked for, of controls and seeds that are drawn."""

    name = "cis-kubernetes"
    version = "3"
    summary = "Write a check for a control of the CIS Kubernetes Benchmark that holds on unseen clusters."
    embedded = 34

    def specs(self) -> "list[ControlTask]":
        """Return the control and the seed of each task."""
        from itbench_ciso.controls.register import controls
        from itbench_ciso.tasks.draw import control_tasks

        return control_tasks("ciso", self.name, list(controls()), self._drawn)

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_ciso.tasks.cis_kubernetes.make import make_scripted

        return [Job(spec.id, spec.seed, partial(make_scripted, spec)) for spec in self.specs()]

    def tasks(self) -> "list[Task]":
        """Return all tasks."""
        from itbench_ciso.tasks.cis_kubernetes.task import make_scripted_task

        return [make_scripted_task(spec, self.engine) for spec in self.specs()]

    def make_task(self, task_id: str) -> "Task":
        """Return the public task of that id."""
        return next(task for task in self.tasks() if task.id == task_id)


CIS_KUBERNETES = CisKubernetesSuite(floor=Floor(agent="memorised-policies", value=1.0, role="adversary"))
"""The default suite of the domain."""
