"""Calls that are not plain: pools, ways that delay or lose, failures, tries again, time limits, ends of processes."""

from bisect import bisect_left
from typing import TYPE_CHECKING

from itbench_sre.world.application.model import Protocol
from itbench_sre.world.runtime import words
from itbench_sre.world.runtime.effects import LinkEffect
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame, Request
from itbench_sre.world.runtime.meters import BOUNDS_US, SeriesKey
from itbench_sre.world.runtime.narration import narrate
from itbench_sre.world.telemetry.names import is_traced

if TYPE_CHECKING:
    from itbench_sre.world.runtime.calls import Calls
    from itbench_sre.world.runtime.plans import Link
    from itbench_sre.world.runtime.process import Process

_HOP_US = 180
_REFUSED_US = 900
_HANDSHAKE_US = 2_500
_LIFETIME_US = 120_000_000  # after which clients open connections anew, more or less
_RESEND_US = 200_000  # first retransmission of TCP
_MOST_RESENDS = 6
_MASK = (1 << 64) - 1


def dialled(link: "Link", target: "Process") -> str:
    """Return the address that a client dialled: of the Service where it has one, else of the pod."""
    return link.cluster_ip or target.place.pod_ip


class Care:
    """What `Calls` asks where a call is not plain."""

    def __init__(self, calls: "Calls") -> None:
        self._calls = calls
        self._loop = calls.loop
        self._network = calls.network

    def span_id(self, request: Request) -> str:
        """Return the id of a request's next span."""
        return f"{request.random.bits():016x}"

    def worked(self, frame: Frame, span: str, begin_us: int, end_us: int) -> None:
        """Count a stretch of work that has a span of its own, from and to so long after now."""
        place = frame.process.place
        calls = self._calls
        if not is_traced(place):
            return
        key = SeriesKey(frame.process.name, place.uid, place.pod.namespace, span, "Internal", "UNSET")
        calls.meters.span(key, end_us - begin_us)
        if calls.is_told:
            now_us = self._loop.now_us
            span_id = self.span_id(frame.request)
            calls.sink.worked(frame, span, span_id, (now_us + begin_us, now_us + end_us))

    def send(self, attempt: Attempt, ahead_us: int) -> None:
        """Send a call over a link that is not plain."""
        link = attempt.plan.link
        if link.pool is not None:
            self._send_pooled(attempt, ahead_us)
            return
        self._network.lookups += link.lookups
        if link.trouble:
            self._trouble(attempt, link.trouble, link.trouble_ip)
            return
        targets = link.targets
        target = targets[0] if len(targets) == 1 else targets[self._draw(attempt.request, len(targets))]
        slow_us = self._network.lookup_us if link.lookups else 0
        self.travel(attempt, target, ahead_us + slow_us)

    def _send_pooled(self, attempt: Attempt, ahead_us: int) -> None:
        link = attempt.plan.link
        pool = link.pool
        assert pool is not None  # asked by send
        processes = self._network.processes
        if link.is_astray:
            self._trouble(attempt, link.trouble, link.trouble_ip)
            return
        if self._loop.now_us >= pool.renew_us:
            pool.renew_us = self._loop.now_us + _LIFETIME_US + link.process.number * 37 % 90 * 1_000_000
            for number in pool.idle:
                pool.close(number, processes.get(number))
            pool.idle.clear()
        while pool.idle:
            number = pool.idle.pop()
            target = processes.get(number)
            if target is None or (target.is_over and not target.is_lost):
                pool.close(number, None)  # its end was heard
                continue
            attempt.connection = number
            if target.is_lost:
                attempt.hang = words.deadline(attempt.plan, dialled(link, target))
                return
            self.travel(attempt, target, ahead_us)
            return
        if pool.total >= pool.size:
            pool.waiters.append(attempt)
            self._loop.after(link.pool_wait_us, self._waited, attempt, attempt.deadline_us)
            return
        if link.trouble:
            self._trouble(attempt, link.trouble, link.trouble_ip)
            return
        self._connect(attempt, ahead_us)

    def _connect(self, attempt: Attempt, ahead_us: int) -> None:
        """Open a connection for a call, where the server admits one more."""
        link = attempt.plan.link
        targets = link.targets
        target = targets[0] if len(targets) == 1 else targets[self._draw(attempt.request, len(targets))]
        way = link.ways.get(target.number)
        if way is not None and way.trouble:
            self._trouble(attempt, way.trouble, dialled(attempt.plan.link, target))
            return
        if target.is_over or not target.ready_us or target.ready_us > self._loop.now_us:
            self.not_there(attempt, target)
            return
        if target.special is not None:
            failure = target.special.refuse_connection(attempt)
            if failure is not None:
                self._loop.after(_REFUSED_US, self.refused, attempt, attempt.tries, failure)
                return
        assert link.pool is not None  # asked by send
        attempt.connection = link.pool.open(target)
        self.travel(attempt, target, ahead_us + _HANDSHAKE_US)

    def _waited(self, attempt: Attempt, deadline_us: int) -> None:
        """End a call that gets no connection in time."""
        pool = attempt.plan.link.pool
        if (
            attempt.ended_us
            or attempt.deadline_us != deadline_us
            or pool is None
            or attempt not in pool.waiters
        ):
            return
        pool.waiters.remove(attempt)
        self.failed(attempt, words.pool_exhausted(attempt.plan))

    def travel(self, attempt: Attempt, target: "Process", ahead_us: int) -> None:
        """Bring a call to a process over a way that may have something special."""
        way = attempt.plan.link.ways.get(target.number)
        if way is None:
            self._calls.deliver(attempt, target, ahead_us)
            return
        if way.trouble:
            self._trouble(attempt, way.trouble, dialled(attempt.plan.link, target))
            return
        if way.rules and not self._network.admits(way, attempt):
            self._trouble(attempt, "denied", "")
            return
        delay_us = self._passed(way.forward, attempt.request)
        if delay_us < 0:
            attempt.hang = words.unreachable(attempt.plan, dialled(attempt.plan.link, target))
        elif delay_us:
            self._loop.after(delay_us + ahead_us, self._arrive, attempt, attempt.deadline_us, target)
        else:
            self._calls.deliver(attempt, target, ahead_us)

    def _arrive(self, attempt: Attempt, deadline_us: int, target: "Process") -> None:
        if not attempt.ended_us and attempt.deadline_us == deadline_us:
            self._calls.deliver(attempt, target, 0)

    def _passed(self, effects: tuple[LinkEffect, ...], request: Request) -> int:
        """Return how much later a message arrives, -1 for never."""
        delay_us = 0
        for effect in effects:
            if effect.is_cut:
                return -1
            delay_us += effect.delay_us
            if effect.jitter_us:
                delay_us += self._draw(request, 2 * effect.jitter_us) - effect.jitter_us
            lost = effect.loss_per_million + effect.corrupt_per_million
            resends = 0
            # A message is about two packets each way; each loss costs twice the wait of the one before.
            while lost and self._draw(request, 1_000_000) < min(1_000_000, 2 * lost):
                resends += 1
                if resends > _MOST_RESENDS:
                    return -1
            delay_us += ((1 << resends) - 1) * _RESEND_US
        return max(0, delay_us)

    def reply(self, attempt: Attempt, frame: Frame, failure: Failure | None) -> None:
        """Bring an answer back over a link that is not plain."""
        way = attempt.plan.link.ways.get(frame.process.number)
        if way is not None:
            delay_us = self._passed(way.backward, attempt.request)
            if delay_us < 0:
                return  # the client's time limit ends it
            if delay_us:
                self._loop.after(delay_us, self._return, attempt, frame, failure)
                return
        self._release(attempt)
        self._calls.answer(attempt, frame, failure)

    def _return(self, attempt: Attempt, frame: Frame, failure: Failure | None) -> None:
        if not attempt.ended_us and attempt.work is frame:
            frame.ahead_us = 0
            self._release(attempt)
            self._calls.answer(attempt, frame, failure)

    def _release(self, attempt: Attempt, is_broken: bool = False) -> None:
        """Give a call's connection back, or away to the next who waits."""
        number, attempt.connection = attempt.connection, None
        pool = attempt.plan.link.pool
        if number is None or pool is None:
            return
        target = self._network.processes.get(number)
        is_gone = target is None or target.is_over
        if is_broken or is_gone:
            pool.close(number, None if is_gone else target)
        else:
            special = attempt.frame.process.special
            if special is not None and special.leaks_connection(attempt):
                pool.leaked += 1
                return
            pool.idle.append(number)
        if pool.waiters:
            self._loop.after(0, self._serve_waiter, attempt.plan.link.process, attempt.plan.link.name)

    def _serve_waiter(self, process: "Process", name: str) -> None:
        link = process.links[name]
        pool = link.pool
        while (
            pool is not None
            and pool.waiters
            and not process.is_over
            and (pool.idle or pool.total < pool.size)
        ):
            attempt = pool.waiters.popleft()
            if not attempt.ended_us:
                if link.epoch != self._network.epoch:
                    self._network.refresh(link)
                self._send_pooled(attempt, 0)
                return

    def _trouble(self, attempt: Attempt, trouble: str, ip: str) -> None:
        """Let a call meet what is wrong on its way."""
        plan = attempt.plan
        match trouble:
            case "unreachable":
                attempt.hang = words.unreachable(plan, ip)
                return
            case "dns":
                attempt.hang = words.dns_silent(plan, ip)
                return
            case "unresolved" | "nowhere":
                failure = words.unresolved(plan)
            case "no upstream":
                failure = words.no_upstream()
            case "reset":
                failure = words.reset(plan, ip)
            case "denied":
                failure = words.denied(plan)
            case "certificate":
                failure = words.certificate(plan)
            case _:
                failure = words.refused(plan, ip)
        self._loop.after(_REFUSED_US, self.refused, attempt, attempt.tries, failure)

    def not_there(self, attempt: Attempt, target: "Process") -> None:
        """Let a call meet a process that does not listen, or does not know the operation."""
        plan = attempt.plan
        ip = dialled(plan.link, target)
        if target.is_lost or (target.is_over and self._network.is_gone(target.place.pod_ip)):
            attempt.hang = words.unreachable(plan, ip)
            return
        listens = target.ready_us and not target.is_over and target.ready_us <= self._loop.now_us
        failure = words.unknown(plan) if listens else words.refused(plan, ip)
        self._loop.after(_REFUSED_US, self.refused, attempt, attempt.tries, failure)

    def refused(self, attempt: Attempt, tries: int, failure: Failure) -> None:
        """Let a refusal arrive at the caller."""
        if not attempt.ended_us and attempt.tries == tries and attempt.deadline_us:
            attempt.frame.ahead_us = 0
            self.failed(attempt, failure)

    def timeout(self, attempt: Attempt, deadline_us: int) -> None:
        """End a try whose time is over."""
        if attempt.ended_us or attempt.deadline_us != deadline_us:
            return
        work = attempt.work
        attempt.frame.ahead_us = 0
        attempt.frame.process.timeouts += 1
        link = attempt.plan.link
        ip = dialled(link, work.process) if work is not None else link.trouble_ip
        self.failed(attempt, attempt.hang or words.deadline(attempt.plan, ip))

    def failed(self, attempt: Attempt, failure: Failure) -> None:
        """End a try that failed: another follows where there may be one, or the call has failed."""
        plan = attempt.plan
        link = plan.link
        work = attempt.work
        if work is not None:
            attempt.work = None
            work.is_abandoned = not work.ended_us
        attempt.hang = None
        attempt.deadline_us = 0
        if link.pool is not None:
            self._release(attempt, is_broken=failure.kind in ("timeout", "reset", "crash"))
        caller = attempt.frame
        if caller.process.is_over or caller.ended_us:
            attempt.ended_us = self._loop.now_us
            return
        if failure.is_retryable and attempt.tries <= link.retries and not caller.is_abandoned:
            backoff_us = link.backoff_us << min(attempt.tries - 1, 8)
            backoff_us = backoff_us // 2 + self._draw(attempt.request, backoff_us + 1)
            self._loop.after(backoff_us + caller.ahead_us, self._again, attempt)
            caller.ahead_us = 0
            return
        if link.retries and failure.is_retryable and caller.process.language == "envoy":
            failure = Failure(failure.code + ",URX", failure.message, True, failure.kind)
        self._end(attempt, failure)

    def _end(self, attempt: Attempt, failure: Failure) -> None:
        caller = attempt.frame
        plan = attempt.plan
        attempt.failure = failure
        if caller.attempt is None:
            attempt.request.failed += 1
        attempt.ended_us = ended_us = max(self._loop.now_us + caller.ahead_us, attempt.began_us + 1)
        bucket = bisect_left(BOUNDS_US, ended_us - attempt.began_us)
        plan.count(self._calls.meters, failure, bucket)
        if self._calls.is_told and attempt.request.trace_id:
            self._calls.sink.called(attempt)
        if plan.call.is_optional:
            if self._calls.is_told and caller.plan.lines and attempt.request.trace_id:
                narrate(self._calls.sink, caller, f"without {plan.call.dependency}", failure)
            self._calls.advance(caller)
        else:
            self._calls.finish(caller, words.passed_on(caller, attempt, failure))

    def _again(self, attempt: Attempt) -> None:
        if not attempt.ended_us and not attempt.frame.process.is_over and not attempt.frame.ended_us:
            self._calls.send(attempt)

    def is_cancelled(self, frame: Frame) -> bool:
        """End a frame whose client has given up, where the protocol tells the server of it."""
        if frame.operation.protocol is not Protocol.GRPC:
            return False
        self._calls.finish(frame, Failure("CANCELLED", "context canceled", False, "timeout"))
        return True

    def drops_abandoned(self, frame: Frame) -> bool:
        """Drop a frame that waits for a slot and whose client has given up, where the server hears of it."""
        if frame.operation.protocol is not Protocol.GRPC:
            return False
        frame.ended_us = self._loop.now_us
        return True

    def _draw(self, request: Request, limit: int) -> int:
        request.state = state = (request.state * 6364136223846793005 + 1442695040888963407) & _MASK
        return (state >> 33) * limit >> 31
