"""What the library of each language says of its own process; it goes through the collector, under the collector's pod."""

from collections.abc import Callable, Iterator

from itbench_sre.world.telemetry.cadvisor import Usage

Reading = tuple[str, tuple[tuple[str, str], ...], int, int]
"""Metric, labels of its own, value, and by what the value is to be divided."""

_MILLION = 1_000_000
_SPACES = (
    ("new_space", 4),
    ("old_space", 62),
    ("code_space", 6),
    ("large_object_space", 12),
    ("trusted_space", 9),
)
_POOLS = (
    ("Compressed Class Space", "non_heap", 3),
    ("Metaspace", "non_heap", 24),
    ("CodeCache", "non_heap", 14),
    ("Eden Space", "heap", 22),
    ("Survivor Space", "heap", 2),
    ("Tenured Gen", "heap", 35),
)


def readings(usage: Usage) -> Iterator[Reading]:
    """Yield what a process reports of itself."""
    program = usage.process.place.image.program
    made = _LANGUAGES.get(program.language) if program else None
    if made is not None:
        yield from made(usage)


def _go(usage: Usage) -> Iterator[Reading]:
    memory = usage.memory
    limit = usage.process.place.memory_limit * 4 // 5 or 1 << 62
    yield "go_memory_allocated_bytes_total", (), usage.cpu_us * 44, 1
    yield "go_memory_allocations_total", (), usage.cpu_us // 5, 1
    yield "go_memory_gc_goal_bytes", (), memory // 2, 1
    yield "go_memory_limit_bytes", (), limit, 1
    yield "go_memory_used_bytes", (("go_memory_type", "other"),), memory * 3 // 5, 1
    yield "go_memory_used_bytes", (("go_memory_type", "stack"),), memory // 14, 1


def _java(usage: Usage) -> Iterator[Reading]:
    memory = usage.memory
    limit = usage.process.place.memory_limit or 1 << 30
    yield "jvm_cpu_count", (), 4, 1
    yield "jvm_cpu_recent_utilization_ratio", (), usage.rate_m, 4000
    yield "jvm_cpu_time_seconds_total", (), usage.cpu_us, _MILLION
    for name, kind, percent in _POOLS:
        labels = (("jvm_memory_pool_name", name), ("jvm_memory_type", kind))
        used = memory * percent // 115
        yield "jvm_memory_committed_bytes", labels, used * 5 // 4, 1
        if kind == "heap":
            yield "jvm_memory_limit_bytes", labels, limit * percent // 60, 1
            yield "jvm_memory_used_after_last_gc_bytes", labels, used // 2, 1
        yield "jvm_memory_used_bytes", labels, used, 1


def _python(usage: Usage) -> Iterator[Reading]:
    for kind, percent in (("system", 18), ("user", 82)):
        labels = (("type", kind),)
        yield "process_runtime_cpython_cpu_time_seconds_total", labels, usage.cpu_us * percent, 100 * _MILLION
    yield "process_runtime_cpython_cpu_utilization_ratio", (), usage.rate_m, 1000
    yield "process_runtime_cpython_memory_bytes", (("type", "rss"),), usage.memory, 1
    yield "process_runtime_cpython_memory_bytes", (("type", "vms"),), usage.memory * 11, 1


def _dotnet(usage: Usage) -> Iterator[Reading]:
    yield "process_cpu_count", (), 1, 1
    for kind, percent in (("system", 22), ("user", 78)):
        labels = (("process_cpu_state", kind),)
        yield "process_cpu_time_seconds_total", labels, usage.cpu_us * percent, 100 * _MILLION
    yield "process_memory_usage_bytes", (), usage.memory, 1
    yield "process_memory_virtual_bytes", (), usage.memory * 20, 1
    yield "process_runtime_dotnet_gc_committed_memory_size_bytes", (), usage.memory // 3, 1


def _nodejs(usage: Usage) -> Iterator[Reading]:
    for name, percent in _SPACES:
        labels = (("v8js_heap_space_name", name),)
        used = usage.memory * percent // 130
        yield "v8js_memory_heap_limit_bytes", labels, used * 5 // 4, 1
        yield "v8js_memory_heap_space_available_size_bytes", labels, used // 5, 1
        yield "v8js_memory_heap_space_physical_size_bytes", labels, used * 6 // 5, 1
        yield "v8js_memory_heap_used_bytes", labels, used, 1
    yield "process_cpu_utilization_ratio", (("process_cpu_state", "user"),), usage.rate_m, 1000


def _valkey(usage: Usage) -> Iterator[Reading]:
    for state, percent in (("sys", 57), ("user", 42), ("sys_children", 1)):
        yield "redis_cpu_time_seconds_total", (("state", state),), usage.cpu_us * percent, 100 * _MILLION
    used = max(usage.memory // 2, 1)
    yield "redis_memory_fragmentation_ratio", (), usage.memory * 1000 // used, 1000
    yield "redis_memory_lua_bytes", (), 32768, 1
    yield "redis_memory_peak_bytes", (), usage.peak // 2, 1
    yield "redis_memory_rss_bytes", (), usage.memory, 1
    yield "redis_memory_used_bytes", (), used, 1


_LANGUAGES: dict[str, Callable[[Usage], Iterator[Reading]]] = {
    "go": _go,
    "java": _java,
    "kafka": _java,
    "python": _python,
    "dotnet": _dotnet,
    "nodejs": _nodejs,
    "valkey": _valkey,
}


def collector_readings(usage: Usage) -> Iterator[Reading]:
    """Yield what the collector reports of itself and of the machine that it runs on."""
    yield "otelcol_process_cpu_seconds_total", (), usage.cpu_us, _MILLION
    yield "otelcol_process_memory_rss_bytes", (), usage.memory, 1
    yield "otelcol_process_runtime_total_sys_memory_bytes", (), usage.memory * 3 // 5, 1
    for state, percent in (("idle", 71), ("system", 9), ("user", 17), ("wait", 3)):
        busy = usage.seen_us // 10_000 * percent % (1 << 40)
        yield "system_cpu_time_seconds_total", (("state", state),), busy, 100
        yield "system_cpu_utilization_ratio", (("state", state),), percent * 10 + usage.rate_m % 9, 1000
    for state, share in (("buffered", 3), ("cached", 41), ("free", 20), ("used", 36)):
        memory = 16_400_000_000 * share // 100 + usage.memory % 7_000_000
        yield "system_memory_usage_bytes", (("state", state),), memory // 4096 * 4096, 1
        yield "system_memory_utilization_ratio", (("state", state),), memory // 1000, 16_400_000
