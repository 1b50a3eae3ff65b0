"""Programs of a generated application's services, workers and jobs, with the settings that they are given."""

from dataclasses import dataclass

from itbench_sre.world.application.generated.chance import happens, one_of
from itbench_sre.world.application.generated.languages import LANGUAGES, MIB, Language
from itbench_sre.world.application.generated.shape import Deed, Part, Shape
from itbench_sre.world.application.generated.spelling import Habits, Writer
from itbench_sre.world.application.model import (
    Call,
    Dependency,
    Line,
    Operation,
    Program,
    Protocol,
    Setting,
    Work,
)
from itbench_sre.world.clock.randomness import Randomness

STORE_PORTS = {"db": 5432, "cache": 6379}
GRPC_PORT = 9090
BROKER_PORT = 9092
FLAG_PORT = 8013


@dataclass(slots=True)
class Made:
    """A container that was made: its program and what it is given.

    Attributes:
        limit_mib: of memory; `pools` of connections by store; `replicas` of the workload.
    """

    part: Part
    program: Program
    writer: Writer
    port: int
    limit_mib: int
    replicas: int
    pools: dict[str, int]


class Maker:
    """Makes the programs of one application."""

    def __init__(self, random: Randomness, shape: Shape, space: str) -> None:
        self._random = random
        self.shape = shape
        self.space = space
        self.habits = Habits.drawn(random)
        self.port = one_of(random, (8080, 8000, 3000, 8443, 7070))
        self.passwords = {name: random.hexadecimal(20) for name in (*shape.stores, *shape.caches)}
        self.has_cache_password = happens(random, 50)
        self._flagged = {part.name for part in shape.parts if part.role == "server" and happens(random, 40)}
        self._flagged.add(shape.parts[0].name)

    def made(self, part: Part) -> Made:
        """Return a service, worker or job."""
        random, language = self._random, LANGUAGES[part.language]
        writer = self._writer(part, language)
        port = GRPC_PORT if part.protocol is Protocol.GRPC else self.port
        pools: dict[str, int] = {}
        memory_mib = random.between(*language.memory_mib)
        limit_mib = memory_mib * random.between(15, 22) // 10 + 8
        settings: dict[str, Setting] = {}
        slots = 1 if part.role == "worker" else random.between(*language.slots)
        if part.role == "server":
            settings["port"] = writer.put("port", port, default=port)
            settings["slots"] = writer.put(
                one_of(random, ("workers", "threads.max", "concurrency")), slots, default=slots
            )
            settings["queue"] = writer.put("queue.size", slots * 4, default=slots * 4)
        if part.role == "server" and part.layer == 1:
            settings["token_life_s"] = Setting(default=900)
        settings["log_level"] = writer.put("log.level", "info", default="info")
        settings |= _heap(language, writer, memory_mib, limit_mib)
        cache_us = 0
        if part.role == "server" and part.layer > 1 and happens(random, 25):
            cache_us = 30_000_000
            settings["cache_ttl_s"] = writer.put("cache.ttl_in_seconds", 30, default=30)
        dependencies = self._dependencies(part, writer, pools, slots)
        program = Program(
            name=part.name,
            language=part.language,
            role=part.role,
            ports={"grpc" if part.protocol is Protocol.GRPC else "http": port}
            if part.role == "server"
            else {},
            operations={deed.name: self._operation(deed, language, cache_us) for deed in part.deeds},
            dependencies=dependencies,
            settings=settings,
            consumes={part.reads: part.deeds[0].name} if part.reads else {},
            slots=slots,
            queue=slots * 4,
            startup_us=random.between(*language.startup_ms) * 1000,
            startup_cpu_us=random.between(*language.startup_cpu_ms) * 1000,
            memory=memory_mib * MIB,
            idle_cpu_m=random.between(1, 6),
            cache_us=cache_us,
            lines=_own_lines(part, language),
            metrics=language.metrics,
        )
        replicas = one_of(random, (1, 1, 2, 2, 3)) if part.role == "server" else 1
        return Made(part, program, writer, port, limit_mib, replicas, pools)

    def _writer(self, part: Part, language: Language) -> Writer:
        style = one_of(self._random, ("env", "env", "config", "file"))
        name = one_of(self._random, ("application", "config", "settings"))
        return Writer(self.habits, style, f"/etc/{part.name}/{name}.{one_of(self._random, language.files)}")

    def _dependencies(
        self, part: Part, writer: Writer, pools: dict[str, int], slots: int
    ) -> dict[str, Dependency]:
        made: dict[str, Dependency] = {}
        for deed in part.deeds:
            for asked in deed.asks:
                if asked.owner.name not in made:
                    made[asked.owner.name] = self._service(asked.owner, writer)
            for store, _, _ in deed.data:
                if store not in made:
                    pools[store] = max(2, min(slots, self._random.between(4, 12)))
                    made[store] = self._store(store, writer, pools[store])
            if deed.publishes:
                made[self.shape.broker] = self._broker(writer)
        if part.reads:
            made[self.shape.broker] = self._broker(writer)
        if part.name in self._flagged:
            host = self.habits.host_of(self.shape.flags, self.space)
            made["flagd"] = Dependency(
                address=writer.put("flags.address", f"{host}:{FLAG_PORT}", default=""),
                timeout_us=Setting(default=500_000),
                pool=Setting(default=1),
            )
        return made

    def _service(self, owner: Part, writer: Writer) -> Dependency:
        host, random = self.habits.host_of(owner.name, self.space), self._random
        is_grpc = owner.protocol is Protocol.GRPC
        address = f"{host}:{GRPC_PORT}" if is_grpc else f"http://{host}:{self.port}"
        timeout_ms = one_of(random, (800, 1500, 2000, 3000, 5000, 10_000))
        return Dependency(
            address=writer.put(f"{owner.name}.{'addr' if is_grpc else 'url'}", address, default=""),
            protocol=owner.protocol,
            timeout_us=writer.duration(
                f"{owner.name}.{self.habits.timeout}", timeout_ms, default_us=5_000_000
            ),
            retries=writer.put(
                f"{owner.name}.{self.habits.retries}", one_of(random, (0, 0, 1, 2, 3)), default=0
            ),
            pool=Setting(default=100)
            if is_grpc
            else writer.put(f"{owner.name}.{self.habits.pool}", one_of(random, (16, 32, 50, 64)), default=50),
        )

    def _store(self, store: str, writer: Writer, pool: int) -> Dependency:
        kind = store.rpartition("-")[2]
        host, port = self.habits.host_of(store, self.space), STORE_PORTS[kind]
        password = self.passwords[store]
        if kind == "cache":
            asks = self.has_cache_password
            return Dependency(
                address=writer.put(f"{store}.addr", f"{host}:{port}", default=""),
                protocol=Protocol.REDIS,
                timeout_us=writer.duration(f"{store}.{self.habits.timeout}", 1000, default_us=1_000_000),
                pool=writer.put(f"{store}.{self.habits.pool}", pool, default=10),
                password=writer.secret(f"{store}.password", password) if asks else None,
            )
        base = store.removesuffix("-db").replace("-", "_")
        if self.habits.is_dsn:
            dsn = f"postgres://{base}:{password}@{host}:{port}/{base}?sslmode=disable"
            address = writer.secret(f"{store}.dsn", dsn, is_required=True)
            secret = Setting(variable=f"{address.variable}#password", default="")
        else:
            address = writer.put(f"{store}.host", f"{host}:{port}", default="")
            secret = writer.secret(f"{store}.password", password, is_required=True)
        return Dependency(
            address=address,
            protocol=Protocol.SQL,
            timeout_us=writer.duration(f"{store}.{self.habits.timeout}", 5000, default_us=5_000_000),
            pool=writer.put(f"{store}.{self.habits.pool}", pool, default=8),
            pool_wait_us=writer.duration(f"{store}.pool_wait", 2000, default_us=3_000_000),
            password=secret,
            is_needed_at_start=happens(self._random, 50),
        )

    def _broker(self, writer: Writer) -> Dependency:
        host = self.habits.host_of(self.shape.broker, self.space)
        return Dependency(
            address=writer.put("broker.addresses", f"{host}:{BROKER_PORT}", default=""),
            protocol=Protocol.KAFKA,
            timeout_us=writer.duration("broker.publish_timeout", 5000, default_us=5_000_000),
            retries=Setting(default=2),
            pool=Setting(default=8),
        )

    def _operation(self, deed: Deed, language: Language, cache_us: int) -> Operation:
        random, part = self._random, deed.owner
        cpu_us = random.between(600, 4_500)
        steps: list[Work | Call] = [Work(cpu_us, random.between(100, 1500))]
        for asked in deed.asks:
            reads = asked.verb[0] in ("find", "list", "check")
            steps.append(
                Call(
                    dependency=asked.owner.name,
                    operation=asked.name,
                    is_optional=happens(random, 15),
                    is_cached=bool(cache_us) and reads,
                )
            )
        steps += [Call(dependency=store, operation=name, count=count) for store, name, count in deed.data]
        if deed.publishes:
            steps.append(
                Call(dependency=self.shape.broker, operation=deed.publishes, is_optional=happens(random, 60))
            )
        steps.append(Work(max(100, cpu_us // 4)))
        if part.role == "job":
            steps[0] = Work(400_000, random.between(2_000_000, 12_000_000))
        return Operation(
            name=deed.name,
            protocol=Protocol.KAFKA if part.role == "worker" else part.protocol,
            steps=tuple(steps),
            failure_per_million=random.between(100, 1_200),
            slow_per_million=random.between(1_000, 9_000),
            memory=language.request_memory,
            lines=self._lines(deed, language),
            attributes=(("app.kind", "{kind}"), ("app.reference", "{reference}")),
        )

    def _lines(self, deed: Deed, language: Language) -> tuple[Line, ...]:
        info, warning, error = language.severities
        thing, industry = deed.owner.thing.replace("-", " "), self.shape.industry
        verb, past = deed.verb
        done = one_of(
            self._random,
            (
                f"{past} {thing} for {industry.customer} {{customer}}",
                f"{thing}: {past} {{reference}} in {{duration_ms}}ms",
                f"{verb} {thing} ok kind={{kind}} {industry.subject}={{reference}}",
            ),
        )
        attributes = ((industry.customer, "{customer}"), (f"{industry.subject}.id", "{reference}"))
        return (
            Line(body=done, severity=info, attributes=attributes, one_in=one_of(self._random, (1, 1, 2, 5))),
            Line(
                body=f"could not {verb} {thing}: {{error}}",
                severity=error,
                number=17,
                when="failure",
                attributes=attributes,
            ),
            Line(
                body=f"unusual {industry.subject} {{reference}}, kind {{kind}} is deprecated",
                severity=warning,
                number=13,
                attributes=attributes,
                one_in=self._random.between(60, 400),
            ),
        )


def _heap(language: Language, writer: Writer, memory_mib: int, limit_mib: int) -> dict[str, Setting]:
    variable, part, text = language.heap
    if not variable:
        return {}
    if not part:
        heap_mib = limit_mib * 9 // 10
        writer.variables[variable] = text.format(heap_mib)
        return {"soft_heap_mib": Setting(variable=variable, default=0)}
    heap_mib = (memory_mib + limit_mib) // 2
    writer.variables[variable] = text.format(heap_mib)
    return {"heap_mib": Setting(variable=f"{variable}#{part}", default=0)}


def _own_lines(part: Part, language: Language) -> tuple[Line, ...]:
    info, _, error = language.severities
    if part.role == "server":
        ready = language.started
    elif part.role == "worker":
        ready = f"subscribed to {part.reads}"
    else:
        ready = f"{part.name} begins"
    return (
        Line(body=f"starting {part.name}", severity=info, when="begin", has_trace=False),
        Line(body=ready, severity=info, has_trace=False),
        Line(
            body="shutting down",
            severity=error if part.role == "job" else info,
            when="failure",
            has_trace=False,
        ),
    )
