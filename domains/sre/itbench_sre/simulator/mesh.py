"""Requests on their way through the shop: queues, retries, time limits, connection pools."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from itbench_sre.simulator.calls import CONSUMERS, OPERATIONS, WORK_TABLE, Call, Operation, Work
from itbench_sre.simulator.catalog import BY_NAME, service_address
from itbench_sre.simulator.frames import Attempt, Failure, Frame, Request
from itbench_sre.simulator.pools import limit_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from itbench_sre.simulator.narration import Narration
    from itbench_sre.simulator.network import Network
    from itbench_sre.simulator.pods import Pod
    from itbench_sre.simulator.pools import Pool
    from itbench_sre.simulator.telemetry import Telemetry
    from itbench_sre.world.clock.loop import Loop

_RESET = Failure("UNAVAILABLE", "connection reset by peer", is_retryable=True)


class Mesh:
    """Carries calls between the pods behind the endpoints of each service."""

    def __init__(
        self,
        loop: Loop,
        network: Network,
        telemetry: Telemetry,
        narration: Narration,
        endpoints: dict[str, list[Pod]],
    ) -> None:
        self.leaking_images: dict[str, int] = {}  # image -> one query in so many keeps its connection
        self.orders: dict[str, deque[tuple[Request, str]]] = {name: deque() for name in CONSUMERS}
        self.arrived = {"begun": 0, "answered": 0, "failed": 0}
        self._loop = loop
        self._network = network
        self._telemetry = telemetry
        self._narration = narration
        self._endpoints = endpoints
        self._turns: dict[str, int] = {}

    def begin_request(self, request: Request, call: Call) -> None:
        """Send one user's request from the load generator."""
        self.arrived["begun"] += 1
        self._begin(request, call, None, "load-generator")

    def _begin(self, request: Request, call: Call, frame: Frame | None, caller: str) -> None:
        target = OPERATIONS[call.operation].service
        attempt = Attempt(
            call, request, frame, caller, f"{request.random.bits():016x}", self._loop.now_us, target
        )
        self._loop.after(call.timeout_us, self._expire, attempt)
        if frame is not None and target in frame.pod.pools:
            self._acquire(attempt, frame.pod.pools[target])
        else:
            self._try(attempt)

    def _try(self, attempt: Attempt) -> None:
        if attempt.is_over:
            return
        attempt.tries += 1
        request, target = attempt.request, attempt.target
        if attempt.frame is not None and attempt.call.address in attempt.frame.pod.overrides:
            message = _unreachable(attempt.frame.pod.overrides[attempt.call.address])
            self._loop.after(
                4_000, self._answered, attempt, Failure("UNAVAILABLE", message, is_retryable=True)
            )
            return
        if self._network.is_blocked(attempt.caller, target):
            return
        pods = self._endpoints[target]
        if not pods:
            self._loop.after(1_500, self._answered, attempt, _refused(target))
            return
        turn = self._turns.get(target, 0)
        self._turns[target] = turn + 1
        way_us = 250 + (request.random.bits() & 511)
        if self._network.delays_us:
            way_us += self._network.delays_us.get((attempt.caller, target), 0)
        self._loop.after(way_us, self._arrive, attempt, pods[turn % len(pods)])

    def _arrive(self, attempt: Attempt, pod: Pod) -> None:
        if attempt.is_over:
            return
        if not pod.is_serving:
            self._answered(attempt, _RESET)
        elif pod.active < pod.service.slots:
            self._start(attempt, pod)
        elif len(pod.queue) < pod.service.queue:
            pod.queue.append(attempt)
        else:
            self._answered(attempt, Failure("RESOURCE_EXHAUSTED", "too many requests"))

    def _start(self, attempt: Attempt, pod: Pod) -> None:
        attempt.server = pod
        operation = OPERATIONS[attempt.call.operation]
        span_id = f"{attempt.request.random.bits():016x}"
        frame = Frame(
            operation, attempt.request, pod, span_id, self._loop.now_us, attempt, parent_span=attempt.span_id
        )
        self._enter(frame)

    def _enter(self, frame: Frame) -> None:
        frame.pod.active += 1
        frame.pod.frames[id(frame)] = frame
        self._step(frame)

    def _step(self, frame: Frame) -> None:
        steps = frame.operation.steps
        if frame.place == len(steps):
            self._conclude(frame)
            return
        step = steps[frame.place]
        if isinstance(step, Work):
            duration_us = step.mean_us * WORK_TABLE[frame.request.random.bits() & 63] >> 8
            frame.pod.cpu_us += duration_us * step.cpu_share // 1000
            self._loop.after(duration_us, self._resume, frame)
        else:
            self._begin(frame.request, step, frame, frame.pod.service.name)

    def _resume(self, frame: Frame) -> None:
        if frame.is_over:
            return
        step = frame.operation.steps[frame.place]
        frame.repeat += 1
        if isinstance(step, Work) or frame.repeat >= step.count:
            frame.place += 1
            frame.repeat = 0
        self._step(frame)

    def _conclude(self, frame: Frame) -> None:
        operation = frame.operation
        failure = None
        chance = operation.mishap_per_million
        if chance and frame.request.random.below(1_000_000) < chance:
            failure = Failure("UNAVAILABLE", "upstream_reset_before_response_started{connection_termination}")
        if operation.service == "kafka":
            for waiting in self.orders.values():
                assert frame.attempt is not None
                waiting.append((frame.request, frame.attempt.span_id))
        self._finish(frame, failure)

    def _finish(self, frame: Frame, failure: Failure | None) -> None:
        frame.is_over = True
        pod, operation = frame.pod, frame.operation
        pod.active -= 1
        pod.handled += 1
        del pod.frames[id(frame)]
        if operation.system != "none":
            self._telemetry.span(
                pod,
                operation.span,
                "Consumer" if operation.system == "messaging" else "Server",
                operation.system,
                "",
                frame.began_us,
                frame.request,
                frame.span_id,
                frame.parent_span,
                failure,
            )
            self._narration.handled(frame, failure)
        attempt = frame.attempt
        if attempt is not None and not self._network.is_blocked(attempt.caller, operation.service):
            self._loop.after(250 + (frame.request.random.bits() & 255), self._answered, attempt, failure)
        self._next(pod)

    def _next(self, pod: Pod) -> None:
        while pod.queue and pod.active < pod.service.slots:
            waiting = pod.queue.popleft()
            if not waiting.is_over:
                self._start(waiting, pod)

    def _answered(self, attempt: Attempt, failure: Failure | None) -> None:
        if attempt.is_over:
            return
        if failure and failure.is_retryable and attempt.tries <= attempt.call.retries:
            self._loop.after(150_000 * attempt.tries, self._try, attempt)
            return
        self._complete(attempt, failure)

    def _expire(self, attempt: Attempt) -> None:
        if not attempt.is_over:
            self._complete(attempt, Failure("DEADLINE_EXCEEDED", "context deadline exceeded"))

    def _complete(self, attempt: Attempt, failure: Failure | None) -> None:
        attempt.is_over = True
        frame = attempt.frame
        duration_us = self._loop.now_us - attempt.began_us
        self._telemetry.edge(attempt.caller, attempt.target, duration_us, is_failed=failure is not None)
        if frame is None:
            self.arrived["failed" if failure else "answered"] += 1
            return
        pool = frame.pod.pools.get(attempt.target)
        if pool is not None:
            self._release(attempt, pool, failure)
        if frame.is_over:
            return
        operation = OPERATIONS[attempt.call.operation]
        self._telemetry.span(
            frame.pod,
            attempt.call.span,
            "Producer" if attempt.target == "kafka" else "Client",
            _client_system(operation, attempt.target),
            attempt.target,
            attempt.began_us,
            attempt.request,
            attempt.span_id,
            frame.span_id,
            failure,
        )
        if failure:
            self._narration.call_failed(attempt, frame, failure)
            code = "UNAVAILABLE" if failure.code == "UNAVAILABLE" else "INTERNAL"
            self._finish(frame, Failure(code, failure.message))
        else:
            self._resume(frame)

    def _acquire(self, attempt: Attempt, pool: Pool) -> None:
        if attempt.is_over:
            return
        now_us = self._loop.now_us
        pool.prune(now_us)
        if pool.idle:
            attempt.connection = pool.idle.pop()
            self._query(attempt)
        elif len(pool.opened) < pool.size:
            self._connect(attempt, pool)
        else:
            pool.waiters.append(attempt)
            self._loop.after(pool.timeout_us, self._stop_waiting, attempt, pool)

    def _stop_waiting(self, attempt: Attempt, pool: Pool) -> None:
        if attempt.is_over or attempt.connection is not None or attempt not in pool.waiters:
            return
        pool.waiters.remove(attempt)
        self._complete(attempt, Failure("RESOURCE_EXHAUSTED", "connection pool timeout"))

    def _connect(self, attempt: Attempt, pool: Pool) -> None:
        if self._network.is_blocked(attempt.caller, attempt.target):
            return
        servers = self._endpoints[attempt.target]
        if not servers:
            self._loop.after(1_500, self._answered, attempt, _refused(attempt.target, is_retryable=False))
            return
        server = servers[0]
        if server.connections >= limit_of(server.settings):
            text = (
                "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute (SQLSTATE 53300)"
                if attempt.target == "postgresql"
                else "ERR max number of clients reached"
            )
            self._loop.after(2_500, self._answered, attempt, Failure("RESOURCE_EXHAUSTED", text))
            return
        attempt.connection = pool.open(server, self._loop.now_us)
        self._loop.after(2_000, self._query, attempt)

    def _query(self, attempt: Attempt) -> None:
        if attempt.is_over or self._network.is_blocked(attempt.caller, attempt.target):
            return
        assert attempt.connection is not None
        attempt.tries += 1
        self._loop.after(
            200 + (attempt.request.random.bits() & 255), self._arrive, attempt, attempt.connection.server
        )

    def _release(self, attempt: Attempt, pool: Pool, failure: Failure | None) -> None:
        connection, attempt.connection = attempt.connection, None
        if connection is None:
            return
        frame = attempt.frame
        assert frame is not None
        if connection not in pool.opened:
            return
        if failure or not pool.is_usable(connection, self._loop.now_us):
            pool.close(connection)
        elif self._leaks(frame):
            return
        else:
            pool.idle.append(connection)
        while pool.waiters:
            waiting = pool.waiters.popleft()
            if not waiting.is_over:
                self._acquire(waiting, pool)
                break

    def _leaks(self, frame: Frame) -> bool:
        chance = self.leaking_images.get(frame.pod.template.image)
        return bool(chance) and not frame.request.random.below(chance or 1)

    def poll_orders(self, consumer: str) -> None:
        """Let a reader of the orders log take its next order, again and again."""
        delay_us = 500_000
        pods, waiting = self._endpoints[consumer], self.orders[consumer]
        brokers = self._endpoints["kafka"]
        if brokers and pods and waiting and not self._network.is_blocked(consumer, "kafka"):
            pod = pods[0]
            if pod.active < pod.service.slots:
                request, parent = waiting.popleft()
                span_id = f"{request.random.bits():016x}"
                operation: Operation = OPERATIONS[CONSUMERS[consumer]]
                self._enter(
                    Frame(operation, request, pod, span_id, self._loop.now_us, None, parent_span=parent)
                )
                delay_us = 20_000
        self._loop.after(delay_us, self.poll_orders, consumer)

    def stop(self, pod: Pod, stop_process: Callable[[Pod], None]) -> None:
        """End a pod's process: what it worked on is lost, its callers see a reset."""
        stop_process(pod)
        lost = [frame.attempt for frame in pod.frames.values()] + list(pod.queue)
        for frame in pod.frames.values():
            frame.is_over = True
        pod.frames.clear()
        pod.queue.clear()
        pod.active = 0
        for attempt in lost:
            if attempt is not None:
                self._loop.after(400, self._answered, attempt, _RESET)


def _refused(target: str, *, is_retryable: bool = True) -> Failure:
    message = f"dial tcp {service_address(target)}:{BY_NAME[target].port}: connect: connection refused"
    return Failure("UNAVAILABLE", message, is_retryable=is_retryable)


def _unreachable(address: str) -> str:
    """Return what dialling a wrong address gives: no such name, or nobody at that port."""
    host, _, port = address.rpartition("/")[2].partition(":")
    if host in BY_NAME:
        return f"dial tcp {service_address(host)}:{port}: connect: connection refused"
    return f"dial tcp: lookup {host} on 100.64.0.10:53: no such host"


def _client_system(operation: Operation, target: str) -> str:
    if target in {"postgresql", "valkey-cart"}:
        return "db"
    return "messaging" if target == "kafka" else operation.system
