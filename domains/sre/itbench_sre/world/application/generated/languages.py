"""What programs of a language need and how they speak."""

from collections.abc import Mapping
from dataclasses import dataclass

MIB = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language's ways.

    Attributes:
        memory_mib: least and most of a fresh process.
        startup_ms, startup_cpu_ms: least and most.
        slots: requests at once, least and most.
        severities: of info, warning and error.
        heap: variable and part that set its heap, with what stands around the number; empty for none.
        files: endings of configuration files that it likes.
        metrics: groups of runtime metrics.
        request_memory: bytes that a request takes.
        started: line of a program that listens.
    """

    memory_mib: tuple[int, int]
    startup_ms: tuple[int, int]
    startup_cpu_ms: tuple[int, int]
    slots: tuple[int, int]
    severities: tuple[str, str, str] = ("INFO", "WARN", "ERROR")
    heap: tuple[str, str, str] = ("", "", "")
    files: tuple[str, ...] = ("yaml",)
    metrics: tuple[str, ...] = ()
    request_memory: int = 60_000
    started: str = "listening on port {port}"


LANGUAGES: Mapping[str, Language] = {
    "go": Language(
        memory_mib=(18, 48), startup_ms=(200, 700), startup_cpu_ms=(60, 180), slots=(64, 200), metrics=("go",),
        heap=("GOMEMLIMIT", "", "{}MiB"), started="server listening addr=:{port}",
    ),
    "java": Language(
        memory_mib=(210, 420), startup_ms=(4_000, 9_000), startup_cpu_ms=(2_500, 6_000), slots=(24, 80),
        metrics=("jvm",), heap=("JAVA_TOOL_OPTIONS", "Xmx", "-XX:+UseG1GC -Xmx{}m"), files=("yaml", "properties"),
        request_memory=250_000, started="Tomcat started on port {port} (http) with context path '/'",
    ),
    "python": Language(
        memory_mib=(60, 140), startup_ms=(1_200, 3_000), startup_cpu_ms=(500, 1_400), slots=(4, 16),
        severities=("INFO", "WARNING", "ERROR"), metrics=("process",), request_memory=120_000,
        started="Uvicorn running on http://0.0.0.0:{port} (Press CTRL+C to quit)",
    ),
    "nodejs": Language(
        memory_mib=(70, 150), startup_ms=(800, 2_500), startup_cpu_ms=(500, 1_300), slots=(32, 100),
        severities=("info", "warn", "error"), metrics=("nodejs",), files=("json", "yaml"), request_memory=90_000,
        heap=("NODE_OPTIONS", "max-old-space-size", "--max-old-space-size={}"),
        started="Server listening at http://0.0.0.0:{port}",
    ),
    "dotnet": Language(
        memory_mib=(80, 170), startup_ms=(1_500, 4_000), startup_cpu_ms=(700, 1_800), slots=(32, 100),
        severities=("Information", "Warning", "Error"), metrics=("dotnet",), files=("json",), request_memory=110_000,
        started="Now listening on: {address}",
    ),
    "ruby": Language(
        memory_mib=(90, 190), startup_ms=(2_000, 5_000), startup_cpu_ms=(900, 2_200), slots=(5, 16),
        request_memory=160_000, started="* Listening on http://0.0.0.0:{port}",
    ),
    "rust": Language(
        memory_mib=(8, 26), startup_ms=(80, 300), startup_cpu_ms=(15, 60), slots=(64, 250), files=("yaml",),
        request_memory=20_000, started="listening on 0.0.0.0:{port}",
    ),
    "php": Language(
        memory_mib=(36, 80), startup_ms=(400, 900), startup_cpu_ms=(100, 260), slots=(8, 24),
        severities=("INFO", "WARNING", "ERROR"), request_memory=140_000, started="fpm is running, ready on {port}",
    ),
}  # fmt: skip
