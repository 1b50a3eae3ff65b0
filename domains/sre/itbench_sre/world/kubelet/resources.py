"""What containers ask for and may use, and the class of service that follows from it."""

from itbench_sre.world.store.quantities import thousandths, units
from itbench_sre.world.store.refs import JsonObject

MEGABYTE = 1 << 20


def cpu_m(container: JsonObject, which: str) -> int:
    """Return thousandths of a core of `requests` or `limits`, 0 for none; a limit stands for a missing request."""
    return thousandths(_value(container, which, "cpu"))


def memory(container: JsonObject, which: str) -> int:
    """Return bytes of `requests` or `limits`, 0 for none; a limit stands for a missing request."""
    return units(_value(container, which, "memory"))


def _value(container: JsonObject, which: str, resource: str) -> str | int:
    resources = container.get("resources") or {}
    value = (resources.get(which) or {}).get(resource)
    if value is None and which == "requests":
        value = (resources.get("limits") or {}).get(resource)
    found: str | int = 0 if value is None else value
    return found


def qos_class(spec: JsonObject) -> str:
    """Return `Guaranteed`, `Burstable` or `BestEffort`."""
    containers = [*spec["containers"], *(spec.get("initContainers") or ())]
    amounts = [
        (which, resource, _value(container, which, resource))
        for container in containers
        for which in ("requests", "limits")
        for resource in ("cpu", "memory")
    ]
    if not any(thousandths(value) for _, _, value in amounts):
        return "BestEffort"
    requests = [thousandths(value) for which, _, value in amounts if which == "requests"]
    limits = [thousandths(value) for which, _, value in amounts if which == "limits"]
    return "Guaranteed" if all(limits) and requests == limits else "Burstable"


def memory_limit_of_pod(spec: JsonObject) -> int:
    """Return the limit of the pod's own cgroup in bytes: the containers' in all, 0 where one has none."""
    limits = [memory(container, "limits") for container in spec["containers"]]
    return sum(limits) if all(limits) else 0
