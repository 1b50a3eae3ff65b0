"""What a program does, as data: which the traffic carries out and the telemetry tells of.

A program is what an image holds. How it behaves in a pod follows from that pod alone: its environment variables, its
mounted files, its limits, its image tag, and what it reaches over the network.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from itbench_sre.world.store.refs import JsonObject


class Protocol(StrEnum):
    """How a call is made, which decides what its spans, errors and retries look like."""

    GRPC = "grpc"
    HTTP = "http"
    SQL = "sql"
    REDIS = "redis"
    KAFKA = "kafka"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """A number or text that a program reads when it starts.

    Attributes:
        variable: environment variable that sets it, as application/reading.py says, or empty.
        file: `path#dotted.key` of a mounted YAML, JSON or properties file that sets it, or empty; the variable wins.
        default: used where neither is there; an integer asks for an integer.
        unit: what a bare number counts: 1000 where it means milliseconds and microseconds are asked for.
        is_required: the program ends at once, with a line in its log, where none is given or it cannot be read.
    """

    variable: str = ""
    file: str = ""
    default: int | str = 0
    unit: int = 1
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What an operation does by itself: it waits `wait_us` and uses `cpu_us` of processor time, both means.

    Attributes:
        span: name of an internal span around it; empty for none.
    """

    cpu_us: int
    wait_us: int = 0
    span: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call of another program.

    Attributes:
        dependency: key in `Program.dependencies`.
        operation: name of the operation there; of the topic, for a message.
        count: so many in a row; 0 where only a flag makes any (`extra_calls`).
        span: name of the client's span; empty for the usual one of its protocol and language.
        is_optional: a failure is logged and survived.
        is_cached: the answer of an earlier call serves for `Program.cache_us`.
    """

    dependency: str
    operation: str
    count: int = 1
    span: str = ""
    is_optional: bool = False
    is_cached: bool = False


Step = Work | Call


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line that a program logs.

    Attributes:
        body: text with `{places}`: of the request's fields and of what application/fields.py lists; others stay.
        severity: as the program's language spells it; empty for none.
        number: OpenTelemetry severity number.
        when: `begin`, `success` or `failure` of the operation; `flag NAME`, where that flag had an effect;
            `without DEPENDENCY`, where an optional call of it failed; for a program's own lines also `every N` seconds while it runs.
        attributes: of the log record, values with places too.
        has_trace: whether the record carries the trace's ids.
        one_in: said on average once in so many times, chosen by the request's stream.
    """

    body: str
    severity: str = "INFO"
    number: int = 9
    when: str = "success"
    attributes: tuple[tuple[str, str], ...] = ()
    has_trace: bool = True
    one_in: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One entry point of a program.

    Attributes:
        name: of the server's span.
        steps: done in order.
        protocol: how it is called.
        failure_per_million: share that fails by itself at any time.
        slow_per_million: share that takes ten times as long.
        memory: bytes held while it runs.
        writes: bytes that stay: on disk of a database or broker, in memory of a cache.
        lines: that it logs.
        attributes: of the server's span, values with places as in lines.
    """

    name: str
    steps: tuple[Step, ...] = ()
    protocol: Protocol = Protocol.GRPC
    failure_per_million: int = 0
    slow_per_million: int = 0
    memory: int = 100_000
    writes: int = 0
    lines: tuple[Line, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """What a program reaches over the network, and how patient it is.

    Attributes:
        address: gives `host:port` or a URL.
        timeout_us: of one attempt.
        retries: further attempts after one that failed and may be repeated.
        backoff_us: before the first retry; doubled for each more.
        pool: connections kept; 0 opens one connection for each call.
        pool_wait_us: how long a call waits for a free connection.
        password: gives the password, for what asks for one.
        is_needed_at_start: the program waits for it before it is ready.
    """

    address: Setting
    protocol: Protocol = Protocol.GRPC
    timeout_us: Setting = field(default_factory=lambda: Setting(default=5_000_000))
    retries: Setting = field(default_factory=lambda: Setting(default=0))
    backoff_us: Setting = field(default_factory=lambda: Setting(default=200_000))
    pool: Setting = field(default_factory=lambda: Setting(default=0))
    pool_wait_us: Setting = field(default_factory=lambda: Setting(default=3_000_000))
    password: Setting | None = None
    is_needed_at_start: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What an image holds.

    Attributes:
        name: also the first part of the image's name.
        language: `go`, `java`, `python`, `dotnet`, `nodejs`, `php`, `ruby`, `rust`, `cpp`, `envoy`, `nginx`,
            `postgres`, `valkey`, `kafka`, `shell`, `elixir`, ...; decides telemetry and words of errors.
        role: `server`, `proxy`, `database`, `cache`, `broker`, `flags`, `load`, `collector`, `worker` (reads topics), `job`
            (does its operation `run` and ends) or `shell` (does what the container's command says: application/shell.py).
        ports: name -> port that it listens on.
        operations: by name.
        dependencies: by key.
        settings: by key; those that the roles know are in application/settings.py.
        consumes: topic -> operation done for each message, for a worker.
        slots: requests worked on at once; `queue` wait, more are refused.
        startup_us: until it listens; `startup_cpu_us` of processor time go into it, so that a low limit is slow.
        memory: bytes once started.
        idle_cpu_m: thousandths of a core used while nothing is asked of it.
        lines: said at start (`begin`), when it is ready (`success`), and when it stops or fails to start (`failure`).
        metrics: names of runtime metrics that it exports, of the groups in telemetry.
    """

    name: str
    language: str
    role: str = "server"
    ports: Mapping[str, int] = field(default_factory=dict)
    operations: Mapping[str, Operation] = field(default_factory=dict)
    dependencies: Mapping[str, Dependency] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    consumes: Mapping[str, str] = field(default_factory=dict)
    slots: int = 16
    queue: int = 64
    startup_us: int = 3_000_000
    startup_cpu_us: int = 500_000
    memory: int = 60_000_000
    idle_cpu_m: int = 1
    cache_us: int = 0
    lines: tuple[Line, ...] = ()
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """What a registry holds under one reference.

    Attributes:
        program: that it runs; None where the entry point is missing.
        defects: of this version: effect -> amount, in the words of application/effects.py; none in a good one.
        flags: of features that this version has, name -> effects of the flag's value, in the same words.
        words: `CODE: message` of the failures that a flag, or a defect's effect, causes, by its name.
    """

    reference: str
    program: Program | None
    architectures: tuple[str, ...] = ("amd64", "arm64")
    size: int = 80_000_000
    defects: Mapping[str, int] = field(default_factory=dict)
    flags: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One thing that users do: `weight` of all visits are of it; calls of the entrance, in order, with pauses."""

    name: str
    weight: int
    operations: tuple[str, ...]
    pause_us: int = 1_500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """All of an application.

    Attributes:
        name: of the release; `namespace` is where it lives.
        objects: manifests as a release tool applies them, in order.
        images: what the registry holds for it: every tag that a change may ask for.
        entrance: address that users reach it by, inside the cluster, such as `frontend-proxy:8080`.
        journeys: what users do.
        visits_per_minute: of ordinary traffic at noon, before days, spikes and batches.
        objectives: service-level objectives, `service -> (most failures per million, slowest 95th percentile in ms)`.
        rules: alerting rules beside the common ones, in the words of telemetry/rules.
        manager: under which name the release tool wrote the objects.
        fields: what requests are about, name -> values to draw from, as in application/fields.py.
    """

    name: str
    namespace: str
    objects: tuple[JsonObject, ...]
    images: tuple[Image, ...]
    entrance: str
    journeys: tuple[Journey, ...]
    visits_per_minute: int
    objectives: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    manager: str = "helm"
    fields: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
