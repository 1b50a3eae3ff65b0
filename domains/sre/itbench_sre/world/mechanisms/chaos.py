"""Chaos experiments on a schedule: running or paused, on pods that matter or not, gentle or harsh."""

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create
from itbench_sre.world.mechanisms.depth import above, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import exact, generated
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import MIB, asked, used_mib
from itbench_sre.world.store.refs import JsonObject, Ref

if TYPE_CHECKING:
    from itbench_sre.world.mechanisms.change import Name

CHAOS_NAMESPACE = "chaos-mesh"
_TEAMS = ("team-a", "team-b", "platform", "storefront-crew", "sre-guild", "backend")
_TOPICS = ("resilience", "gameday", "steady-state", "weekly-drill", "readiness", "failover")
_API = "chaos-mesh.org/v1alpha1"
_HAND = "kubectl-client-side-apply"


class Experiment(Mechanism):
    """Schedules an experiment of one kind; its name says neither what it does nor to whom."""

    family = "chaos"
    kind: ClassVar[str]
    field: ClassVar[str]

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, how strong, how long, and whether the schedule is paused."""
        body = scene.pick(random, [each for each in scene.workloads if self.fits(scene, each)])
        if body is None:
            return None
        name = f"{random.pick(_TEAMS)}-{random.pick(_TOPICS)}-{random.between(1, 29)}"
        ref = Ref("Schedule", CHAOS_NAMESPACE, name)
        if scene.store.get(ref) is not None:
            return None
        depth = draw_depth(random.fork("depth"))
        spec = {
            "selector": {
                "namespaces": [scene.namespace],
                "labelSelectors": dict(body["spec"]["selector"]["matchLabels"]),
            },
            "mode": "all" if random.below(2) else "one",
            "duration": f"{random.pick((20, 45, 120, 600, 900, 1200))}s",
            **self.spec(scene, body, random, depth),
        }
        metadata: JsonObject = {"name": name, "namespace": CHAOS_NAMESPACE}
        if random.fork("paused").below(5) == 0:
            metadata["annotations"] = {"experiment.chaos-mesh.org/pause": "true"}
        schedule = {
            "apiVersion": _API,
            "kind": "Schedule",
            "metadata": metadata,
            "spec": {
                "schedule": f"@every {random.pick(('5m', '10m', '15m', '30m'))}",
                "historyLimit": 5,
                "concurrencyPolicy": "Forbid",
                "type": self.kind,
                self.field: spec,
            },
        }
        spawned = Ref(self.kind, CHAOS_NAMESPACE, name)
        names: tuple[Name, ...] = (exact(ref), generated(spawned, name))
        return Plan(
            target=ref,
            affects=(body["metadata"]["name"],),
            names=names,
            depth=depth,
            manager=_HAND,
            actions=(Create(schedule, _HAND),),
            condition=f"it spawns {self.kind} experiments: {self.words(spec)}",
            solution=f"pause or delete the Schedule {name}",
        )

    def fits(self, scene: Scene, body: JsonObject) -> bool:
        """Whether a workload can be a target."""
        return True

    @abstractmethod
    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Return what is special about the experiment."""

    def words(self, spec: JsonObject) -> str:
        """Say what an experiment does."""
        shown = {key: value for key, value in spec.items() if key not in ("selector", "mode", "duration")}
        return ", ".join(f"{key} {value}" for key, value in shown.items())


class _Network(Experiment):
    kind, field = "NetworkChaos", "networkChaos"

    def target(self, scene: Scene, body: JsonObject, random: Randomness) -> dict[str, Any]:
        """Aim at all that a workload exchanges, or at what it exchanges with one other."""
        found: dict[str, Any] = {"direction": random.pick(("to", "to", "from", "both"))}
        callees = [each for each in scene.workloads if each["metadata"]["name"] in scene.dependencies(body)]
        others = random.pick([callees, scene.workloads]) or scene.workloads
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


class PodKill(Experiment):
    """Kills pods, which come back; again and again where the schedule is short."""

    name = "pod-kill"
    kind, field = "PodChaos", "podChaos"
    faults = ("fault 21", "chaos PodChaos pod-kill")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Kill."""
        return {"action": "pod-kill", "gracePeriod": 0}


class PodFailure(Experiment):
    """Makes pods unable to work for a while."""

    name = "pod-failure"
    kind, field = "PodChaos", "podChaos"
    faults = ("chaos PodChaos pod-failure",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Fail."""
        return {"action": "pod-failure"}


class ContainerKill(Experiment):
    """Kills a container of pods."""

    name = "container-kill"
    kind, field = "PodChaos", "podChaos"
    faults = ("chaos PodChaos container-kill",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Kill."""
        return {"action": "container-kill", "containerNames": [scene.container(body)["name"]]}


class CpuStress(Experiment):
    """Burns processor time beside a program."""

    name = "cpu-stress"
    kind, field = "StressChaos", "stressChaos"
    faults = ("fault 21", "chaos StressChaos cpu")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Burn."""
        return {
            "stressors": {
                "cpu": {"workers": random.between(1, 2), "load": min(above(random.pick((5, 50)), depth), 100)}
            }
        }


class MemoryStress(Experiment):
    """Takes memory beside a program, up to about its limit."""

    name = "memory-stress"
    kind, field = "StressChaos", "stressChaos"
    faults = ("fault 21", "chaos StressChaos memory")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Take."""
        room = asked(body, "limits", "memory") // MIB - used_mib(scene, body)
        return {"stressors": {"memory": {"workers": 1, "size": f"{max(above(max(room, 16), depth), 1)}MB"}}}


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
        return program is not None and program.language in ("java", "kafka")


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


class DiskDelay(Experiment):
    """Delays reads and writes of files, or lets them fail."""

    name = "io-chaos"
    kind, field = "IOChaos", "ioChaos"
    faults = ("fault 21", "chaos IOChaos latency", "chaos IOChaos fault")

    def fits(self, scene: Scene, body: JsonObject) -> bool:
        """Whether it writes files that matter."""
        program = scene.program(body)
        return program is not None and program.role in ("database", "cache", "broker", "server", "worker")

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Delay or fail."""
        where = {
            "volumePath": "/data",
            "path": "/data/**/*",
            "percent": min(above(random.pick((10, 60)), depth), 100),
        }
        if random.below(2):
            return {"action": "latency", "delay": f"{above(random.pick((5, 200)), depth)}ms", **where}
        return {"action": "fault", "errno": random.pick((5, 28)), **where}


class DnsError(Experiment):
    """Lets look-ups of names fail for a workload: of all names, or of names that it does not ask for."""

    name = "dns-chaos"
    kind, field = "DNSChaos", "dnsChaos"
    faults = ("chaos DNSChaos error",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Fail, for some patterns."""
        patterns = [*scene.dependencies(body), "example.*", "*.internal", random.pick(scene.names)]
        return {"action": random.pick(("error", "random")), "patterns": [f"{random.pick(patterns)}*"]}


class ClockSkew(Experiment):
    """Shifts a workload's clock, which matters to certificates, tokens and caches."""

    name = "clock-skew"
    kind, field = "TimeChaos", "timeChaos"
    faults = ("chaos TimeChaos",)

    def spec(self, scene: Scene, body: JsonObject, random: Randomness, depth: int) -> dict[str, Any]:
        """Shift."""
        offset = random.pick(("-10m", "10m", "-2h", "36h", "-30s"))
        return {"timeOffset": offset}


PAUSE_US = 5 * SECOND_US
EXPERIMENTS: tuple[Experiment, ...] = (
    ClockSkew(),
    ContainerKill(),
    CpuStress(),
    DiskDelay(),
    DnsError(),
    HttpAbort(),
    HttpDelay(),
    HttpTamper(),
    JvmException(),
    JvmStress(),
    MemoryStress(),
    NetworkCorruption(),
    NetworkDelay(),
    NetworkLoss(),
    NetworkPartition(),
    PodFailure(),
    PodKill(),
)
