"""The runtime below the kubelets: it starts and ends processes, and carries what they do to each other."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime import commands, inside, roles
from itbench_sre.world.runtime.brokers import Broker
from itbench_sre.world.runtime.calls import Calls
from itbench_sre.world.runtime.effects import Effects
from itbench_sre.world.runtime.ends import end_of
from itbench_sre.world.runtime.flagging import flags_of
from itbench_sre.world.runtime.frames import Failure, Sink
from itbench_sre.world.runtime.jobs import Jobs
from itbench_sre.world.runtime.meters import Meters
from itbench_sre.world.runtime.narration import announce, recite
from itbench_sre.world.runtime.network import Network
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.plans import equip
from itbench_sre.world.runtime.probing import probe
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.runtime.settings import UnreadableSettingError
from itbench_sre.world.runtime.special import Special
from itbench_sre.world.runtime.usage import NodeLoad, rate_of
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of

if TYPE_CHECKING:
    from itbench_sre.world.runtime.listeners import Kubelets
    from itbench_sre.world.store.store import Store

_USUAL_CORES_M = 4000
NO_KUBELETS: dict[str, Any] = {}
_FAILING_START_US = 700_000
_ASK_AGAIN_US = 2_000_000
_DRAIN_US = 250_000
_LOOK_AT_FLAGS_S = 3
_LOOK_AT_ROLES_S = 10
_SIGTERM_CODES = {"java": 143, "nodejs": 143, "python": 0, "ruby": 0}


class Runtime:
    """All processes of the cluster.

    Attributes:
        kubelets: of the nodes, by name; told when a process ends.
        on_wrote: is told of files that a process writes into a volume of its pod: process, path, text; `on_disk` of how many
            bytes it keeps in its own container; `on_ready` and `on_over` of processes that listen, and have ended.
        effects: of chaos experiments.
        nodes: what runs where.
    """

    def __init__(self, loop: Loop, store: "Store", seed: int, sink: Sink | None = None) -> None:
        self.kubelets: Kubelets = NO_KUBELETS
        self.on_wrote: Callable[[Process, str, str], object] | None = None
        self.on_disk: Callable[[Process, int], object] | None = None
        self.on_ready: list[Callable[[Process], object]] = []
        self.on_over: list[Callable[[Process], object]] = []
        self.meters = Meters()
        self.effects = Effects()
        self.network = Network(loop, store, self.effects)
        self.calls = Calls(loop, self.network, self.meters, sink or Sink())
        self.calls.on_crash = self._crashed
        self.nodes: dict[str, NodeLoad] = {}
        self.jobs = Jobs(self)
        self.disks = roles.Disks()
        self.loop = loop
        self.store = store
        self.seed = mixed(seed, "runtime")
        self._tended: dict[int, None] = {}
        self._aging: list[int] | None = (
            None  # those of the tended ones that change by the second, None for not known
        )
        self._number = 0
        self._seconds = 0
        self.effects.listen(self.review_all)
        loop.after(SECOND_US, self._look)

    @property
    def processes(self) -> dict[int, Process]:
        """Return the processes by number."""
        return self.network.processes

    def listen(self, sink: Sink) -> None:
        """Tell `sink` of everything that happens from now on."""
        self.calls.sink = sink
        self.calls.is_told = type(sink) is not Sink

    def start(self, place: Place) -> Process:
        """Start a container; one that cannot be started ends before this returns."""
        self._number = number = self._number + 1
        program = place.image.program
        process = Process(place, number, program, self.loop.now_us)
        if program is None or not commands.is_there(program, place):
            process.is_over = True
            self._tell(process, 128, "StartError")
            return process
        self.network.add(process)
        process.node = self._node(place.node)
        process.node.processes.append(process)
        process.memory = program.memory // 2
        announce(self.calls.sink, process, "begin")
        architectures = place.image.architectures
        if place.architecture not in architectures:
            self._fails_to_start(process, "exec format error", 255)
            return process
        if program.role == "shell":
            self.jobs.run_script(process)
            return process
        try:
            equip(process, program)
        except UnreadableSettingError as problem:
            self._fails_to_start(process, str(problem))
            return process
        process.extra = Special(
            process, self.calls, roles.role_of(process, self.disks, self.network.spec_of(process))
        )
        self._review(process)
        self._begin_start(process)
        return process

    def _begin_start(self, process: Process) -> None:
        program = process.program
        assert program is not None  # asked by start
        assert process.extra is not None
        if process.extra.has("startup_failure"):
            said = process.place.image.words.get("startup_failure", "fatal: cannot start")
            self._fails_to_start(process, said.partition(": ")[2] or said)
            return
        cpu_us = program.startup_cpu_us
        process.cpu_us += cpu_us
        took_us = max(program.startup_us, cpu_us * process.stretch >> 8)
        if process.rate_m:
            took_us = max(took_us, cpu_us * 1000 // process.rate_m)
            process.used_until_us = self.loop.now_us + cpu_us * 1000 // process.rate_m
        took_us += took_us * process.extra.has("startup_per_cent") // 100
        random = Randomness(mixed(self.seed, f"start {process.place.uid} {process.place.restart}"))
        self.loop.after(random.spread(took_us), self._try_to_listen, process)

    def _fails_to_start(self, process: Process, error: str, code: int = 1) -> None:
        self.loop.after(_FAILING_START_US, self._give_up, process, error, code)

    def _give_up(self, process: Process, error: str, code: int) -> None:
        if not process.is_over:
            announce(self.calls.sink, process, "failure", error)
            self.end(process, code, "Error")

    def _try_to_listen(self, process: Process) -> None:
        """Listen, once what it needs at its start is there."""
        if process.is_over:
            return
        program = process.program
        assert program is not None  # asked by start
        process.memory = max(process.memory, program.memory + process.leaked)
        for key, dependency in program.dependencies.items():
            if dependency.is_needed_at_start and not self.is_reached(process, key):
                self.loop.after(_ASK_AGAIN_US, self._try_to_listen, process)
                return
        process.ready_us = self.loop.now_us
        self.network.changed()
        announce(self.calls.sink, process, "success")
        self.jobs.began(process)
        for tell in self.on_ready:
            tell(process)

    def is_reached(self, process: Process, dependency: str) -> bool:
        """Whether a dependency of a process can be connected to now."""
        link = process.links[dependency]
        self.network.refresh(link)
        if link.trouble or not link.targets:
            return False
        return any(
            target.ready_us
            and (way is None or not (way.trouble or any(effect.is_cut for effect in way.forward)))
            for target in link.targets
            for way in (link.ways.get(target.number),)
        )

    def stop(self, process: Process, *, is_killed: bool) -> None:
        """Ask a process to end, or kill it; the caller knows that it has ended."""
        if process.is_over:
            return
        if is_killed:
            end_of(self, process, 137, "Error")
            return
        announce(self.calls.sink, process, "failure", "received signal: terminated")
        process.ready_us = 0
        self.network.changed()
        self.loop.after(_DRAIN_US, self._drain, process)

    def _drain(self, process: Process) -> None:
        if process.is_over:
            return
        if process.busy > 0 and process.program is not None and process.program.role != "load":
            self.loop.after(_DRAIN_US, self._drain, process)
            return
        code = _SIGTERM_CODES.get(process.language, 0)
        self.end(process, code, "Completed" if code == 0 else "Error")

    def end(self, process: Process, exit_code: int, reason: str) -> None:
        """End a process by itself, and tell its kubelet."""
        if not process.is_over:
            end_of(self, process, exit_code, reason)
            self._tell(process, exit_code, reason)

    def lose(self, process: Process) -> None:
        """End a process without closing its connections, as the loss of its node does."""
        if not process.is_over:
            process.is_lost = True
            end_of(self, process, 137, "Error")

    def _tell(self, process: Process, exit_code: int, reason: str) -> None:
        if process.place.node in self.kubelets:
            self.kubelets[process.place.node].ended(process, exit_code, reason)

    def inside(self, workload: Ref, what: str, arguments: Mapping[str, Any], *, one_pod: bool = False) -> int:
        """Do a deed of `inside.DEEDS` in the first container of a workload's pods that run; return in how many."""
        found = self.of_workload(workload)
        for process in found[:1] if one_pod else found:
            inside.DEEDS[what](self, process, arguments)
        return len(found)

    def processes_of(self, workload: Ref, container: str) -> list[Process]:
        """Return the processes that run in a container of a workload's pods."""
        return [
            process
            for process in self.processes.values()
            if process.place.container == container
            and not process.is_over
            and workload in self._owners(process.place.pod)
        ]

    def of_workload(self, workload: Ref) -> list[Process]:
        """Return the processes of the first container of each pod that a workload, or a pod, has."""
        found: dict[str, Process] = {}
        for process in self.processes.values():
            if process.is_over or process.program is None or process.program.role == "shell":
                continue
            if workload in self._owners(process.place.pod):
                found.setdefault(process.place.uid, process)
        return list(found.values())

    def _owners(self, pod: Ref) -> list[Ref]:
        """Return a pod and its controllers, up to the last."""
        found = [pod]
        body = self.store.get(pod)
        while body is not None:
            owner = owner_of(body)
            if owner is None:
                break
            found.append(owner)
            body = self.store.get(owner)
        return found

    def hosts_of(self, workload: Ref) -> list[str]:
        """Return the names of the Services that a workload's programs ask, as their settings say now."""
        hosts: dict[str, None] = {}
        for process in self.of_workload(workload):
            for link in process.links.values():
                hosts[link.host.partition(".")[0]] = None
        return list(hosts)

    def usage(self, pod: JsonObject) -> dict[str, int] | None:
        """Return what a pod uses, as the metrics server has it: thousandths of a core and of a byte; None for none."""
        found = self.network.of_pod(pod["metadata"]["uid"])
        if not found:
            return None
        return {
            "cpu": sum(process.mean_us for process in found) // 1000,
            "memory": sum(process.memory + process.burnt for process in found) * 1000,
        }

    def _crashed(self, process: Process, said: str) -> None:
        announce(self.calls.sink, process, "failure", said)
        self.end(process, 2 if process.language == "go" else 139 if process.language == "cpp" else 1, "Error")

    def out_of_memory(self, process: Process) -> None:
        """Kill a process that uses more memory than its limit."""
        self.end(process, 137, "OOMKilled")

    def limit(self, process: Process, *, cpu_limit_m: int, memory_limit: int) -> None:
        """Change the limits of a running container, as a resize in place does."""
        process.limit_m = cpu_limit_m
        process.memory_limit = memory_limit
        process.seen_memory = -1
        process.rate_m = rate_of(process)

    def mounted(self, process: Process, files: Mapping[str, str]) -> None:
        """Show a process files that were renewed; flags and routes are read again, other settings at the next start."""
        process.files = dict(files)
        if process.program is not None and process.program.role == "flags":
            self.review_all()
        self.network.changed()

    def probe(self, process: Process, spec: JsonObject) -> Failure | None:
        """Return why a probe fails now, in the words that follow `Readiness probe failed: `, or None."""
        return probe(process, spec, self.loop.now_us)

    def review_all(self) -> None:
        """Look again at what is special about every process."""
        for process in self.processes.values():
            if process.extra is not None and not process.is_over:
                self._review(process)

    def _review(self, process: Process) -> None:
        special = process.extra
        assert special is not None  # asked by the callers
        flags = flags_of(self, process) if process.place.image.flags else None
        special.review(self.effects.on(process.place.uid), flags)
        process.special = special if special.is_needed else None
        process.rate_m = rate_of(process)
        if (
            special.role is not None
            or special.gc_us
            or special.ages
            or process.has_heap
            or process.place.image.flags
        ):
            self._tended[process.number] = None
            self._aging = None

    def _look(self) -> None:
        """Do what is done once a second."""
        self._seconds += 1
        for node in list(self.nodes.values()):
            node.look(self, self._seconds)
        self.network.look(self.loop.now_us)
        seconds = self._seconds
        if self.calls.is_told:
            for process in list(self.processes.values()):
                recite(self.calls.sink, process, seconds)
        is_all = seconds % _LOOK_AT_FLAGS_S == 0 or seconds % _LOOK_AT_ROLES_S == 0
        for number in list(self._tended) if is_all else self._those_aging():
            tended = self.processes.get(number)
            if tended is None or tended.is_over or tended.extra is None:
                self._tended.pop(number, None)
                self._aging = None
                continue
            self._tend(tended, tended.extra, seconds)
        self.loop.after(SECOND_US, self._look)

    def _those_aging(self) -> list[int]:
        """Return the numbers of the processes that change from second to second by themselves."""
        if self._aging is None:
            self._aging = [number for number in self._tended if self._ages(self.processes.get(number))]
        return self._aging

    @staticmethod
    def _ages(process: Process | None) -> bool:
        special = process.extra if process is not None else None
        return bool(special and (special.gc_us or special.ages or special.process.has_heap))

    def _tend(self, process: Process, special: Special, seconds: int) -> None:
        """Do what a process needs from time to time: a look at its flags, at what its role keeps, at its leaks."""
        if (
            seconds % _LOOK_AT_FLAGS_S == 0
            and process.place.image.flags
            and flags_of(self, process) is not special.flags
        ):
            self._review(process)
        if special.role is not None and seconds % _LOOK_AT_ROLES_S == 0:
            self._look_at(process, special)
        if special.gc_us or special.ages or process.has_heap:
            roles.age(self, process, special, seconds)

    def _look_at(self, process: Process, special: Special) -> None:
        """Tell how much a role keeps, and how far its readers are behind."""
        role = special.role
        disk = getattr(role, "disk", None)
        if disk is not None and not disk.is_claimed and self.on_disk is not None:
            self.on_disk(process, disk.used)
        if isinstance(role, Broker):
            namespace = process.place.pod.namespace
            for name, topic in role.topics.items():
                for group in topic.groups:
                    labels = (("group", group), ("namespace", namespace), ("topic", name))
                    self.meters.gauges["kafka_consumer_group_lag_sum_ratio", labels] = topic.lag(group) * 1000

    def _node(self, name: str) -> NodeLoad:
        node = self.nodes.get(name)
        if node is None:
            body = self.store.get(Ref("Node", "", name))
            cores = ((body or {}).get("status") or {}).get("capacity", {}).get("cpu")
            cores_m = thousandths(str(cores)) if cores else _USUAL_CORES_M
            node = self.nodes[name] = NodeLoad(name, cores_m)
        return node
