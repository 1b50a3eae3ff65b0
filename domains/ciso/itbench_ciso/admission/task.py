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
Each object of a cluster is created on its own, Lists taken apart (`request.operation` is CREATE, `oldObject` is null). Ephemeral containers, which a pod cannot
be created with, are added by an UPDATE of pods/ephemeralcontainers afterwards. The cluster counts as violating if the policy denies any of these requests, and as
complying if it denies none. The policy is checked and evaluated as an API server of Kubernetes 1.35 does: strict field validation, type checking of every expression
(a validation must be of type bool, not dyn), its CEL libraries as of compatibility version 1.34, its cost limits. Objects are as validating admission sees them: decoded by their type,
with defaults, without empty optional fields that are no pointers (`hostNetwork: false` is absent), pods after the built-in mutating plug-ins (ServiceAccount,
Priority, DefaultTolerationSeconds). Not there: `params` (paramKind is refused), `authorizer`, conversion between versions of an API (matchPolicy), and metadata that a server adds
(uid, creationTimestamp, generation, managedFields). `namespaceObject` is the namespace of the same cluster with its labels, or one with only its name where the
cluster has no manifest of it. failurePolicy counts: with Fail, which is the default, an expression that fails denies.
"""


def make_admission_task(spec: ControlTask) -> "Task":
    """Return the public task of one control."""
    return make_control_task(spec, _INSTRUCTIONS, ("policy.yaml",), ADMISSION)
