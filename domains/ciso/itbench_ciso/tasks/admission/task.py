"""What an agent is told about one admission policy."""

from typing import TYPE_CHECKING

from itbench_ciso.judging.tags import ADMISSION
from itbench_ciso.tasks.cis_kubernetes.task import make_control_task
from itbench_ciso.tasks.draw import ControlTask

if TYPE_CHECKING:
    from itbench import Task

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
(a validation must be of type bool, not dyn), its CEL libraries as of compatibility version 1.34, its cost limits (1,000,000 for an expression, 10,000,000 for
the validations of one request). All requests of all clusters together may take 12,000,000 units, each a unit of cost, an item compared, or 32 bytes copied; a policy
that takes more is judged no further, and that counts as wrong. Objects are as validating admission sees them: decoded by their type,
with defaults, without empty optional fields that are no pointers (`hostNetwork: false` is absent), with null for absent lists that are not optional (`rules` of a Role),
with `stringData` of a Secret in its `data`, pods after the built-in mutating plug-ins (ServiceAccount,
Priority, DefaultTolerationSeconds). Not there: `params` (paramKind is refused), `authorizer`, conversion between versions of an API (matchPolicy), the API's own validation of values (names,
required fields), other admission plug-ins, and what a server adds when it stores an object (uid, creationTimestamp, generation, managedFields, addresses of Services, labels and selectors of Jobs). `namespaceObject` is the namespace of the same cluster with its labels, or one with only its name where the
cluster has no manifest of it. failurePolicy counts: with Fail, which is the default, an expression that fails denies.
"""


def make_admission_task(spec: ControlTask) -> "Task":
    """Return the public task of one control."""
    return make_control_task(spec, _INSTRUCTIONS, ("policy.yaml",), ADMISSION)
