"""New workloads that take from others: processor time, memory, disk, connections, or users' share of the capacity."""

import copy
from abc import abstractmethod

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Create
from itbench_sre.world.mechanisms.depth import above, draw_depth
from itbench_sre.world.mechanisms.extra import deployed, new_ref, scripted
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.usage import replicas
from itbench_sre.world.runtime.api_server import CAPACITY, LOOP_PER_MINUTE
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, Ref

_HOSTNAME = "kubernetes.io/hostname"


class _Neighbour(Mechanism):
    """Creates a workload beside the application's."""

    family = "neighbours"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Name it, and let it take something."""
        ref = new_ref(scene, random.fork("name"))
        depth = draw_depth(random.fork("depth"))
        made = self.made(scene, ref, random, depth)
        if made is None:
            return None
        body, condition = made
        return Plan(
            target=ref,
            affects=(),
            names=of_workload(body, scene.names),
            depth=depth,
            actions=(Create(body, hand),),
            condition=condition,
            solution=f"delete the Deployment {ref.name}, or bound it",
        )

    @abstractmethod
    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Return the workload, and what it does; None where there is nothing to take."""


class NoisyNeighbour(_Neighbour):
    """Brings pods that compute all the time: within a limit or not, with requests that give them a right to it or not."""

    name = "noisy-neighbour"

    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Compute on one node, or on as many as there are replicas."""
        node = random.pick(scene.workers)
        cores = max(thousandths(node["status"]["capacity"]["cpu"]) // 1000, 1)
        loops = max(above(cores * random.pick((1, 12, 60)), depth), 1)
        limit = random.pick(("", "", "", "500m", "1"))
        pinned: JsonObject = {"nodeSelector": {_HOSTNAME: _hostname(node)}} if random.below(2) else {}
        count = random.between(1, 2) if pinned else random.between(1, len(scene.workers) + 2)
        body = scripted(
            ref,
            f"for i in $(seq {loops}); do (while true; do sha256sum /dev/zero; done) & done; wait",
            replicas=count,
            requests={
                "cpu": limit or random.pick(("250m", "1", f"{_free_cpu_m(scene, node)}m")),
                "memory": "16Mi",
            },
            limits={"cpu": limit} if limit else None,
            **pinned,
        )
        return body, f"each of its {count} pods computes with {loops} processes, within {limit or 'no'} limit"


class MemoryNeighbour(_Neighbour):
    """Brings pods that hold about the memory that a node has left; what they ask for decides who is evicted for it."""

    name = "memory-neighbour"

    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Hold memory."""
        node = random.pick(scene.workers)
        name = node["metadata"]["name"]
        held = max(above(scene.unused_mib(name), depth), 8)
        asked = random.pick((16, 16, held))
        classes = ("", "system-cluster-critical", "system-cluster-critical")
        priority = random.pick(classes) if asked == 16 else ""
        ranked: JsonObject = {"priorityClassName": priority} if priority else {}
        asked = min(asked, scene.free_mib()[name] * 15 // 16)
        pinned: JsonObject = {"nodeSelector": {_HOSTNAME: _hostname(node)}} if random.below(4) else {}
        body = scripted(
            ref,
            f"head -c {held}m /dev/zero | tail | sleep infinity",
            requests={"cpu": "50m", "memory": f"{asked}Mi"},
            **pinned,
            **ranked,
        )
        return body, f"its pod holds {held} MiB and asks for {asked} MiB" + (
            f", with the priority {priority}" if priority else ""
        )


class DiskNeighbour(_Neighbour):
    """Brings pods that write about as much as a node's disk has left, into their own layer or into a directory of the node."""

    name = "disk-neighbour"

    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Write."""
        node = random.pick(scene.workers)
        # The kubelet first removes images that nobody uses.
        size = above(scene.unused_disk_mib(node["metadata"]["name"]) * 4 // 3, depth)
        pinned: JsonObject = {"nodeSelector": {_HOSTNAME: _hostname(node)}} if random.below(4) else {}
        path = f"/var/cache/{ref.name}"
        host = {"name": "work", "hostPath": {"path": path, "type": "DirectoryOrCreate"}}
        volumes = [(host, "/work")] if random.below(3) else [({"name": "work", "emptyDir": {}}, "/work")]
        body = scripted(
            ref,
            f"dd if=/dev/zero of=/work/segment bs=1M count={size}; sleep infinity",
            replicas=random.between(1, 2),
            requests={"cpu": "50m", "memory": "16Mi"},
            volumes=volumes,
            **pinned,
        )
        return (
            body,
            f"each of its pods writes {size} MiB to {'the disk of its node' if 'hostPath' in volumes[0][0] else 'its volume'}",
        )


class Squatter(_Neighbour):
    """Brings pods that keep connections to a server open: as many as it has left, or fewer."""

    name = "connection-squatter"
    family = "pools"

    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Connect."""
        servers = [
            (service, port["port"], process)
            for service in scene.store.list("Service", scene.namespace)
            for body in scene.behind(service)[:1]
            if (program := scene.program(body)) and program.role in ("database", "cache")
            for process in scene.processes(body)[:1]
            for port in service["spec"]["ports"][:1]
        ]
        if not servers:
            return None
        service, port, process = random.pick(servers)
        program = scene.program(scene.behind(service)[0])
        usual = 100 if program is not None and program.role == "database" else 10_000
        room = max(process.number_of("max_connections", usual) - process.connections, 4)
        count = random.between(1, 3)
        each = max(above(room, depth) // count, 1)
        name = service["metadata"]["name"]
        body = scripted(
            ref,
            f"for i in $(seq {each}); do (while true; do nc {name} {port}; sleep 5; done) & done; wait",
            replicas=count,
            requests={"cpu": "50m", "memory": "32Mi"},
        )
        return body, f"each of its {count} pods keeps {each} connections to {name} open"


class ApiSurge(_Neighbour):
    """Brings pods that ask the Kubernetes API all the time, or now and then: some, or more than it can answer."""

    name = "api-surge"
    family = "neighbours"
    faults = ("fault 10",)

    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Ask."""
        count = random.between(1, 4)
        room = CAPACITY * 39 // 40 - scene.world.api_server.usual()
        pause_s = random.pick((0, 0, 1, 30))
        each = max(above(room * 60, depth) // LOOP_PER_MINUTE // count, 1)
        rest = f" sleep {pause_s};" if pause_s else ""
        what = random.pick(("pods", "events", "secrets", "configmaps"))
        body = scripted(
            ref,
            f"for i in $(seq {each}); do (while true; do wget -qO- https://kubernetes.default.svc/api/v1/{what};{rest} done) "
            "& done; wait",
            replicas=count,
            requests={"cpu": "50m", "memory": "32Mi"},
        )
        return body, f"each of its {count} pods lists {what} in {each} loops with a pause of {pause_s} s"


class TrafficCampaign(_Neighbour):
    """Brings further pods of the load generator, as a campaign or a load test does."""

    name = "traffic-campaign"
    family = "capacity"

    def made(self, scene: Scene, ref: Ref, random: Randomness, depth: int) -> tuple[JsonObject, str] | None:
        """Copy the workload that plays users."""
        fits = [
            body for body in scene.everything if (program := scene.program(body)) and program.role == "load"
        ]
        if not fits:
            return None
        body = random.pick(fits)
        pod = copy.deepcopy(body["spec"]["template"]["spec"])
        container = pod["containers"][0]
        container["name"] = ref.name
        count = random.between(1, 3) * replicas(body)
        wanted = above(random.pick((1, 3, 12)) * crowd(scene), depth) // 12
        program = scene.program(body)
        users = program.settings.get("users") if program else None
        if users is None or not users.variable:
            count = min(max(wanted, 1), 12) * replicas(body)
            return deployed(ref, pod, count), f"it plays users in {count} further pods"
        now = int(scene.environment(body).get(users.variable) or users.default)
        each = max(now * wanted * replicas(body) // count, 1)
        others = [entry for entry in container.get("env", ()) if entry["name"] != users.variable]
        container["env"] = [*others, {"name": users.variable, "value": str(each)}]
        return deployed(ref, pod, count), f"it plays {each} users in each of {count} further pods"


def crowd(scene: Scene) -> int:
    """Return about how many times its usual users are more than an application of the usual size serves."""
    return max(1_500 // max(scene.application.visits_per_minute, 1), 4)


def _hostname(node: JsonObject) -> str:
    found: str = node["metadata"]["labels"].get(_HOSTNAME, node["metadata"]["name"])
    return found


def _free_cpu_m(scene: Scene, node: JsonObject) -> int:
    """Return about what a node has left of its processors, in thousandths of a core."""
    name = node["metadata"]["name"]
    free = thousandths(node["status"]["allocatable"]["cpu"])
    for pod in scene.store.list("Pod"):
        if pod["spec"].get("nodeName") == name:
            for container in pod["spec"]["containers"]:
                free -= thousandths(container.get("resources", {}).get("requests", {}).get("cpu", "0"))
    return max(free * 7 // 8, 100)
