"""What workloads use and ask for, from which depths are computed."""

from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject

MIB = 1024 * 1024
# What a program takes where nothing runs that could be asked.
_USUAL_MIB = 64


def used_mib(scene: Scene, workload: JsonObject) -> int:
    """Return the memory that the largest of a workload's pods uses, in MiB; at least 1."""
    program = scene.program(workload)
    usual = program.memory // MIB if program else _USUAL_MIB
    return max(scene.memory_of(workload) // MIB, usual, 1)


def used_cpu_m(scene: Scene, workload: JsonObject) -> int:
    """Return the processor time that the busiest of a workload's pods uses, in thousandths of a core; at least 2."""
    return max(scene.cpu_m_of(workload), 2)


def asked(workload: JsonObject, kind: str, resource: str) -> int:
    """Return what a pod of a workload asks for: millicores of `cpu`, bytes of `memory`; 0 where it says nothing.

    `kind` is `requests` or `limits`.
    """
    total = 0
    for container in workload["spec"]["template"]["spec"]["containers"]:
        text = container.get("resources", {}).get(kind, {}).get(resource)
        if text is not None:
            total += thousandths(text) if resource == "cpu" else thousandths(text) // 1000
    return total


def replicas(workload: JsonObject) -> int:
    """Return how many pods a workload is to have; 1 for a DaemonSet."""
    return int(workload["spec"].get("replicas", 1))
