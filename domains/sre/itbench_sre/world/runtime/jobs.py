"""Work that nobody calls for: messages that workers read, jobs that run once, scripts of init containers."""

from typing import TYPE_CHECKING

from itbench_sre.world.application.fields import drawn
from itbench_sre.world.application.model import Program, Protocol
from itbench_sre.world.application.reading import host_and_port
from itbench_sre.world.application.shell import Script, script_of
from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.runtime.api_server import LOOP_PER_MINUTE
from itbench_sre.world.runtime.brokers import Broker, Group, Message
from itbench_sre.world.runtime.frames import Frame, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from itbench_sre.world.runtime.plans import Link
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.runtime.runtime import Runtime

_REBALANCE_US = 3 * SECOND_US
_SESSION_US = 10 * SECOND_US
_LOOK_US = SECOND_US
_WAIT_LOOK_US = 2 * SECOND_US


class Jobs:
    """What begins by itself in processes.

    Attributes:
        asking: requests of the Kubernetes API in a minute, by process.
        fields: what runs of jobs are about, as requests are; values to draw from, by name.
    """

    def __init__(self, runtime: "Runtime") -> None:
        self._runtime = runtime
        self._workers: dict[int, dict[str, int]] = {}
        self.asking: dict[int, int] = {}
        self.fields: Mapping[str, tuple[str, ...]] = {}
        runtime.calls.on_message = self._came

    def began(self, process: "Process") -> None:
        """Let a process that is ready do what it does unasked."""
        program = process.program
        assert program is not None  # asked by the runtime
        if program.role == "job":
            self._run(process)
        elif program.consumes:
            self._workers[process.number] = dict.fromkeys(program.consumes, 0)
            self._join(process, program, self._broker(process))
            self._runtime.loop.after(_LOOK_US, self._look, process)

    def ended(self, process: "Process") -> None:
        """Take a worker out of its groups: at once where it left, after its session where it was lost."""
        self.asking.pop(process.number, None)
        if self._workers.pop(process.number, None) is None:
            return
        program = process.program
        assert program is not None  # it worked
        pause_us = _SESSION_US + _REBALANCE_US if process.exit_code == 137 else _REBALANCE_US
        for topic in program.consumes:
            broker = self._broker(process)
            group = (
                broker.topics[topic].groups.get(process.name) if broker and topic in broker.topics else None
            )
            if group is not None:
                group.read = group.done  # what was taken and not worked off is given out again
                if process.number in group.members:
                    group.members.remove(process.number)
                group.paused_until_us = self._runtime.loop.now_us + pause_us

    def _run(self, process: "Process") -> None:
        plan = process.plans.get("run")
        if plan is None:
            self._runtime.loop.after(0, self._runtime.end, process, 0, "Completed")
            return
        place = process.place
        seed = mixed(self._runtime.seed, f"job {place.uid} {place.restart}")
        frame = Frame(process, plan, self._request(seed, 0, "job"), None, self._runtime.loop.now_us)
        frame.then = self._ran
        self._runtime.calls.begin(frame)

    def _ran(self, frame: Frame) -> None:
        code = 0 if frame.failure is None else 1
        self._runtime.end(frame.process, code, "Error" if code else "Completed")

    def _request(self, seed: int, number: int, kind: str) -> Request:
        random = Randomness(seed)
        if not self._runtime.calls.is_told:
            return Request(number, kind, "", True, random, {})
        fields = drawn(self.fields, Randomness(mixed(seed, "fields")), self._runtime.loop.now_us)
        return Request(number, kind, random.hexadecimal(32), True, random, fields)

    def _link(self, process: "Process") -> "Link | None":
        for link in process.links.values():
            if link.dependency.protocol is Protocol.KAFKA:
                return link
        return None

    def _broker(self, process: "Process") -> Broker | None:
        """Return the broker that a worker reaches now."""
        link = self._link(process)
        if link is None:
            return None
        network = self._runtime.network
        if link.epoch != network.epoch:
            network.refresh(link)
        if link.trouble:
            return None
        for target in link.targets:
            way = link.ways.get(target.number)
            cut = way is not None and (
                way.trouble or any(effect.is_cut for effect in way.forward + way.backward)
            )
            role = target.extra.role if target.extra is not None else None
            if isinstance(role, Broker) and target.ready_us and not cut:
                return role
        return None

    def _join(self, process: "Process", program: Program, broker: Broker | None) -> None:
        for name in program.consumes if broker is not None else ():
            topic = broker.topics.get(name) if broker is not None else None
            if topic is None:
                continue
            group = topic.groups.get(process.name)
            if group is None:
                group = topic.groups[process.name] = Group(process.name, topic.end)
            if process.number not in group.members:
                group.members.append(process.number)
                group.paused_until_us = max(group.paused_until_us, self._runtime.loop.now_us + _REBALANCE_US)

    def _look(self, process: "Process") -> None:
        """Look whether there is something to read, as a poll that nothing woke does."""
        program = process.program
        if process.is_over or program is None or process.number not in self._workers:
            return
        broker = self._broker(process)
        self._join(process, program, broker)
        for topic in program.consumes:
            self._take(process, topic, broker)
        self._runtime.loop.after(_LOOK_US, self._look, process)

    def _came(self, broker: "Process", topic: str) -> None:
        for number in list(self._workers):
            process = self._runtime.processes.get(number)
            if process is not None and process.program is not None and topic in process.program.consumes:
                self._take(process, topic, self._broker(process))

    def _take(self, process: "Process", name: str, broker: Broker | None) -> None:
        """Let a worker begin with as many messages as it has slots for."""
        working = self._workers.get(process.number)
        if working is None or working[name] >= process.slots or process.is_over:
            return
        topic = broker.topics.get(name) if broker is not None else None
        group = topic.groups.get(process.name) if topic is not None else None
        if broker is None or topic is None or group is None or process.number not in group.members:
            return
        partitions = max(1, broker.process.number_of("partitions", 1))
        if group.members.index(process.number) >= partitions:
            return  # more members than partitions: this one has none
        if group.paused_until_us > self._runtime.loop.now_us:
            return
        program = process.program
        assert program is not None  # it consumes
        while working[name] < process.slots and group.read < topic.end:
            message = topic.at(group.read)
            group.read += 1
            if message is None:
                group.done = max(group.done, group.read)
                continue
            working[name] += 1
            self._work(process, program.consumes[name], message, name)

    def _work(self, process: "Process", operation: str, message: Message, topic: str) -> None:
        sent = message.request
        which = f" {message.ordinal}" if message.ordinal else ""
        random = Randomness(mixed(sent.number + 1, f"read by {process.name}{which}"))
        goes_on = process.language == "java"  # others begin a trace of their own, linked to the sender's
        if self._runtime.calls.is_told and not goes_on:
            fields = {**sent.fields, "link_trace": sent.trace_id, "link_span": message.span_id}
            trace_id = random.hexadecimal(32)
            request = Request(sent.number, "message", trace_id, sent.is_sampled, random, fields)
        else:
            request = sent.read(random)
        frame = Frame(process, process.plans[operation], request, None, self._runtime.loop.now_us)
        frame.then = self._worked
        frame.topic = topic
        frame.parent_span = message.span_id if goes_on else ""
        self._runtime.calls.begin(frame)

    def _worked(self, frame: Frame) -> None:
        process, name = frame.process, frame.topic
        working = self._workers.get(process.number)
        if working is None:
            return
        working[name] -= 1
        broker = self._broker(process)
        group = broker.topics[name].groups.get(process.name) if broker and name in broker.topics else None
        if group is not None:
            group.done = min(group.done + 1, group.read)
        self._take(process, name, broker)

    def run_script(self, process: "Process") -> None:
        """Do what a container's shell is told."""
        process.ready_us = self._runtime.loop.now_us
        self._runtime.loop.after(200_000, self._go_on, process, script_of(process.place.command), 0)

    def _go_on(self, process: "Process", script: Script, waited: int) -> None:
        if process.is_over:
            return
        loop = self._runtime.loop
        if waited < len(script.waits_for):
            host, port = host_and_port(script.waits_for[waited], 80)
            is_there = self.accepts(process, host, port)
            loop.after(50_000 if is_there else _WAIT_LOOK_US, self._go_on, process, script, waited + is_there)
            return
        for source, target in script.copies:
            for path, text in process.place.files.items():
                if path == source or path.startswith(source.rstrip("*")):
                    where = target if not target.endswith("/") else target + path.rpartition("/")[2]
                    if self._runtime.on_wrote is not None:
                        self._runtime.on_wrote(process, where, text)
        self._labour(process, script)
        if not script.is_endless:
            code = script.exit_code
            reason = "Error" if code else "Completed"
            loop.after(script.sleeps_s * SECOND_US + 50_000, self._runtime.end, process, code, reason)

    def _labour(self, process: "Process", script: Script) -> None:
        """Begin with what a script goes on doing: computing, holding memory, filling the disk, keeping connections."""
        process.burn_m = script.loops * 1000
        process.memory += script.holds
        if script.writes and self._runtime.on_disk is not None:
            self._runtime.on_disk(process, script.writes)
        for count, pause_s in script.asks:
            per_minute = 60 // pause_s if pause_s else LOOP_PER_MINUTE
            self.asking[process.number] = self.asking.get(process.number, 0) + count * per_minute
        if script.connects:
            self._keep(process, script, {})

    def _keep(self, process: "Process", script: Script, kept: dict[int, int]) -> None:
        """Open the connections that are not open, as far as the servers take them, and look again after some seconds."""
        processes = self._runtime.processes
        kept = {number: count for number, count in kept.items() if number in processes}
        if process.is_over:
            for number, count in kept.items():
                processes[number].connections -= count
            return
        for address, wanted in script.connects:
            host, port = host_and_port(address, 80)
            servers = self._runtime.network.reached(process, host, port)
            for server in servers[:1]:
                role = server.extra.role if server.extra is not None else None
                most = server.number_of("max_connections", 10_000 if role is None else 100)
                more = min(wanted - kept.get(server.number, 0), most - server.connections)
                if more > 0:
                    kept[server.number] = kept.get(server.number, 0) + more
                    server.connections += more
        self._runtime.loop.after(_WAIT_LOOK_US, self._keep, process, script, kept)

    def accepts(self, process: "Process", host: str, port: int) -> bool:
        """Whether a connection from a process to an address is accepted now."""
        return bool(self._runtime.network.reached(process, host, port))
