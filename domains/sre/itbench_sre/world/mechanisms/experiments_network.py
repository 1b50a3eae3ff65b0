"""Experiments on links: packets that are late, lost, corrupt, or cut off."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import above
from itbench_sre.world.mechanisms.experiment import Experiment
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject


class _Network(Experiment):
    kind, field = "NetworkChaos", "networkChaos"

    def target(self, scene: Scene, body: JsonObject, random: Randomness) -> dict[str, Any]:
        """Aim at all that a workload exchanges, or at what it exchanges with one other."""
        found: dict[str, Any] = {"direction": random.pick(("to", "to", "from", "both"))}
        others = random.pick([scene.callees(body), scene.callers(body), scene.everything]) or scene.everything
        if random.below(3):
            other = random.pick(others)
            labels = dict(other["spec"]["selector"]["matchLabels"])
            found["target"] = {
                "selector": {"namespaces": [scene.namespace], "labelSelectors": labels},
                "mode": "all",
            }
        else:
            found["direction"] = "to"
        return found


class NetworkDelay(_Network):
    """Delays packets, by little or by more than a time limit."""

    name = "network-delay"
    faults = ("fault 21", "chaos NetworkChaos delay")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Delay."""
        delay = above(random.pick((20, 120, 600, 1500)), depth)
        return {
            "action": "delay",
            "delay": {"latency": f"{delay}ms", "jitter": f"{delay // 10}ms"},
            **self.target(scene, body, random),
        }


class NetworkLoss(_Network):
    """Loses packets, few or many."""

    name = "network-loss"
    faults = ("fault 21", "chaos NetworkChaos loss")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Lose."""
        loss = min(above(random.pick((3, 25, 50)), depth), 100)
        return {
            "action": "loss",
            "loss": {"loss": str(loss), "correlation": "0"},
            **self.target(scene, body, random),
        }


class NetworkPartition(_Network):
    """Cuts a workload off from another, which matters if they talk."""

    name = "network-partition"
    faults = ("fault 21", "chaos NetworkChaos partition")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Cut."""
        return {"action": "partition", **self.target(scene, body, random)}


class NetworkCorruption(_Network):
    """Corrupts packets, which are then sent again."""

    name = "network-corruption"
    faults = ("chaos NetworkChaos corrupt",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Corrupt."""
        share = min(above(random.pick((2, 20, 50)), depth), 100)
        return {
            "action": "corrupt",
            "corrupt": {"corrupt": str(share), "correlation": "0"},
            **self.target(scene, body, random),
        }
