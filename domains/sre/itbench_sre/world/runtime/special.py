"""What is not plain about a process: its role's state, its version's defects, flags that are on, chaos in its pod."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol as Interface

from itbench_sre.world.application.effects import Effect, effects_of
from itbench_sre.world.application.flags import FlagFile
from itbench_sre.world.application.model import Call, Protocol
from itbench_sre.world.runtime.effects import (
    BurnEffect,
    ClockEffect,
    DiskEffect,
    DnsEffect,
    Effect as ChaosEffect,
    HttpEffect,
    JvmEffect,
)
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame, Request
from itbench_sre.world.runtime.plans import Plan

if TYPE_CHECKING:
    from itbench_sre.world.runtime.calls import Calls
    from itbench_sre.world.runtime.process import Process

_MASK = (1 << 64) - 1
_OF_PROCESS = ("background_cpu_m", "unreachable", "no_cache", "retries", "leaked_bytes_per_second")
_ONCE = ("wait_us", "stop_us", "leaked_bytes_per_request", "failure_per_million", "crash_per_million")


def _of_whole(written: Mapping[str, int], thousandths: int) -> list[Effect]:
    """Return the effects of a flag's value, those that are nothing at it included."""
    return [replace(effect, amount=effect.amount * thousandths // 1000) for effect in effects_of(written)]


class Role(Interface):
    """The state that a role brings: a database's, a cache's, a broker's."""

    def refuse_connection(self, attempt: Attempt) -> Failure | None:
        """Return why a new connection is refused."""

    def begin(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Return why an operation cannot be done now; `frame.ahead_us` may grow by what it waits for."""

    def work(self, frame: Frame, cpu_us: int) -> tuple[int, int]:
        """Return the processor time that a step takes, and what it waits beside."""

    def end(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Do what the operation leaves behind; return why that failed."""


class Special:
    """All that is not plain about one process.

    Attributes:
        role: the state of its role; None for those without.
        effects: of defects and of flags that are on for somebody, by operation; `""` for all.
        ages: whether it loses memory as time goes by.
        stopped_until_us: the whole process stands still until then.
        clock_us: how far its clock is off.
        flags: as it knows them; None where it has not asked yet or got no answer.
    """

    __slots__ = (
        "_calls", "ages", "clock_us", "defects", "disk", "dns", "effects", "flags", "flags_until_us", "gc_us", "has_targets",
        "http", "jvm", "process", "role", "stopped_until_us",
    )  # fmt: skip

    def __init__(self, process: "Process", calls: "Calls", role: Role | None) -> None:
        self.process = process
        self._calls = calls
        self.role = role
        self.defects = effects_of(process.place.image.defects)
        self.effects: tuple[tuple[str, Effect], ...] = ()
        self.ages = False
        self.flags: FlagFile | None = None
        self.flags_until_us = 0
        self.has_targets = False
        self.stopped_until_us = 0
        self.clock_us = 0
        self.gc_us = 0
        self.http: tuple[HttpEffect, ...] = ()
        self.jvm: tuple[JvmEffect, ...] = ()
        self.disk: tuple[DiskEffect, ...] = ()
        self.dns: tuple[DnsEffect, ...] = ()

    @property
    def is_needed(self) -> bool:
        """Whether anything is not plain now."""
        return bool(
            self.role is not None
            or self.effects
            or self.http
            or self.jvm
            or self.dns
            or self.clock_us
            or self.stopped_until_us > self._calls.loop.now_us
        )

    def review(self, chaos: Iterable[ChaosEffect], flags: FlagFile | None) -> None:
        """Take over what chaos does to the pod now, and the flags as the process knows them."""
        found = list(chaos)
        self.http = tuple(effect for effect in found if isinstance(effect, HttpEffect))
        self.jvm = tuple(effect for effect in found if isinstance(effect, JvmEffect) and self._is_java())
        self.disk = tuple(effect for effect in found if isinstance(effect, DiskEffect))
        self.dns = tuple(effect for effect in found if isinstance(effect, DnsEffect))
        self.clock_us = sum(effect.offset_us for effect in found if isinstance(effect, ClockEffect))
        self.gc_us = max((effect.gc_us for effect in self.jvm), default=0)
        process = self.process
        burns = [effect for effect in found if isinstance(effect, BurnEffect)]
        mine = [burn for burn in burns if burn.container in ("", process.place.container)]
        process.burnt = sum(burn.memory for burn in mine) + sum(effect.heap for effect in self.jvm)
        background = sum(effect.amount for effect in self.defects if effect.name == "background_cpu_m")
        self.flags = flags
        self.effects = tuple(("", effect) for effect in self.defects) + tuple(self._flagged(flags))
        self.ages = any(effect.name == "leaked_bytes_per_second" for _, effect in self.effects)
        background += sum(e.amount for name, e in self.effects if name and e.name == "background_cpu_m")
        self._bend()
        process.burn_m = (
            sum(burn.cpu_m for burn in mine) + sum(effect.cpu_m for effect in self.jvm) + background
        )

    def _is_java(self) -> bool:
        return self.process.language == "java"

    def _flagged(self, flags: FlagFile | None) -> Iterable[tuple[str, Effect]]:
        if flags is None:
            return
        for name, written in self.process.place.image.flags.items():
            flag = flags.flags.get(name)
            if flag is None or not flag.is_enabled:
                continue
            # What concerns the whole process is asked for without a request, and so for nobody's group.
            amount = flags.thousandths(name, {})
            most = max(flag.variants.values(), default=0) if flag.targeting else amount
            for whole, each in zip(_of_whole(written, amount), _of_whole(written, most), strict=True):
                found = whole if each.name in _OF_PROCESS else each
                if found.amount > 0:
                    yield name, found

    def acting(self, frame: Frame) -> list[tuple[str, Effect]]:
        """Return the effects that concern a frame: (flag or "", effect)."""
        operation = frame.operation.name
        request = frame.request
        found = []
        for name, effect in self.effects:
            if (
                effect.operation
                and effect.operation != operation
                and effect.operation not in self.process.links
            ):
                continue
            if effect.field and str(request.fields.get(effect.field)) != effect.value:
                continue
            if name and not self._is_on(name, request):
                continue
            found.append((name, effect))
        return found

    def _is_on(self, name: str, request: Request) -> bool:
        """Whether a flag is on for a request, as far as the process knows; its fields are asked for only if they decide."""
        if self.flags is None:
            return True
        flag = self.flags.flags.get(name)
        fields = request.fields if flag is not None and flag.targeting else {}
        return self.flags.thousandths(name, fields) != 0

    def refuse_connection(self, attempt: Attempt) -> Failure | None:
        """Return why a new connection is refused."""
        return self.role.refuse_connection(attempt) if self.role is not None else None

    def leaks_connection(self, attempt: Attempt) -> bool:
        """Whether the process forgets to give a connection back after this call."""
        for name, effect in self.effects:
            if effect.name != "leaked_connections_per_million":
                continue
            if effect.operation and effect.operation != attempt.plan.link.name:
                continue
            if name and not self._is_on(name, attempt.request):
                continue
            if self._draw(attempt.frame, 1_000_000) < effect.amount:
                return True
        return False

    def begin(self, calls: "Calls", frame: Frame) -> bool:
        """Begin an operation; False where it fails before its first step."""
        failure = self._tampered(frame) if self.http else None
        if failure is None and self.clock_us:
            failure = self._outdated()
        if failure is None and self.jvm:
            failure = self._thrown(frame)
        if failure is None and self.role is not None:
            failure = self.role.begin(calls, frame)
        if failure is None:
            for name, effect in self.acting(frame) if self.effects else ():
                frame.flag = name or frame.flag
                if effect.name == "extra_calls":
                    frame.plan = self._longer(frame, effect)
                if effect.name in _ONCE:
                    failure = self._act(calls, frame, name, effect) or failure
            if frame.process.is_over:
                return False
        if failure is None:
            return True
        calls.fail_later(frame, failure)
        return False

    def _outdated(self) -> Failure | None:
        """Return the refusal of what has expired by a clock that is off."""
        life_us = self.process.number_of("token_life_s") * 1_000_000
        if not life_us or abs(self.clock_us) <= life_us:
            return None
        said = self.process.place.image.words.get("token", "UNAUTHENTICATED: token is expired")
        code, _, message = said.partition(": ")
        return Failure(code, message, False, "auth")

    def _act(self, calls: "Calls", frame: Frame, flag: str, effect: Effect) -> Failure | None:
        amount = effect.amount
        match effect.name:
            case "wait_us":
                frame.ahead_us += amount
            case "stop_us":
                self.stop(amount)
            case "leaked_bytes_per_request":
                self.process.leaked += amount
                self.process.memory += amount
            case "failure_per_million":
                if self._draw(frame, 1_000_000) < amount:
                    frame.flag = flag
                    return self.in_words(frame, flag or effect.name)
            case "crash_per_million":
                if self._draw(frame, 1_000_000) < amount:
                    calls.crash(
                        self.process,
                        "panic: runtime error: invalid memory address or nil pointer dereference",
                    )
        return None

    def in_words(self, frame: Frame, cause: str) -> Failure:
        """Return the failure that a flag or defect causes, in the image's words."""
        said = self.process.place.image.words.get(cause, "")
        code, _, message = said.partition(": ")
        if not message:
            code = {Protocol.GRPC: "INTERNAL", Protocol.HTTP: "500"}.get(frame.operation.protocol, "ERR")
            message = said or "internal error"
        return Failure(code, message, code in ("UNAVAILABLE", "503"))

    def stop(self, duration_us: int) -> None:
        """Let the whole process stand still."""
        now_us = self._calls.loop.now_us
        self.stopped_until_us = max(self.stopped_until_us, now_us) + duration_us
        self.process.cpu_us += duration_us

    def work(self, frame: Frame, cpu_us: int) -> tuple[int, int]:
        """Return the processor time that a step takes, and what it waits beside."""
        more_us = 0
        if self.effects:
            for _, effect in self.acting(frame):
                if effect.name == "cpu_per_cent":
                    cpu_us += cpu_us * effect.amount // 100
        if self.role is not None:
            cpu_us, more_us = self.role.work(frame, cpu_us)
        for disk in self.disk if self.role is not None else ():
            more_us += disk.delay_us
        if self.stopped_until_us:
            more_us += max(0, self.stopped_until_us - self._calls.loop.now_us)
        return cpu_us, more_us

    def end(self, calls: "Calls", frame: Frame) -> Failure | None:
        """Do what an operation leaves behind; return why that failed."""
        for disk in self.disk if frame.operation.writes else ():
            if disk.errno and self._draw(frame, 100) < disk.per_cent:
                return Failure("58030", "could not write block: Input/output error", False)
        return self.role.end(calls, frame) if self.role is not None else None

    def _longer(self, frame: Frame, effect: Effect) -> Plan:
        """Return the plan of a frame with more calls: of a dependency, of those that it makes only then, or of all."""
        plan = frame.plan
        amount = effect.amount
        key = f"{plan.operation.name} and {amount} calls {effect.operation}"
        longer = self.process.plans.get(key)
        if longer is None:
            calls = [step for step in plan.operation.steps if isinstance(step, Call)]
            calls = [call for call in calls if not call.count or call.dependency == effect.operation] or calls
            if effect.operation in self.process.links:
                calls = [call for call in calls if call.dependency == effect.operation]
            more = tuple(replace(call, count=amount) for call in calls)
            operation = replace(plan.operation, steps=(*plan.operation.steps, *more))
            longer = self.process.plans[key] = Plan(self.process, operation)
            longer.operation = plan.operation
        return longer

    def _bend(self) -> None:
        """Let defects and flags change how the process calls others, and what it keeps of answers."""
        process = self.process
        program = process.program
        if program is None:
            return
        for name, link in process.links.items():
            lost = any(e.name == "unreachable" and e.operation in ("", name) for _, e in self.effects)
            if lost != link.is_astray:
                link.is_astray = lost
                link.epoch = -1
            more = self.has("retries")
            link.retries = link.usual_retries + more
            link.backoff_us = 1 if more else link.usual_backoff_us
        if self.has("no_cache"):
            process.caches.clear()
            process.cache_us = 0
        else:
            process.cache_us = process.usual_cache_us

    def has(self, name: str) -> int:
        """Return the amount of an effect of the whole process, 0 for none."""
        return sum(effect.amount for _, effect in self.effects if effect.name == name)

    def _tampered(self, frame: Frame) -> Failure | None:
        """Return what a proxy before the port makes of a request."""
        for effect in self.http:
            ports = self.process.program.ports.values() if self.process.program else ()
            if effect.port and effect.port not in ports:
                continue
            if effect.path and not frame.operation.name.partition(" ")[2].startswith(effect.path.rstrip("*")):
                continue
            if self._draw(frame, 100) >= effect.per_cent:
                continue
            frame.ahead_us += effect.delay_us
            if effect.is_abort:
                return Failure("UNAVAILABLE", "connection reset by peer", True, "reset")
            if effect.status:
                return Failure(str(effect.status), "replaced by a proxy", effect.status in (502, 503, 504))
        return None

    def _thrown(self, frame: Frame) -> Failure | None:
        for effect in self.jvm:
            if effect.operation and effect.operation not in frame.operation.name:
                continue
            frame.ahead_us += effect.delay_us
            if effect.exception or effect.value:
                return Failure("UNKNOWN", effect.exception or "Application error processing RPC", False)
        return None

    def _draw(self, frame: Frame, limit: int) -> int:
        request = frame.request
        request.state = state = (request.state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (state >> 33) * limit >> 31
