"""Things done inside a container, as `kubectl exec` or somebody with access to it does them."""

# ruff: noqa: ARG001 - every deed is called in the same way

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from itbench_sre.world.runtime.brokers import Broker
from itbench_sre.world.runtime.caches import Cache
from itbench_sre.world.runtime.databases import Database
from itbench_sre.world.runtime.effects import BurnEffect
from itbench_sre.world.runtime.process import Process

if TYPE_CHECKING:
    from itbench_sre.world.runtime.runtime import Runtime

Deed = Callable[["Runtime", Process, Mapping[str, Any]], None]
_FOREVER_US = 1 << 60


def kill(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """`kill 1`, with `signal` TERM (the default) or KILL, to which a container's first process does not listen."""
    if str(arguments.get("signal", "TERM")) != "KILL":
        runtime.stop(process, is_killed=False)


def fill_disk(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Write a file of `bytes`, or one that leaves only `left` bytes."""
    disk = runtime.disks.give(process, runtime.network.spec_of(process))
    count = disk.size - disk.used - int(arguments["left"]) if "left" in arguments else int(arguments["bytes"])
    disk.used = min(disk.size, disk.used + max(0, count))


def free_disk(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Remove files of `bytes`."""
    disk = runtime.disks.give(process, runtime.network.spec_of(process))
    disk.used = max(0, disk.used - int(arguments["bytes"]))


def set_password(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """`CONFIG SET requirepass`, or `ALTER ROLE ... PASSWORD`: to `password`; clients that are connected stay so."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Cache):
        role.password = str(arguments["password"])
    elif isinstance(role, Database):
        process.settings["password"] = str(arguments["password"])


def set_memory(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """`CONFIG SET maxmemory` to `mib` or `bytes`, and `maxmemory-policy` to `eviction` where that is given."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Cache):
        role.max_memory = int(arguments["bytes"]) if "bytes" in arguments else int(arguments["mib"]) << 20
        role.eviction = str(arguments.get("eviction", role.eviction))


def flush(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """`FLUSHALL`."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Cache):
        role.add(-role.data)


def load_data(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Write keys of `bytes` in all into a cache."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Cache):
        role.add(int(arguments["bytes"]))


def burn(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Run a program beside the container's own that uses `cpu_m` and holds `memory` bytes, until the container ends."""
    place = process.place
    effect = BurnEffect(
        pod=place.uid,
        container=place.container,
        cpu_m=int(arguments.get("cpu_m", 0)),
        memory=int(arguments.get("memory", 0)),
    )
    runtime.effects.put(burner(process), effect)


def burner(process: Process) -> str:
    """Return the owner of what burns in a container; it ends with the container."""
    return f"inside {process.place.uid} {process.place.container} {process.place.restart}"


def stop_burning(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """End the program that `burn` has begun."""
    runtime.effects.drop(burner(process))


def lock_table(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Hold a lock on statements that name `table` for `seconds`, as an open transaction does."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Database):
        seconds = arguments.get("seconds")
        until_us = _FOREVER_US if seconds is None else runtime.loop.now_us + int(seconds) * 1_000_000
        role.locked[str(arguments.get("table", ""))] = until_us


def unlock_table(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """End the transaction that holds a lock on `table`; statements that already wait for it wait to their end."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Database):
        role.locked.pop(str(arguments.get("table", "")), None)


def drop_table(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """`DROP TABLE` of `table`, which outlives restarts as far as the disk does."""
    runtime.disks.give(process, runtime.network.spec_of(process)).dropped.append(
        str(arguments.get("table", ""))
    )


def drop_index(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Drop an index: statements that name `statement` take `per_cent` of their processor time."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Database):
        role.slowed[str(arguments.get("statement", ""))] = int(arguments["per_cent"])


def create_index(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Make the index again."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Database):
        role.slowed.pop(str(arguments.get("statement", "")), None)


def skip_messages(runtime: "Runtime", process: Process, arguments: Mapping[str, Any]) -> None:
    """Reset the offsets of `group` on `topic` to the end."""
    role = process.extra.role if process.extra is not None else None
    if isinstance(role, Broker):
        topic = role.topics[str(arguments["topic"])]
        group = topic.groups[str(arguments["group"])]
        group.read = group.done = topic.end


DEEDS: Mapping[str, Deed] = {
    "kill": kill,
    "fill_disk": fill_disk,
    "free_disk": free_disk,
    "set_password": set_password,
    "set_memory": set_memory,
    "flush": flush,
    "load_data": load_data,
    "burn": burn,
    "stop_burning": stop_burning,
    "lock_table": lock_table,
    "unlock_table": unlock_table,
    "drop_table": drop_table,
    "drop_index": drop_index,
    "create_index": create_index,
    "skip_messages": skip_messages,
}
"""What can be done, by name."""
