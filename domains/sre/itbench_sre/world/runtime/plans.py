"""Operations made ready to be carried out: what a process does step by step, and the links that its calls use."""

from typing import TYPE_CHECKING

from itbench_sre.world.application.model import (
    Call,
    Dependency,
    Operation,
    Program,
    Protocol,
    Setting,
    Work,
)
from itbench_sre.world.application.reading import host_and_port
from itbench_sre.world.runtime.meters import BOUNDS_US, Meters
from itbench_sre.world.runtime.pools import Pool
from itbench_sre.world.runtime.settings import read

if TYPE_CHECKING:
    from itbench_sre.world.runtime.frames import Failure, Frame
    from itbench_sre.world.runtime.network import Way
    from itbench_sre.world.runtime.process import Process

_USUAL_PORTS = {Protocol.SQL: 5432, Protocol.REDIS: 6379, Protocol.KAFKA: 9092}
_LEAST_WORK = 40  # every operation does something, so that a chain of calls never nests without end


class Link:
    """A dependency of one process: how it is reached, and what is known of the way there.

    Attributes:
        epoch: of the network when the way was looked up.
        is_plain: calls go to one of `targets` with nothing else to think of.
        is_quick: calls go over idle connections of the pool with nothing else to think of.
        lookups: queries that one call asks of DNS; 0 where connections are kept.
        kept_until_us: until when open connections serve although the name is gone; 0 where it is there.
        is_astray: the program asks under an address that does not exist.
        trouble: that every call meets now, at the address `trouble_ip`; empty for none.
        cluster_ip: of the Service that is dialled; empty where pods are.
        resolver: address of the cluster's DNS.
        known: numbers of the targets, in a copy whose way has not been looked up again.
        ways: to targets where the way has something special, by number of the process.
    """

    __slots__ = (
        "address",
        "backoff_us",
        "cluster_ip",
        "dependency",
        "epoch",
        "host",
        "is_astray",
        "is_plain",
        "is_quick",
        "kept_until_us",
        "known",
        "lookups",
        "name",
        "password",
        "pool",
        "pool_size",
        "pool_wait_us",
        "port",
        "process",
        "resolver",
        "retries",
        "targets",
        "timeout_us",
        "trouble",
        "trouble_ip",
        "usual_backoff_us",
        "usual_retries",
        "ways",
    )  # fmt: skip

    def __init__(self, process: "Process", name: str, dependency: Dependency) -> None:
        place = process.place
        self.process = process
        self.name = name
        self.dependency = dependency
        usual = _USUAL_PORTS.get(dependency.protocol, 80)
        self.host, self.port = host_and_port(str(read(dependency.address, place, name)), usual)
        self.address = f"{self.host}:{self.port}"
        self.timeout_us = _number(dependency.timeout_us, process, name)
        self.retries = self.usual_retries = _number(dependency.retries, process, name)
        self.backoff_us = self.usual_backoff_us = _number(dependency.backoff_us, process, name)
        self.pool_size = _number(dependency.pool, process, name)
        self.pool_wait_us = _number(dependency.pool_wait_us, process, name)
        password = dependency.password
        self.password = None if password is None else str(read(password, place, f"{name} password"))
        self.lookups = int(dependency.protocol in (Protocol.HTTP, Protocol.SQL) and not self.pool_size)
        self.pool = Pool(self.pool_size) if self.pool_size else None
        self.epoch = -1
        self.targets: list[Process] = []
        self.known: list[int] = []
        self.is_plain = self.is_quick = False
        self.is_astray = False
        self.kept_until_us = 0
        self.trouble = ""
        self.trouble_ip = ""
        self.resolver = ""
        self.cluster_ip = ""
        self.ways: dict[int, Way] = {}

    def __getstate__(self) -> tuple[None, dict[str, object]]:
        """Leave the targets out of a copy: they are looked up again before the next call."""
        state = {name: getattr(self, name) for name in self.__slots__}
        known = self.known or [target.number for target in self.targets]
        unknown = {"epoch": -1, "targets": [], "is_plain": False, "is_quick": False}
        return None, {**state, "known": known, **unknown}


class WorkPlan:
    """A step that computes and waits."""

    __slots__ = ("cpu_us", "is_work", "span", "wait_us")

    def __init__(self, work: Work) -> None:
        self.is_work = True
        self.cpu_us = work.cpu_us
        self.wait_us = work.wait_us
        self.span = work.span


class CallPlan:
    """A step that calls another program.

    Attributes:
        key: under which the answer is kept; None where it is not.
        counts, edge: numbers in which answered calls are counted; None before the first.
    """

    __slots__ = ("call", "counts", "edge", "is_work", "key", "link", "operation")

    def __init__(self, link: Link, call: Call) -> None:
        self.is_work = False
        self.call = call
        self.link = link
        self.operation = call.operation
        self.key = (call.dependency, call.operation) if call.is_cached else None
        self.counts: list[int] | None = None
        self.edge: list[int] | None = None

    def count(self, meters: Meters, failure: "Failure | None", bucket: int) -> None:
        """Count a call that ended."""
        link = self.link
        place = link.process.place
        is_failed = failure is not None
        counts = meters.client_counts(place, self.call, link.dependency, is_failed=is_failed)
        protocol = link.dependency.protocol.value
        edge = meters.edge_counts(place, link.address, protocol, failure.code if failure else "")
        if counts is None:
            counts = [0] * len(edge)
        counts[bucket] += 1
        edge[bucket] += 1
        if failure is None:
            self.counts, self.edge = counts, edge


class Plan:
    """An operation of one process, ready to be carried out; `counts` are the numbers in which its good ends count."""

    __slots__ = (
        "counts", "failure_per_million", "length", "lines", "memory", "operation", "slow_per_million", "steps",
    )  # fmt: skip

    def __init__(self, process: "Process", operation: Operation) -> None:
        self.operation = operation
        self.memory = operation.memory
        self.failure_per_million = operation.failure_per_million
        self.slow_per_million = operation.slow_per_million
        self.lines = operation.lines
        self.steps = _steps(process, operation)
        self.length = len(self.steps)
        self.counts: list[int] | None = None

    def count(self, meters: Meters, frame: "Frame", bucket: int) -> None:
        """Count work that ended."""
        is_failed = frame.failure is not None
        place = frame.process.place
        is_root = frame.attempt is None
        counts = meters.server_counts(place, self.operation, is_root=is_root, is_failed=is_failed)
        if counts is None:
            counts = [0] * (len(BOUNDS_US) + 1)
        counts[bucket] += 1
        if not is_failed:
            self.counts = counts


def _steps(process: "Process", operation: Operation) -> list[WorkPlan | CallPlan]:
    made: list[WorkPlan | CallPlan] = []
    for step in operation.steps:
        if isinstance(step, Work):
            made.append(WorkPlan(step))
        else:
            plan = CallPlan(process.links[step.dependency], step)
            made.extend([plan] * step.count)
    if not any(step.is_work for step in made):
        made.insert(0, WorkPlan(Work(_LEAST_WORK)))
    return made


def equip(process: "Process", program: Program) -> None:
    """Read a program's settings where it runs, and make ready what it does.

    Raises:
        UnreadableSettingError: a setting that it needs is not there or cannot be read.
    """
    for key, setting in program.settings.items():
        process.settings[key] = read(setting, process.place, key)
    process.slots = process.number_of("slots") or program.slots
    process.queue_limit = process.number_of("queue", program.queue)
    kept_s = process.number_of("cache_ttl_s", -1)
    process.cache_us = process.usual_cache_us = program.cache_us if kept_s < 0 else kept_s * 1_000_000
    for key, dependency in program.dependencies.items():
        process.links[key] = Link(process, key, dependency)
    for key, operation in program.operations.items():
        process.plans[key] = Plan(process, operation)


def _number(setting: Setting, process: "Process", name: str) -> int:
    value = read(setting, process.place, name)
    return value if isinstance(value, int) else 0
