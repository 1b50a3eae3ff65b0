"""`ciso/admission`: the controls that one object alone tells of, as admission policies in CEL."""

from functools import partial
from typing import TYPE_CHECKING

from itbench import Floor
from itbench_ciso.suites.suite import CisoSuite

if TYPE_CHECKING:
    from itbench import Task
    from itbench.kit import Job
    from itbench_ciso.tasks.draw import ControlTask


class AdmissionSuite(CisoSuite):
    """One task for each such control, or as many as asked for, of controls and seeds that are drawn."""

    name = "admission"
    version = "3"
    summary = "Write a ValidatingAdmissionPolicy in CEL for a control that one object alone tells of."
    embedded = 24
    engines = ("cel",)

    def specs(self) -> "list[ControlTask]":
        """Return the control and the seed of each task."""
        from itbench_ciso.controls.register import controls
        from itbench_ciso.tasks.draw import control_tasks

        numbers = [number for number, control in controls().items() if control.is_admission]
        return control_tasks("admission", self.name, numbers, self._drawn)

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_ciso.tasks.admission.make import make_admission

        return [Job(spec.id, spec.seed, partial(make_admission, spec)) for spec in self.specs()]

    def tasks(self) -> "list[Task]":
        """Return all tasks."""
        from itbench_ciso.tasks.admission.task import make_admission_task

        return [make_admission_task(spec) for spec in self.specs()]

    def make_task(self, task_id: str) -> "Task":
        """Return the public task of that id."""
        return next(task for task in self.tasks() if task.id == task_id)


ADMISSION_SUITE = AdmissionSuite(floor=Floor(agent="memorised-policies", value=1.0, role="adversary"))
"""The suite of admission policies."""
