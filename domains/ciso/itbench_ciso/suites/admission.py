"""`ciso/admission`: the controls that one object alone tells of, as admission policies in CEL."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from itbench_ciso.suites.judged import CisoSuite

if TYPE_CHECKING:
    from itbench.kit import Job


class AdmissionSuite(CisoSuite):
    """One task for each such control, or as many as asked for, of controls and seeds that are drawn."""

    name = "admission"
    version = "4"
    summary = "Write a ValidatingAdmissionPolicy in CEL for a control that one object alone tells of."
    embedded = 24
    choices: Mapping[str, Sequence[str]] = {"engine": ("cel",)}

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_ciso.controls.register import controls
        from itbench_ciso.tasks.admission.make import make_admission
        from itbench_ciso.tasks.admission.task import make_admission_task
        from itbench_ciso.tasks.draw import control_tasks

        numbers = [number for number, control in controls().items() if control.is_admission]
        specs = control_tasks("admission", self.name, numbers, self.drawn)
        return [Job.of(spec, make_admission, make_admission_task) for spec in specs]


ADMISSION_SUITE = AdmissionSuite()
"""The suite of admission policies."""
