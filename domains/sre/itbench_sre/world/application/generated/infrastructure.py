"""Programs that every generated application brings along: gateway, databases, caches, broker, flag store, relay, load."""

from itbench_sre.world.application.generated.programs import (
    BROKER_PORT,
    FLAG_PORT,
    STORE_PORTS,
    Made,
    Maker,
)
from itbench_sre.world.application.generated.shape import Deed, Part
from itbench_sre.world.application.generated.spelling import Writer
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

POSTGRES_CONF = "/etc/postgresql/postgresql.conf"
REDIS_CONF = "/etc/redis/redis.conf"
FLAG_FILE = "/etc/flags/flags.json"
RELAY_CONF = "/etc/otelcol/config.yaml"
GATEWAY_CONF = "/etc/gateway/gateway.yaml"
_MIB = 1 << 20


def _said(body: str, severity: str = "INFO") -> tuple[Line, ...]:
    return (Line(body=body, severity=severity, has_trace=False),)


def gateway(maker: Maker, random: Randomness) -> Made:
    """Return the gateway: a proxy whose upstreams stand in a file."""
    shape, habits = maker.shape, maker.habits
    writer = Writer(habits, "file", GATEWAY_CONF)
    port = maker.port
    owners: dict[str, Part] = {}
    for route in shape.gateway.deeds:
        owners.setdefault(route.asks[0].owner.name, route.asks[0].owner)
    dependencies = {
        name: Dependency(
            address=writer.put(
                f"upstreams.{name}.url", f"http://{habits.host_of(name, maker.space)}:{port}", default=""
            ),
            protocol=Protocol.HTTP,
            timeout_us=writer.duration(f"upstreams.{name}.timeout", 15_000, default_us=15_000_000),
            retries=writer.put(f"upstreams.{name}.retries", random.below(3), default=0),
            pool=writer.put(f"upstreams.{name}.max_connections", 512, default=1024),
        )
        for name in owners
    }
    program = Program(
        name=shape.gateway.name,
        language=shape.gateway.language,
        role="proxy",
        ports={"http": port},
        operations={route.name: _route(route, random) for route in shape.gateway.deeds},
        dependencies=dependencies,
        settings={
            "port": writer.put("listen.port", port, default=port),
            "rate_per_second": writer.put("limits.rate_per_second", 400, default=0),
            "config": Setting(file=GATEWAY_CONF, default="", is_required=True),
        },
        slots=256,
        queue=1024,
        startup_us=700_000,
        startup_cpu_us=90_000,
        memory=26 * _MIB,
        idle_cpu_m=4,
        lines=_said("all clusters initialized. initializing init manager", "info"),
    )
    return Made(shape.gateway, program, writer, port, 96, 2, {})


def _route(route: Deed, random: Randomness) -> Operation:
    asked = route.asks[0]
    return Operation(
        name=route.name,
        protocol=Protocol.HTTP,
        steps=(Work(700), Call(dependency=asked.owner.name, operation=asked.name), Work(250)),
        failure_per_million=random.between(7_000, 17_000),
        memory=60_000,
    )


def postgres(makes: list[Made]) -> Program:
    """Return the database program, with every statement that somebody in the application sends."""
    random_us = {"SELECT": (500, 900), "INSERT": (700, 1_800), "UPDATE": (800, 1_900)}
    names = sorted(
        {
            name
            for made in makes
            for deed in made.part.deeds
            for store, name, _ in deed.data
            if store.endswith("-db")
        }
    )
    return Program(
        name="postgres",
        language="postgres",
        role="database",
        ports={"sql": STORE_PORTS["db"]},
        settings={
            "user": Setting(variable="POSTGRES_USER", default="postgres"),
            "password": Setting(variable="POSTGRES_PASSWORD", default="", is_required=True),
            "max_connections": Setting(file=f"{POSTGRES_CONF}#max_connections", default=100),
            "reserved_connections": Setting(
                file=f"{POSTGRES_CONF}#superuser_reserved_connections", default=3
            ),
            "shared_mib": Setting(file=f"{POSTGRES_CONF}#shared_buffers_mb", default=64),
            "statement_timeout_ms": Setting(file=f"{POSTGRES_CONF}#statement_timeout", default=0),
        },
        operations={
            name: Operation(
                name=name,
                protocol=Protocol.SQL,
                steps=(Work(*random_us[name.split()[0]]),),
                memory=200_000,
                writes=0 if name.startswith("SELECT") else 600,
            )
            for name in names
        },
        slots=32,
        queue=400,
        startup_us=2_500_000,
        startup_cpu_us=350_000,
        memory=58 * _MIB,
        idle_cpu_m=4,
        metrics=("postgresql",),
        lines=(
            *_said("database system is ready to accept connections", "LOG"),
            Line(body="checkpoint starting: time", severity="LOG", when="every 300", has_trace=False),
        ),
    )


def redis() -> Program:
    """Return the cache program."""
    return Program(
        name="redis",
        language="valkey",
        role="cache",
        ports={"redis": STORE_PORTS["cache"]},
        settings={
            "password": Setting(variable="REDIS_PASSWORD", default=""),
            "max_connections": Setting(file=f"{REDIS_CONF}#maxclients", default=10_000),
            "max_memory_mib": Setting(file=f"{REDIS_CONF}#maxmemory-mb", default=0),
            "eviction": Setting(file=f"{REDIS_CONF}#maxmemory-policy", default="noeviction"),
        },
        operations={
            name: Operation(
                name=name, protocol=Protocol.REDIS, steps=(Work(110, 60),), memory=4_000, writes=writes
            )
            for name, writes in (("GET", 0), ("SETEX", 120))
        },
        slots=1,
        queue=1_000,
        startup_us=250_000,
        startup_cpu_us=20_000,
        memory=5 * _MIB,
        idle_cpu_m=2,
        metrics=("redis",),
        lines=_said("* Ready to accept connections tcp", ""),
    )


def broker(topics: list[str]) -> Program:
    """Return the broker program."""
    return Program(
        name="redpanda",
        language="kafka",
        role="broker",
        ports={"kafka": BROKER_PORT},
        settings={"partitions": Setting(default=3), "max_message_bytes": Setting(default=1_048_588)},
        operations={
            topic: Operation(
                name=topic, protocol=Protocol.KAFKA, steps=(Work(350, 200),), memory=20_000, writes=700
            )
            for topic in topics
        },
        slots=16,
        queue=500,
        startup_us=4_000_000,
        startup_cpu_us=1_500_000,
        memory=290 * _MIB,
        idle_cpu_m=14,
        metrics=("kafka",),
        lines=_said("Successfully started Redpanda!"),
    )


def flag_store() -> Program:
    """Return the program that serves feature flags."""
    resolve = "flagd.evaluation.v1.Service/ResolveBoolean"
    return Program(
        name="flag-server",
        language="go",
        role="flags",
        ports={"grpc": FLAG_PORT},
        settings={"file": Setting(file=FLAG_FILE, default="", is_required=True)},
        operations={resolve: Operation(name=resolve, steps=(Work(250, 100),), memory=20_000)},
        slots=64,
        queue=512,
        startup_us=400_000,
        startup_cpu_us=90_000,
        memory=30 * _MIB,
        idle_cpu_m=2,
        metrics=("go",),
        lines=_said("watching filepath: /etc/flags/flags.json", "info"),
    )


def relay() -> Program:
    """Return the collector that the application's telemetry goes through."""
    return Program(
        name="otelcol-contrib",
        language="go",
        role="collector",
        ports={"otlp": 4317, "otlp-http": 4318, "metrics": 8889, "health": 13133},
        settings={"config": Setting(file=RELAY_CONF, default="", is_required=True)},
        operations={"export": Operation(name="export", steps=(Work(300),), memory=60_000)},
        startup_us=1_200_000,
        startup_cpu_us=250_000,
        memory=96 * _MIB,
        idle_cpu_m=20,
        metrics=("go", "otelcol"),
        lines=_said("Everything is ready. Begin running and processing data.", "info"),
    )


def load(maker: Maker) -> Program:
    """Return the program that plays users."""
    address = f"http://{maker.habits.host_of(maker.shape.gateway.name, maker.space)}:{maker.port}"
    return Program(
        name="user-simulator",
        language="python",
        role="load",
        ports={"http": 8089},
        settings={
            "users": Setting(variable="SIMULATED_USERS", default=40),
            "is_started": Setting(variable="AUTOSTART", default="true"),
        },
        dependencies={
            "target": Dependency(
                address=Setting(variable="TARGET_URL", default=address),
                protocol=Protocol.HTTP,
                timeout_us=Setting(default=30_000_000),
                pool=Setting(default=200),
            )
        },
        slots=512,
        queue=512,
        startup_us=1_500_000,
        startup_cpu_us=900_000,
        memory=70 * _MIB,
        idle_cpu_m=5,
        metrics=("process",),
        lines=_said("users begin to arrive"),
    )
