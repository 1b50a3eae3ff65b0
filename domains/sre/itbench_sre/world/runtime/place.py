"""Where a process runs: all that the kubelet gives a container when it starts it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itbench_sre.world.application.model import Image
from itbench_sre.world.store.refs import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One start of one container.

    Attributes:
        pod: its pod; `uid` tells it from later pods of the same name.
        container: its name.
        restart: how often it was started before.
        node: name of the node; empty IPs never occur.
        image: what the image holds.
        architecture: of the node's processor, such as `amd64`; a program made for others ends with 255.
        command: of the container's spec, with its arguments; empty for the image's own.
        environment: variables, references to ConfigMaps, Secrets and fields resolved.
        files: path -> text of each mounted key of a ConfigMap or Secret, as of now; the kubelet renews mounts that
            are no `subPath` by `Runtime.mounted`.
        cpu_limit_m: thousandths of a core, 0 for none.
        memory_limit: bytes, 0 for none.
    """

    pod: Ref
    uid: str
    container: str
    restart: int
    node: str
    pod_ip: str
    image: Image
    architecture: str = "amd64"
    command: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    cpu_request_m: int = 0
    cpu_limit_m: int = 0
    memory_request: int = 0
    memory_limit: int = 0
