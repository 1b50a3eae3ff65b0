"""Pieces that several programs of the demo are made of."""

from itbench_sre.world.application.model import Dependency, Line, Protocol, Setting

FLAGD = Dependency(
    address=Setting(variable="FLAGD_HOST:FLAGD_PORT", default="flagd:8013"),
    timeout_us=Setting(default=500_000),
    pool=Setting(default=1),
)
"""Where a program asks for its feature flags."""


def port_setting(variable: str, default: int = 8080) -> Setting:
    """Return the setting of the port that a program listens on, which the demo's programs insist on."""
    return Setting(variable=variable, default=default, is_required=True)


def grpc(variable: str, *, timeout_us: int = 60_000_000) -> Dependency:
    """Return a dependency on a gRPC server, with no deadline to speak of, as in the demo."""
    return Dependency(
        address=Setting(variable=variable, is_required=True, default=""),
        timeout_us=Setting(default=timeout_us),
        pool=Setting(default=100),
    )


def http(variable: str, *, timeout_us: int = 60_000_000, pool: int = 64) -> Dependency:
    """Return a dependency on an HTTP server."""
    return Dependency(
        address=Setting(variable=variable, is_required=True, default=""),
        protocol=Protocol.HTTP,
        timeout_us=Setting(default=timeout_us),
        pool=Setting(default=pool),
    )


def kafka(*, timeout_us: int = 10_000_000) -> Dependency:
    """Return a dependency on the broker."""
    return Dependency(
        address=Setting(variable="KAFKA_ADDR", is_required=True, default=""),
        protocol=Protocol.KAFKA,
        timeout_us=Setting(default=timeout_us),
        retries=Setting(default=3),
        pool=Setting(default=8),
    )


def said(
    body: str, when: str = "success", *, severity: str = "INFO", number: int = 9, trace: bool = False
) -> Line:
    """Return a line that a program says about itself."""
    return Line(body=body, when=when, severity=severity, number=number, has_trace=trace)


def dotnet(body: str, when: str = "success", *, severity: str = "Information", number: int = 9) -> Line:
    """Return a line of a .NET program about itself."""
    return Line(body=body, when=when, severity=severity, number=number, has_trace=False)
