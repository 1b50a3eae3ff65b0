"""What the OpenTelemetry library of each language puts into its records: resource, scopes, grain of its clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itbench_sre.world.application.model import Protocol

Scope = tuple[str, str]
"""Name and version of an instrumentation scope."""

_GRPC, _HTTP, _SQL, _REDIS, _KAFKA = (
    Protocol.GRPC,
    Protocol.HTTP,
    Protocol.SQL,
    Protocol.REDIS,
    Protocol.KAFKA,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """How one language tells of itself.

    Attributes:
        sdk: attributes of the resource that come from the library; empty where it sends `service.name` alone.
        clients: scope of a client's span, by protocol.
        servers: scope of a server's span, by protocol.
        own: scope of spans that the program writes by hand; `{name}` is the program's.
        logs: scope of log records; `{name}` as above, `{Name}` in camel case, `{package}` of the program's classes.
        span_grain_ns: of the clock that stamps spans.
        log_grain_ns: of the clock that stamps log records.
        records_exceptions: whether a failed span carries an `exception` event.
    """

    sdk: Mapping[str, str]
    clients: Mapping[Protocol, Scope] = field(default_factory=dict)
    servers: Mapping[Protocol, Scope] = field(default_factory=dict)
    own: str = "{name}"
    logs: str = "{name}"
    span_grain_ns: int = 1
    log_grain_ns: int = 1
    records_exceptions: bool = False


def _sdk(language: str, version: str, **more: str) -> dict[str, str]:
    sdk = {
        "telemetry.sdk.language": language,
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": version,
    }
    return {**sdk, **{f"telemetry.{key.replace('_', '.')}": value for key, value in more.items()}}


_GO = "go.opentelemetry.io/contrib/instrumentation"
_NODE = "@opentelemetry/instrumentation"
_PHP = "io.opentelemetry.contrib.php"
_RUBY = "OpenTelemetry::Instrumentation"
_DOTNET = "OpenTelemetry.Instrumentation"


def _scopes(prefix: str, version: str, **libraries: str) -> dict[Protocol, Scope]:
    """Return the scopes of libraries of one version, by the protocol that each is for."""
    return {Protocol[protocol.upper()]: (prefix + name, version) for protocol, name in libraries.items()}


# Kafka's broker runs with the agent of Java programs.
_JAVA_SDK = _sdk("java", "1.54.1", distro_name="opentelemetry-java-instrumentation", distro_version="2.20.1")

LANGUAGES: Mapping[str, Language] = {
    "python": Language(
        sdk=_sdk("python", "1.37.0", auto_version="0.58b0"),
        clients=_scopes(
            "opentelemetry.instrumentation.",
            "0.58b0",
            grpc="grpc",
            http="requests",
            sql="psycopg2",
            redis="redis",
            kafka="confluent_kafka",
        ),
        servers=_scopes(
            "opentelemetry.instrumentation.", "0.58b0", grpc="grpc", http="flask", kafka="confluent_kafka"
        ),
        logs="main",
        log_grain_ns=256,
        records_exceptions=True,
    ),
    "go": Language(
        sdk=_sdk("go", "1.38.0"),
        clients={
            _GRPC: (f"{_GO}/google.golang.org/grpc/otelgrpc", "0.63.0"),
            _HTTP: (f"{_GO}/net/http/otelhttp", "0.63.0"),
            _SQL: ("github.com/XSAM/otelsql", "0.40.0"),
            _REDIS: ("github.com/redis/go-redis/extra/redisotel", "semver:9.14.0"),
        },
        servers={
            _GRPC: (f"{_GO}/google.golang.org/grpc/otelgrpc", "0.63.0"),
            _HTTP: (f"{_GO}/net/http/otelhttp", "0.63.0"),
        },
    ),
    "java": Language(
        sdk=_JAVA_SDK,
        clients=_scopes(
            "io.opentelemetry.",
            "2.20.1-alpha",
            grpc="grpc-1.6",
            http="okhttp-3.0",
            sql="jdbc",
            redis="lettuce-5.1",
            kafka="kafka-clients-0.11",
        ),
        servers=_scopes(
            "io.opentelemetry.",
            "2.20.1-alpha",
            grpc="grpc-1.6",
            http="tomcat-10.0",
            kafka="kafka-clients-0.11",
        ),
        logs="{package}.{Name}Service",
        records_exceptions=True,
    ),
    "dotnet": Language(
        sdk=_sdk("dotnet", "1.12.0"),
        clients={
            _GRPC: (f"{_DOTNET}.GrpcNetClient", "1.12.0-beta.1"),
            _HTTP: ("System.Net.Http", ""),
            _SQL: ("Npgsql", "9.0.3"),
            _REDIS: (f"{_DOTNET}.StackExchangeRedis", "1.12.0-beta.2"),
            _KAFKA: (f"{_DOTNET}.ConfluentKafka", "0.1.0-alpha.3"),
        },
        servers={
            _GRPC: ("Microsoft.AspNetCore", ""),
            _HTTP: ("Microsoft.AspNetCore", ""),
            _KAFKA: ("{Name}.Consumer", ""),
        },
        logs="{name}.services.{Name}Service",
        span_grain_ns=100,
        log_grain_ns=100,
        records_exceptions=True,
    ),
    "nodejs": Language(
        sdk=_sdk("nodejs", "2.1.0"),
        clients={
            _GRPC: (f"{_NODE}-grpc", "0.205.0"),
            _HTTP: (f"{_NODE}-http", "0.205.0"),
            _SQL: (f"{_NODE}-pg", "0.57.1"),
            _REDIS: (f"{_NODE}-redis", "0.54.1"),
            _KAFKA: (f"{_NODE}-kafkajs", "0.15.0"),
        },
        servers={
            _GRPC: (f"{_NODE}-grpc", "0.205.0"),
            _HTTP: (f"{_NODE}-http", "0.205.0"),
            _KAFKA: (f"{_NODE}-kafkajs", "0.15.0"),
        },
        logs="{name}-logger",
        span_grain_ns=1000,
        log_grain_ns=1_000_000,
        records_exceptions=True,
    ),
    "php": Language(
        sdk=_sdk("php", "1.7.0", distro_name="opentelemetry-php-instrumentation", distro_version="1.2.0"),
        clients={_HTTP: (f"{_PHP}.guzzle", "1.1.0"), _SQL: (f"{_PHP}.pdo", "0.2.1")},
        servers={_HTTP: (f"{_PHP}.slim", "1.2.0")},
        own="manual-instrumentation",
        logs="monolog",
        log_grain_ns=1000,
        records_exceptions=True,
    ),
    "ruby": Language(
        sdk=_sdk("ruby", "1.9.0"),
        clients={
            _HTTP: (f"{_RUBY}::Net::HTTP", "0.24.0"),
            _SQL: (f"{_RUBY}::PG", "0.31.0"),
            _REDIS: (f"{_RUBY}::Redis", "0.27.0"),
        },
        servers={_HTTP: (f"{_RUBY}::Sinatra", "0.27.0")},
        records_exceptions=True,
    ),
    "rust": Language(
        sdk=_sdk("rust", "0.31.0"),
        clients={_HTTP: ("opentelemetry-instrumentation-actix-web", "0.22.0")},
        servers={_HTTP: ("opentelemetry-instrumentation-actix-web", "0.22.0")},
        logs="",
    ),
    "cpp": Language(sdk=_sdk("cpp", "1.23.0"), logs="{name}"),
    "envoy": Language(
        sdk={
            "telemetry.sdk.language": "cpp",
            "telemetry.sdk.name": "envoy",
            "telemetry.sdk.version": "e98e41a8e168af7acae8079fc0cd68155f699aa3/1.34.1",
        },
        own="",
        logs="",
        span_grain_ns=1000,
        log_grain_ns=1000,
    ),
    "nginx": Language(sdk={}, own="nginx", logs="nginx", span_grain_ns=1000),
    "postgres": Language(sdk={}, logs="", log_grain_ns=1_000_000),
    "valkey": Language(sdk={}, logs="", log_grain_ns=1_000_000),
    "kafka": Language(
        sdk=_JAVA_SDK,
        logs="kafka.log.LogManager",
    ),
}


def scope_of(language: str, protocol: Protocol, name: str, *, is_client: bool) -> Scope:
    """Return the scope of a span; `name` is the program's."""
    known = LANGUAGES.get(language)
    if known is None:
        return name, ""
    scope, version = (known.clients if is_client else known.servers).get(protocol) or (known.own, "")
    return _named(scope, name), version


def log_scope(language: str, name: str, package: str) -> str:
    """Return the scope of a log record; `name` is the program's, `package` that of its classes."""
    known = LANGUAGES.get(language)
    return name if known is None else _named(known.logs, name).replace("{package}", package)


def _named(scope: str, name: str) -> str:
    camel = "".join(part.capitalize() for part in name.split("-"))
    return scope.replace("{name}", name).replace("{Name}", camel)
