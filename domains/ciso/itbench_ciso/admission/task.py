"""What an agent is told about one admission policy."""

from typing import TYPE_CHECKING

from itbench_ciso.cis.task import make_control_task
from itbench_ciso.judging.tags import ADMISSION
from itbench_ciso.made.draw import ControlTask

if TYPE_CHECKING:
    from itbench.interfaces.task import Task

_INSTRUCTIONS = """\
Write an admission policy for Kubernetes: {title} (control {number} of the {benchmark}).

{requirement}
Your working directory has, read-only, the folder static-resources/ with the manifests of one cluster as YAML files. This cluster
violates the control. Your policy will be tried on dozens of other clusters that you do not see; about half of them comply, the others
violate it in any of the ways that Kubernetes allows. It must judge every one of them right.

Hand in the file policy.yaml in your working directory: one ValidatingAdmissionPolicy (admissionregistration.k8s.io/v1) with its rules in CEL.
Each object of a cluster is created on its own, Lists taken apart (`request.operation` is CREATE, `oldObject` is null); the cluster counts as
violating if the policy denies any of its objects, and as complying if it denies none. Objects are as in the manifests: no defaults are filled in,
except that an object that names no namespace and needs one is created in `default`, and that fields that are null are left out. `namespaceObject` is the namespace of the same cluster with
its labels, or one with only its name where the cluster has no manifest of it. There are `object`, `oldObject`, `request`, `namespaceObject` and `variables`; no
`params` (paramKind is refused) and no `authorizer`. failurePolicy counts: with Fail, which is the default, an expression that fails denies.
"""


def make_admission_task(spec: ControlTask) -> "Task":
    """Return the public task of one control."""
    return make_control_task(spec, _INSTRUCTIONS, ("policy.yaml",), ADMISSION)
