"""Edits of a workload's pod template, and how the rollout that follows goes about."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Edit
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, ref_of

SPEC: Path = ("spec", "template", "spec")


def container_path(container: JsonObject, *rest: Any) -> Path:
    """Return a place in a container of a pod template."""
    return (*SPEC, "containers", Item(container["name"]), *rest)


def environment_path(container: JsonObject, variable: str) -> Path:
    """Return the place of a variable's value."""
    return container_path(container, "env", Item(variable), "value")


def with_strategy(workload: JsonObject, changes: dict[Path, Any], random: Randomness) -> dict[Path, Any]:
    """Add, every second time, that old pods go before new ones come, as people do where two versions must not meet."""
    if workload["kind"] == "Deployment" and random.fork("strategy").below(2):
        return {**changes, ("spec", "strategy"): {"type": "Recreate"}}
    return changes


def edit(workload: JsonObject, changes: dict[Path, Any], hand: str) -> tuple[Action, ...]:
    """Return the edit of a workload as an action."""
    return (Edit(ref_of(workload), tuple(changes.items()), hand),)
