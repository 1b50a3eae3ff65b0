"""`ciso/cis-kubernetes`: one task for each control, made on first use into the cache."""

from functools import partial
from typing import TYPE_CHECKING

from itbench_ciso.suites.judged import CisoSuite

if TYPE_CHECKING:
    from itbench.kit import Job


class CisKubernetesSuite(CisoSuite):
    """One task for each control, or as many as asked for, of controls and seeds that are drawn."""

    name = "cis-kubernetes"
    version = "4"
    summary = "Write a check for a control of the CIS Kubernetes Benchmark that holds on unseen clusters."
    embedded = 34

    def jobs(self) -> "list[Job]":
        """Return what is to be made, in the order of the tasks."""
        from itbench.kit import Job
        from itbench_ciso.controls.register import controls
        from itbench_ciso.tasks.cis_kubernetes.make import make_scripted
        from itbench_ciso.tasks.cis_kubernetes.task import make_scripted_task
        from itbench_ciso.tasks.draw import control_tasks

        specs = control_tasks("ciso", self.name, list(controls()), self.drawn)
        task = partial(make_scripted_task, engine=self.choice("engine"))
        return [Job.of(spec, make_scripted, task) for spec in specs]


CIS_KUBERNETES = CisKubernetesSuite()
"""The default suite of the domain."""
