"""How many machines an application needs, with room for one of them to fail and for some growth."""

from itbench_sre.world.application.flows import containers_of
from itbench_sre.world.application.model import Application
from itbench_sre.world.store.quantities import thousandths, units

_CORES_M, _MEMORY = 4_000, 15 << 30  # of an m5.xlarge
_STANDING_CPU_M, _STANDING_MEMORY = 1_900, 5 << 30


def workers_for(application: Application) -> int:
    """Return the number of workers of the usual size, at least three."""
    cpu_m, memory = _STANDING_CPU_M, _STANDING_MEMORY
    for body in application.objects:
        if body["kind"] not in ("Deployment", "StatefulSet"):
            continue
        for container in containers_of(body):
            asked = container["resources"].get("requests", {})
            cpu_m += body["spec"]["replicas"] * thousandths(asked.get("cpu", "50m"))
            memory += body["spec"]["replicas"] * units(asked.get("memory", "64Mi"))
    needed = max(-(-cpu_m * 10 // (_CORES_M * 7)), -(-memory * 10 // (_MEMORY * 7)))
    return max(3, needed + 1)
