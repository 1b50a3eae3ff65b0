"""Feature flags as a program knows them: from a process of the role `flags` that it reaches, kept for a while."""

from typing import TYPE_CHECKING

from itbench_sre.world.application.flags import FlagFile, read_flags

if TYPE_CHECKING:
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.runtime.runtime import Runtime

_KEPT_US = 30_000_000


def served_by(process: "Process") -> FlagFile:
    """Return the flags that a process of the role `flags` serves now; those of the last good file where one is bad."""
    program = process.program
    assert program is not None  # a flags process has one
    setting = program.settings.get("file")
    path = setting.file if setting is not None else ""
    texts = [process.files[path]] if path in process.files else list(process.files.values())
    key = "".join(texts)
    kept: tuple[str, FlagFile] | None = process.kept_flags
    if kept is not None and kept[0] == key:
        return kept[1]
    read = next((found for found in map(read_flags, texts) if not found.error), None)
    if read is None:
        read = kept[1] if kept is not None else FlagFile(error="no flags")
    process.kept_flags = (key, read)
    return read


def flags_of(runtime: "Runtime", process: "Process") -> FlagFile | None:
    """Return the flags as a process knows them: None where it reaches nobody who serves them, so that all are off."""
    special = process.extra
    assert special is not None  # asked by the runtime
    now_us = runtime.loop.now_us
    link = process.links.get("flagd")
    if link is None:
        return None
    if link.epoch != runtime.network.epoch:
        runtime.network.refresh(link)
    for target in link.targets if not link.trouble else ():
        if target.program is None or target.program.role != "flags" or not target.ready_us:
            continue
        way = link.ways.get(target.number)
        if way is None or not (way.trouble or any(effect.is_cut for effect in way.forward + way.backward)):
            special.flags_until_us = now_us + _KEPT_US
            return served_by(target)
    return special.flags if special.flags_until_us > now_us else None
