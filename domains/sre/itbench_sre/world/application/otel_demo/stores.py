"""Programs that keep things and those that read orders: Kafka, PostgreSQL, Valkey, flagd, the collector, two workers."""

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
from itbench_sre.world.application.otel_demo.parts import FLAGD, dotnet, kafka, said

KAFKA = Program(
    name="kafka",
    language="kafka",
    role="broker",
    ports={"plaintext": 9092, "controller": 9093},
    settings={
        "heap_mib": Setting(variable="KAFKA_HEAP_OPTS#Xmx", default=400),
        "listeners": Setting(variable="KAFKA_LISTENERS", default="", is_required=True),
        "max_message_bytes": Setting(default=1_048_588),
        "partitions": Setting(default=1),
    },
    operations={
        "orders": Operation(
            name="orders",
            protocol=Protocol.KAFKA,
            steps=(Work(500, 250),),
            memory=30_000,
            writes=900,
        )
    },
    slots=8,
    queue=500,
    startup_us=5_000_000,
    startup_cpu_us=3_500_000,
    memory=640_000_000,
    idle_cpu_m=30,
    metrics=("jvm", "kafka"),
    lines=(
        said("[KafkaRaftServer nodeId=1] Kafka Server started"),
        said("[SnapshotGenerator id=1] Creating new KRaft snapshot file snapshot because we have waited at least 60 "
             "minute(s).", "every 3600"),
        said("[MetadataLog partition=__cluster_metadata-0, nodeId=1] Marking snapshot for deletion because its "
             "timestamp is now older than the retention (60000)", "every 60"),
        said("[LocalLog partition=__cluster_metadata-0, dir=/tmp/kafka-logs] Deleting segment files "
             "LogSegment(baseOffset={offset}, size=2160)", "every 60"),
        said("[KafkaServer id=1] shutting down", "failure"),
    ),
)  # fmt: skip

POSTGRESQL = Program(
    name="postgresql",
    language="postgres",
    role="database",
    ports={"tcp": 5432},
    settings={
        "user": Setting(variable="POSTGRES_USER", default="postgres"),
        "password": Setting(default="otelp"),
        "max_connections": Setting(default=100),
        "reserved_connections": Setting(default=3),
        "shared_mib": Setting(default=128),
        "statement_timeout_ms": Setting(default=0),
    },
    operations={
        "INSERT": Operation(
            name="INSERT", protocol=Protocol.SQL, steps=(Work(900, 2_000),), memory=200_000, writes=700
        ),
        "SELECT": Operation(name="SELECT", protocol=Protocol.SQL, steps=(Work(600, 700),), memory=200_000),
    },
    slots=16,
    queue=200,
    startup_us=2_000_000,
    startup_cpu_us=300_000,
    memory=39_000_000,
    idle_cpu_m=3,
    metrics=("postgresql",),
    lines=(
        said("database system is ready to accept connections", severity="LOG"),
        said("checkpoint starting: time", "every 300", severity="LOG"),
        said("received fast shutdown request", "failure", severity="LOG"),
    ),
)

VALKEY = Program(
    name="valkey-cart",
    language="valkey",
    role="cache",
    ports={"valkey-cart": 6379},
    settings={
        "password": Setting(variable="VALKEY_EXTRA_FLAGS#requirepass", default=""),
        "max_connections": Setting(default=10_000),
        "max_memory_mib": Setting(default=0),
        "eviction": Setting(default="noeviction"),
    },
    operations={
        "HGET": Operation(name="HGET", protocol=Protocol.REDIS, steps=(Work(120, 60),), memory=4_000),
        "HMSET": Operation(
            name="HMSET", protocol=Protocol.REDIS, steps=(Work(150, 70),), memory=4_000, writes=160
        ),
    },
    slots=1,
    queue=1_000,
    startup_us=200_000,
    startup_cpu_us=20_000,
    memory=3_600_000,
    idle_cpu_m=2,
    metrics=("redis",),
    lines=(
        said("* Ready to accept connections tcp", severity=""),
        said("* Background saving terminated with success", "every 3600", severity=""),
    ),
)

_RESOLVE = "flagd.evaluation.v1.Service/ResolveBoolean"
FLAGD_PROGRAM = Program(
    name="flagd",
    language="go",
    role="flags",
    ports={"rpc": 8013, "ofrep": 8016},
    settings={
        "file": Setting(file="/etc/flagd/demo.flagd.json", default="", is_required=True),
        "soft_heap_mib": Setting(variable="GOMEMLIMIT", default=0),
    },
    operations={
        _RESOLVE: Operation(name=_RESOLVE, steps=(Work(350, 100),), failure_per_million=500, memory=20_000)
    },
    slots=64,
    queue=512,
    startup_us=500_000,
    startup_cpu_us=150_000,
    memory=56_000_000,
    idle_cpu_m=3,
    metrics=("go",),
    lines=(
        said(
            '{"level":"info","msg":"Flag IResolver listening at [::]:8013","component":"start"}', severity=""
        ),
    ),
)

FLAGD_UI = Program(
    name="flagd-ui",
    language="elixir",
    ports={"service": 4000},
    settings={"port": Setting(variable="FLAGD_UI_PORT", default=4000)},
    startup_us=3_000_000,
    startup_cpu_us=1_200_000,
    memory=150_000_000,
    idle_cpu_m=2,
    lines=(said("Running FlagdUiWeb.Endpoint with Bandit 1.8.0 at :::4000 (http)", severity="info"),),
)

COLLECTOR = Program(
    name="opentelemetry-collector-contrib",
    language="go",
    role="collector",
    ports={"otlp": 4317, "otlp-http": 4318, "metrics": 8888, "demo-metrics": 8889, "health": 13133},
    settings={
        "config": Setting(file="/conf/relay.yaml", default="", is_required=True),
        "soft_heap_mib": Setting(variable="GOMEMLIMIT", default=0),
    },
    operations={
        "export": Operation(name="export", steps=(Work(300),), memory=60_000),
    },
    slots=64,
    queue=1_000,
    startup_us=1_500_000,
    startup_cpu_us=300_000,
    memory=112_000_000,
    idle_cpu_m=38,
    metrics=("go", "otelcol"),
    lines=(said("Everything is ready. Begin running and processing data.", severity="info"),),
)

ACCOUNTING = Program(
    name="accounting",
    language="dotnet",
    role="worker",
    consumes={"orders": "order-consumed"},
    operations={
        "order-consumed": Operation(
            name="order-consumed",
            protocol=Protocol.KAFKA,
            steps=(
                Work(1_600, 300),
                Call(dependency="postgresql", operation="INSERT", span="postgresql", is_optional=True),
                Work(500),
            ),
            failure_per_million=400,
            memory=80_000,
            lines=(
                Line(body="Order details: {@OrderResult}.", severity="Information", when="begin"),
                Line(body="Order parsing failed:", severity="Error", number=17, when="failure",
                     attributes=(("exception.message", "{error}"),)),
            ),
        )
    },
    dependencies={
        "kafka": kafka(),
        "postgresql": Dependency(
            address=Setting(variable="DB_CONNECTION_STRING", default="", is_required=True),
            protocol=Protocol.SQL,
            timeout_us=Setting(variable="DB_CONNECTION_STRING#Command Timeout", default=30_000_000, unit=1_000_000),
            pool=Setting(variable="DB_CONNECTION_STRING#Maximum Pool Size", default=100),
            pool_wait_us=Setting(variable="DB_CONNECTION_STRING#Timeout", default=15_000_000, unit=1_000_000),
            password=Setting(variable="DB_CONNECTION_STRING#Password", default=""),
        ),
    },
    slots=1,
    queue=1,
    startup_us=2_500_000,
    startup_cpu_us=1_100_000,
    memory=126_000_000,
    idle_cpu_m=5,
    metrics=("dotnet", "process"),
    lines=(
        dotnet("Connecting to Kafka: kafka:9092", "begin"),
        dotnet("Closing consumer", "failure"),
    ),
)  # fmt: skip

FRAUD_DETECTION = Program(
    name="fraud-detection",
    language="java",
    role="worker",
    consumes={"orders": "orders process"},
    settings={"heap_mib": Setting(variable="JAVA_TOOL_OPTIONS#Xmx", default=0)},
    operations={
        "orders process": Operation(
            name="orders process",
            protocol=Protocol.KAFKA,
            steps=(Work(2_800, 1_000), Work(1_200)),
            failure_per_million=300,
            memory=200_000,
            attributes=(("messaging.destination.name", "orders"),),
            lines=(
                Line(
                    body="FeatureFlag 'kafkaQueueProblems' is enabled, sleeping 1 second",
                    when="flag kafkaQueueProblems",
                ),
                Line(body="Consumed record with orderId: {order}, and updated total count to: {count}"),
            ),
        )
    },
    dependencies={"kafka": kafka(), "flagd": FLAGD},
    slots=1,
    queue=1,
    startup_us=5_000_000,
    startup_cpu_us=3_000_000,
    memory=385_000_000,
    idle_cpu_m=22,
    metrics=("jvm", "kafka"),
    lines=(said("Discovered group coordinator kafka:9092 (id: 2147483646 rack: null)"),),
)

BUSYBOX = Program(
    name="busybox",
    language="shell",
    role="shell",
    startup_us=50_000,
    startup_cpu_us=2_000,
    memory=600_000,
    idle_cpu_m=0,
)
"""What init containers run."""
