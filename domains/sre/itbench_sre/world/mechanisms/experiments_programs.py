"""Experiments on what programs say to each other, and inside Java virtual machines."""

from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.depth import above
from itbench_sre.world.mechanisms.experiment import Experiment
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.store.refs import JsonObject


class _Http(Experiment):
    kind, field = "HTTPChaos", "httpChaos"

    def fits(self, scene: Scene, body: JsonObject) -> bool:
        """Whether it listens."""
        return bool(scene.container(body).get("ports"))

    def where(self, scene: Scene, body: JsonObject, random: Randomness) -> dict[str, Any]:
        """Aim at all paths of a port that is used, or at one that is not there."""
        port = scene.container(body)["ports"][0]["containerPort"]
        paths = random.pick(("*", "*", "/internal/metrics", "/debug/*"))
        return {
            "target": random.pick(("Request", "Response")),
            "port": random.pick((port, port, port + 1)),
            "path": paths,
        }


class HttpAbort(_Http):
    """Breaks HTTP connections off."""

    name = "http-abort"
    faults = ("fault 21", "chaos HTTPChaos abort")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Break off."""
        return {**self.where(scene, body, random), "abort": True}


class HttpDelay(_Http):
    """Delays HTTP requests or responses."""

    name = "http-delay"
    faults = ("chaos HTTPChaos delay",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Delay."""
        return {**self.where(scene, body, random), "delay": f"{above(random.pick((50, 400, 1500)), depth)}ms"}


class HttpTamper(_Http):
    """Replaces the body of HTTP requests or the status of responses."""

    name = "http-tamper"
    faults = ("fault 21", "chaos HTTPChaos replace")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Replace."""
        where = self.where(scene, body, random)
        if where["target"] == "Response":
            return {**where, "replace": {"code": random.pick((200, 500, 503))}}
        return {**where, "patch": {"body": {"type": "JSON", "value": '{"order": "tampered"}'}}}


class _Jvm(Experiment):
    kind, field = "JVMChaos", "jvmChaos"

    def fits(self, scene: Scene, body: JsonObject) -> bool:
        """Whether it is a Java program."""
        program = scene.program(body)
        return program is not None and program.language == "java"


class JvmException(_Jvm):
    """Lets a method throw, one that requests go through or one that they do not."""

    name = "jvm-exception"
    faults = ("fault 21", "chaos JVMChaos exception", "chaos JVMChaos return")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Throw, or return something else."""
        program = scene.program(body)
        operations = sorted(program.operations) if program else []
        method = random.pick([*operations, "warmUp", "refreshMetadata"])
        where = {
            "class": f"{body['metadata']['name'].replace('-', '')}.Service",
            "method": method.rpartition("/")[2],
        }
        if random.below(2):
            return {"action": "exception", **where, "exception": 'java.io.IOException("BOOM")'}
        return {"action": "return", **where, "value": '"0"'}


class JvmStress(_Jvm):
    """Burns processor time or heap inside a Java virtual machine, or collects garbage all the time."""

    name = "jvm-stress"
    faults = ("fault 21", "chaos JVMChaos stress", "chaos JVMChaos gc")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Stress."""
        return random.pick(
            [
                {"action": "stress", "cpuCount": random.between(1, 2)},
                {"action": "stress", "memType": "heap"},
                {"action": "gc"},
            ]
        )
