"""5.2.2: privileged containers."""

from itbench_ciso.controls.control import Control, complies, no_parameters
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    container_context,
    edited,
    every_container,
    foreign_look_alikes,
    in_container,
    pod_context,
    text_look_alikes,
)

_PRIVILEGED = container_context(privileged=True)


def _labelled(workload: Workload) -> None:
    workload.metadata["labels"]["privileged"] = "true"


CONTROL = Control(
    number="5.2.2",
    title="Containers must not be privileged",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *every_container("is privileged", _PRIVILEGED),
        *HARDENED,
        complies("the field is false", edited(in_container(container_context(privileged=False)))),
        complies("the field is null", edited(in_container(container_context(privileged=None)))),
        complies(
            "the pod's security context has other fields", edited(pod_context(supplementalGroups=[2000]))
        ),
        complies("a label has the field's name", edited(_labelled)),
        *text_look_alikes(
            "privileged", "  containers:\n  - name: main\n    securityContext:\n      privileged: true\n"
        ),
        *foreign_look_alikes(in_container(_PRIVILEGED)),
    ),
)
