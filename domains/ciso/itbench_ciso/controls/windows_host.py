"""5.2.11: Windows containers that run as processes of their node."""

from itbench.interfaces.json import JsonValue
from itbench_ciso.controls.control import Control, complies, no_parameters, violates
from itbench_ciso.controls.pod_ways import (
    HARDENED,
    container_context,
    edited,
    every_kind,
    in_container,
    pod_context,
    text_look_alikes,
)


def _options(value: JsonValue) -> JsonValue:
    return {"hostProcess": value, "runAsUserName": "NT AUTHORITY\\Local service"}


_HOST_PROCESS = container_context(windowsOptions=_options(True))

CONTROL = Control(
    number="5.2.11",
    title="Windows containers must not run as processes of their node",
    parameters=no_parameters,
    is_admission=True,
    ways=(
        *every_kind("runs as processes of the node", pod_context(windowsOptions=_options(True))),
        violates("one container is a process of the node", edited(in_container(_HOST_PROCESS))),
        violates(
            "a container after the first is one", edited(lambda pod: _HOST_PROCESS(pod.second_container()))
        ),
        violates("an init container is one", edited(lambda pod: _HOST_PROCESS(pod.init_container()))),
        violates("a sidecar is one", edited(lambda pod: _HOST_PROCESS(pod.sidecar()))),
        violates(
            "an ephemeral container is one",
            edited(lambda pod: _HOST_PROCESS(pod.ephemeral_container()), "Pod"),
        ),
        *HARDENED,
        complies("the pod's field is false", edited(pod_context(windowsOptions=_options(False)))),
        complies(
            "the container's field is false",
            edited(in_container(container_context(windowsOptions=_options(False)))),
        ),
        complies("the field is null", edited(pod_context(windowsOptions=_options(None)))),
        complies("the options are empty", edited(in_container(container_context(windowsOptions={})))),
        *text_look_alikes(
            "hostProcess", "  securityContext:\n    windowsOptions:\n      hostProcess: true\n"
        ),
    ),
)
