"""The traffic: requests move from step to step and from process to process, one event for each stretch of work.

A hop over the network takes no event of its own: a frame carries how far its own time is ahead of the loop's, and its
next stretch of work ends that much later. What is not plain (pools, failures, effects, roles with a state) is in
`care` and `special`; this module is what most calls run through, so it is written for speed.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import NORMAL
from itbench_sre.world.runtime import words
from itbench_sre.world.runtime.care import Care
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame, Request, Sink
from itbench_sre.world.runtime.meters import BOUNDS_US, Meters
from itbench_sre.world.runtime.narration import narrate
from itbench_sre.world.runtime.network import Network

if TYPE_CHECKING:
    from itbench_sre.world.runtime.plans import CallPlan, Plan
    from itbench_sre.world.runtime.process import Process

HOP_US = 180
_FAILING_US = 300
_PERIOD_US = 100_000
_WHEEL_US = 100_000
_MASK = (1 << 64) - 1
_TABLE = tuple(NORMAL)


class Calls:
    """Carries out operations of processes.

    Attributes:
        sink: is told what happens; `is_told` says whether anybody listens.
        on_crash: is told of a process that ends by itself; `on_message` of a message that a broker took.
    """

    def __init__(self, loop: Loop, network: Network, meters: Meters, sink: Sink) -> None:
        self.loop = loop
        self.network = network
        self.meters = meters
        self.sink = sink
        self.is_told = type(sink) is not Sink
        self.care = Care(self)
        self.on_message: Callable[[Process, str], object] | None = None
        self.on_crash: Callable[[Process, str], object] | None = None
        self._wheel: dict[int, list[Attempt]] = {}
        self._after = loop.after

    def begin(self, frame: Frame) -> None:
        """Begin a root's work: a visit, a message, a job; it takes no slot."""
        process = frame.process
        process.busy += 1
        process.memory += frame.plan.memory
        if self.is_told:
            frame.span_id = self.care.span_id(frame.request)
        if (process.special is not None or self.is_told) and not self._arrived(frame):
            return
        self.advance(frame)

    def advance(self, frame: Frame) -> None:
        """Do the next steps of a frame, up to one that takes time."""
        process = frame.process
        if process.is_over or frame.ended_us:
            return
        plan = frame.plan
        at = frame.step
        while at < plan.length:
            step = plan.steps[at]
            at += 1
            frame.step = at
            if step.is_work:
                self._work(frame, step, process)  # type: ignore[arg-type] # told by is_work
                return
            if self.call(frame, step):  # type: ignore[arg-type] # told by is_work
                return
        self.finish(frame, None)

    def _work(self, frame: Frame, step: "Plan", process: "Process") -> None:
        request = frame.request
        request.state = state = (request.state * 6364136223846793005 + 1442695040888963407) & _MASK
        frame.bits = bits = state >> 32
        factor = _TABLE[bits & 63]
        cpu_us = step.cpu_us * factor >> 8  # type: ignore[attr-defined]
        ahead_us = frame.ahead_us
        delay_us = (step.wait_us * factor >> 8) + ahead_us  # type: ignore[attr-defined]
        frame.ahead_us = 0
        if process.special is not None:
            cpu_us, more_us = process.special.work(frame, cpu_us)
            delay_us += more_us
        process.cpu_us += cpu_us
        delay_us += cpu_us * process.stretch >> 8
        if process.rate_m:
            now_us = self.loop.now_us
            until_us = process.used_until_us
            until_us = (max(now_us, until_us)) + cpu_us * 1000 // process.rate_m
            process.used_until_us = until_us
            late_us = until_us - now_us - _PERIOD_US
            if late_us > 0:
                process.throttled_us += late_us
                delay_us += late_us
        slow = frame.plan.slow_per_million
        if slow and (bits >> 6 & 0xFFFFF) * 1_000_000 >> 20 < slow:
            delay_us *= 10
        if step.span:  # type: ignore[attr-defined]
            self.care.worked(frame, step.span, ahead_us, delay_us)  # type: ignore[attr-defined]
        self._after(delay_us, self.advance, frame)

    def call(self, frame: Frame, step: "CallPlan") -> bool:
        """Begin a call of a frame; False where a kept answer serves."""
        began_us = self.loop.now_us + frame.ahead_us
        if step.key is not None and frame.process.caches.get(step.key, 0) > began_us:
            return False
        if frame.is_abandoned and self.care.is_cancelled(frame):
            return True
        attempt = Attempt(frame, step, frame.request, began_us)
        if self.is_told:
            attempt.span_id = self.care.span_id(frame.request)
        self.send(attempt, frame.ahead_us)
        return True

    def send(self, attempt: Attempt, ahead_us: int = 0) -> None:
        """Send a call once; its time limit runs from now."""
        attempt.tries += 1
        link = attempt.plan.link
        network = self.network
        deadline_us = self.loop.now_us + ahead_us + link.timeout_us
        attempt.deadline_us = deadline_us
        slot = deadline_us // _WHEEL_US
        waiting = self._wheel.get(slot)
        if waiting is None:
            self._wheel[slot] = [attempt]
            self.loop.at(slot * _WHEEL_US, self._sweep, slot)
        else:
            waiting.append(attempt)
        if link.epoch != network.epoch:
            network.refresh(link)
        if not link.is_plain:
            if link.is_quick:
                pool = link.pool
                idle = pool.idle  # type: ignore[union-attr] # a quick link has one
                if idle and self.loop.now_us < pool.renew_us:  # type: ignore[union-attr] # as above
                    there = network.processes.get(idle[-1])
                    if there is not None and not there.is_over:
                        attempt.connection = idle.pop()
                        self.deliver(attempt, there, ahead_us)
                        return
            self.care.send(attempt, ahead_us)
            return
        network.lookups += link.lookups
        targets = link.targets
        if len(targets) == 1:
            target = targets[0]
        else:
            request = attempt.request
            request.state = state = (request.state * 6364136223846793005 + 1442695040888963407) & _MASK
            target = targets[(state >> 33) % len(targets)]
        self.deliver(attempt, target, ahead_us)

    def deliver(self, attempt: Attempt, target: "Process", ahead_us: int) -> None:
        """Let a call arrive at a process: it begins, waits for a slot, or is refused."""
        plan = target.plans.get(attempt.plan.operation)
        now_us = self.loop.now_us
        if plan is None or target.is_over or not target.ready_us or target.ready_us > now_us:
            self.care.not_there(attempt, target)
            return
        frame = Frame(target, plan, attempt.request, attempt, now_us + ahead_us + HOP_US)
        frame.ahead_us = ahead_us + HOP_US
        attempt.work = frame
        if self.is_told:
            frame.parent_span = attempt.span_id
            frame.span_id = self.care.span_id(attempt.request)
        if target.busy >= target.slots:
            self._wait(frame, target)
            return
        target.busy += 1
        target.memory += plan.memory
        if (target.special is not None or self.is_told) and not self._arrived(frame):
            return
        step = frame.plan.steps[0]
        if step.is_work:
            frame.step = 1
            self._work(frame, step, target)  # type: ignore[arg-type] # told by is_work
        else:
            self.advance(frame)

    def _arrived(self, frame: Frame) -> bool:
        """Do what is not plain at a frame's begin; False where it has ended or begins later."""
        if self.is_told and frame.plan.lines and frame.request.trace_id:
            narrate(self.sink, frame, "begin")
        special = frame.process.special
        return special is None or special.begin(self, frame)

    def _wait(self, frame: Frame, target: "Process") -> None:
        if len(target.queue) < target.queue_limit:
            target.queue.append(frame)
            return
        target.refused += 1
        failure = words.overloaded(target, frame.operation)
        attempt = frame.attempt
        assert attempt is not None  # roots take no slot
        self._after(2 * HOP_US, self.care.refused, attempt, attempt.tries, failure)

    def fail_later(self, frame: Frame, failure: Failure) -> None:
        """End a frame that has begun with a failure, after the time that it is ahead."""
        delay_us = frame.ahead_us + _FAILING_US
        frame.ahead_us = 0
        frame.step = frame.plan.length
        self._after(delay_us, self._fail, frame, failure)

    def _fail(self, frame: Frame, failure: Failure) -> None:
        if not frame.process.is_over and not frame.ended_us:
            self.finish(frame, failure)

    def crash(self, process: "Process", said: str) -> None:
        """End a process from inside, with what it says."""
        assert self.on_crash is not None  # set by the runtime
        self._after(0, self.on_crash, process, said)

    def _next(self, process: "Process") -> None:
        """Begin what waits for a slot, where there is one."""
        queue = process.queue
        now_us = self.loop.now_us
        while queue and process.busy < process.slots:
            frame = queue.popleft()
            attempt = frame.attempt
            if attempt is not None and (frame.is_abandoned and self.care.drops_abandoned(frame)):
                continue
            frame.queued_us = max(0, now_us - frame.began_us)
            if frame.queued_us:
                frame.began_us = now_us
                frame.ahead_us = 0
            process.busy += 1
            process.memory += frame.plan.memory
            if (process.special is not None or self.is_told) and not self._arrived(frame):
                continue
            self.advance(frame)

    def finish(self, frame: Frame, failure: Failure | None) -> None:
        """End a frame's work, and answer the caller."""
        process = frame.process
        plan = frame.plan
        process.busy -= 1
        process.memory -= plan.memory
        if failure is None:
            share = plan.failure_per_million
            if share and (frame.bits >> 12 & 0xFFFFF) * 1_000_000 >> 20 < share:
                failure = words.mishap(frame.operation)
            elif process.special is not None:
                failure = process.special.end(self, frame)
        ended_us = self.loop.now_us + frame.ahead_us
        frame.ended_us = ended_us
        frame.failure = failure
        if failure is None:
            duration_us = ended_us - frame.began_us
            if plan.counts is not None:
                plan.counts[bisect_left(BOUNDS_US, duration_us)] += 1
            else:
                plan.count(self.meters, frame, bisect_left(BOUNDS_US, duration_us))
        else:
            plan.count(self.meters, frame, bisect_left(BOUNDS_US, ended_us - frame.began_us))
        if self.is_told and frame.request.trace_id:
            self.sink.served(frame)
            if plan.lines:
                narrate(self.sink, frame, "failure" if failure else "success")
        attempt = frame.attempt
        if attempt is None:
            if frame.then is not None:
                frame.then(frame)
        elif attempt.work is frame and not attempt.ended_us:
            link = attempt.plan.link
            if link.is_plain:
                self.answer(attempt, frame, failure)
            elif (
                link.is_quick
                and attempt.connection == process.number
                and attempt.frame.process.special is None
                and not process.is_over
                and not link.pool.waiters  # type: ignore[union-attr] # a quick link has one
            ):
                attempt.connection = None
                link.pool.idle.append(process.number)  # type: ignore[union-attr] # as above
                self.answer(attempt, frame, failure)
            else:
                self.care.reply(attempt, frame, failure)
        if process.queue:
            self._next(process)

    def answer(self, attempt: Attempt, frame: Frame, failure: Failure | None) -> None:
        """Let an answer arrive at the caller."""
        if failure is not None:
            attempt.server = frame.process
            attempt.frame.ahead_us = frame.ahead_us + HOP_US
            self.care.failed(attempt, words.received(attempt, failure))
            return
        attempt.work = None  # no circle is left for the collector of garbage
        caller = attempt.frame
        caller.ahead_us = ahead_us = frame.ahead_us + HOP_US
        now_us = self.loop.now_us
        attempt.ended_us = ended_us = now_us + ahead_us
        attempt.server = frame.process
        plan = attempt.plan
        duration_us = ended_us - attempt.began_us
        bucket = bisect_left(BOUNDS_US, duration_us)
        if plan.edge is not None:
            plan.edge[bucket] += 1
            plan.counts[bucket] += 1  # type: ignore[index] # there with the edge
        else:
            plan.count(self.meters, None, bucket)
        if plan.key is not None:
            caller.process.caches[plan.key] = now_us + caller.process.cache_us
        if self.is_told and attempt.request.trace_id:
            self.sink.called(attempt)
        self.advance(caller)

    def _sweep(self, slot: int) -> None:
        """Look at the calls whose time limit may end within this slot; most have long been answered."""
        for attempt in self._wheel.pop(slot):
            if not attempt.ended_us and attempt.deadline_us // _WHEEL_US == slot:
                self.loop.at(attempt.deadline_us, self.care.timeout, attempt, attempt.deadline_us)

    def in_flight(self) -> Iterator[Attempt]:
        """Yield the calls that have not ended, in order of their time limits."""
        for slot in sorted(self._wheel):
            for attempt in self._wheel[slot]:
                if not attempt.ended_us and attempt.deadline_us // _WHEEL_US == slot:
                    yield attempt

    def root(self, process: "Process", plan: "Plan", request: Request, began_us: int) -> Frame:
        """Return a new root frame, not yet begun."""
        return Frame(process, plan, request, None, began_us)
