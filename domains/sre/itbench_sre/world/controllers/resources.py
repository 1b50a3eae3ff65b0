"""What a pod asks for: the sum of its containers, or more where an init container needs more."""

from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject

Amounts = dict[str, int]  # name of a resource -> thousandths


def amounts_of(pod: JsonObject, part: str = "requests") -> Amounts:
    """Return the requests or limits of a pod."""
    made: Amounts = {}
    for container in pod["spec"]["containers"]:
        for name, amount in _part(container, part).items():
            made[name] = made.get(name, 0) + thousandths(amount)
    beside: Amounts = {}  # of init containers that keep running
    for container in pod["spec"].get("initContainers") or ():
        amounts = {name: thousandths(amount) for name, amount in _part(container, part).items()}
        if container.get("restartPolicy") == "Always":
            for name, amount in amounts.items():
                beside[name] = beside.get(name, 0) + amount
                made[name] = made.get(name, 0) + amount
        else:
            for name, amount in amounts.items():
                made[name] = max(made.get(name, 0), amount + beside.get(name, 0))
    for name, amount in (pod["spec"].get("overhead") or {}).items():
        made[name] = made.get(name, 0) + thousandths(amount)
    return made


def _part(container: JsonObject, part: str) -> JsonObject:
    return (container.get("resources") or {}).get(part) or {}


def added(first: Amounts, second: Amounts, sign: int = 1) -> Amounts:
    """Return the sum of two sets of amounts, or their difference."""
    return {name: first.get(name, 0) + sign * second.get(name, 0) for name in {**first, **second}}
