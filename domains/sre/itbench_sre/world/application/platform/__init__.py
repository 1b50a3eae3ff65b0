"""What stands in a cluster beside the application: machines, the system's own workloads, monitoring, rights, classes."""

from dataclasses import dataclass

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.model import Image, Program
from itbench_sre.world.application.platform.definitions import definitions
from itbench_sre.world.application.platform.monitoring import monitoring
from itbench_sre.world.application.platform.nodes import nodes
from itbench_sre.world.application.platform.parts import image, objects
from itbench_sre.world.application.platform.recorders import recorders
from itbench_sre.world.application.platform.rights import rights_of, usual_rights
from itbench_sre.world.application.platform.room import workers_for
from itbench_sre.world.application.platform.workloads import ROWS
from itbench_sre.world.store.refs import JsonObject

__all__ = ["TOOLBOX", "Platform", "platform", "workers_for"]

# What clusters use for small scripts, whatever runs in them.
TOOLBOX = Image(
    reference="busybox:1.36",
    program=Program(
        name="busybox",
        language="shell",
        role="shell",
        startup_us=50_000,
        startup_cpu_us=2_000,
        memory=600_000,
        idle_cpu_m=0,
    ),
    size=4_300_000,
)

_EMPTY = ("default", "kube-node-lease", "kube-public")


@dataclass(frozen=True, slots=True)
class Platform:
    """The standing part of a cluster.

    Attributes:
        objects: in the order in which a cluster gets them.
        images: what the registries hold for it.
    """

    objects: tuple[JsonObject, ...]
    images: tuple[Image, ...]


def platform(seed: int, *, workers: int = 3, machine: str = "m5.xlarge", scale: int = 1) -> Platform:
    """Return the standing objects of a cluster with so many workers; `scale` above 1 brings more of them."""
    rows = tuple(row for row in ROWS if row.tier <= scale)
    spaces = list(dict.fromkeys(row.namespace for row in rows))
    made = [k8s.namespace(name) for name in (*_EMPTY, *spaces)]
    made += nodes(seed, workers, machine)
    made += definitions(scale)
    made += usual_rights(scale)
    made.append(_kubernetes_service())
    for row in rows:
        made += [*rights_of(row), *objects(row)]
    made += monitoring(rows)
    more, more_images = recorders()
    images = {row.image: image(row) for row in rows} | {each.reference: each for each in more_images}
    return Platform((*made, *more), (*images.values(), TOOLBOX))


def _kubernetes_service() -> JsonObject:
    body = k8s.service(
        "kubernetes",
        "default",
        [k8s.port(443, "https")],
        {},
        labels={"component": "apiserver", "provider": "kubernetes"},
    )
    del body["spec"]["selector"]
    body["spec"] |= {"clusterIP": "100.64.0.1", "clusterIPs": ["100.64.0.1"]}
    return body
