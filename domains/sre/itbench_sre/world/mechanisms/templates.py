"""Edits of a workload's pod template, and how the rollout that follows goes about."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Edit
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, ref_of

_STRATEGIES: tuple[dict[str, Any], ...] = (
    {},
    {"type": "Recreate"},
    {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": "100%"}},
)
SPEC: Path = ("spec", "template", "spec")


def container_path(container: JsonObject, *rest: Any) -> Path:
    """Return a place in a container of a pod template."""
    return (*SPEC, "containers", Item(container["name"]), *rest)


def environment_path(container: JsonObject, variable: str) -> Path:
    """Return the place of a variable's value."""
    return container_path(container, "env", Item(variable), "value")


def with_strategy(workload: JsonObject, changes: dict[Path, Any], random: Randomness) -> dict[Path, Any]:
    """Add, two times of three, that old pods go before new ones come, as where two versions must not meet or room is short."""
    if workload["kind"] != "Deployment":
        return changes
    strategy = random.fork("strategy").pick(_STRATEGIES)
    return {**changes, ("spec", "strategy"): strategy} if strategy else changes


def edit(workload: JsonObject, changes: dict[Path, Any], hand: str) -> tuple[Action, ...]:
    """Return the edit of a workload as an action."""
    return (Edit(ref_of(workload), tuple(changes.items()), hand),)
