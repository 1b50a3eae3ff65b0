"""What was recorded of one case: the answer to each call of a tool, and the end of each log."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from itbench import JsonValue
from itbench.kit import RecordedCalls, read_object
from itbench_sre.opsbench.kinds import kind_of

LINES = 50
_ODD_KEY = re.compile(
    r"CheckServiceConnectivity-(?P<namespace>[a-z]+(?:-ticket)?)-(?P<service_name>.+)-(?P<port>\d+)"
)
_KNOWN: "WeakValueDictionary[tuple[str, int], Recording]" = WeakValueDictionary()
_LOCK = Lock()


class Recording(RecordedCalls):
    """The answers of one case; trials of the same case share one.

    Attributes:
        services: that each tool was recorded for.
        logs: the last lines of each log.
    """

    def __init__(self, cache: Mapping[str, JsonValue], logs: Mapping[str, JsonValue]) -> None:
        calls = [(*_read_key(key), answer) for key, answer in cache.items()]
        super().__init__(calls, _spelled)
        self.services: dict[str, set[str]] = {}
        for tool, arguments, _ in calls:
            name = arguments.get("app_name") or arguments.get("service_name")
            self.services.setdefault(tool, set()).update([name] if isinstance(name, str) else [])
        self.logs = {name: lines for name, log in logs.items() if (lines := _last_lines(log))}


def recording_of(cache: Path, logs: Path | None) -> Recording:
    """Return what was recorded, read once for all trials that are open.

    Raises:
        DataError: a file cannot be read, or is not what it must be.
    """
    with _LOCK:
        key = (str(cache), cache.stat().st_mtime_ns)
        found = _KNOWN.get(key)
        if found is None:
            found = _KNOWN[key] = Recording(read_object(cache), read_object(logs) if logs else {})
        return found


def _read_key(key: str) -> tuple[str, dict[str, JsonValue]]:
    tool, _, text = key.partition(":")
    odd = _ODD_KEY.fullmatch(key)
    if odd is not None:
        return "CheckServiceConnectivity", odd.groupdict() | {"port": int(odd["port"])}
    try:
        arguments = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return key, {}
    return (tool, arguments) if isinstance(arguments, dict) else (key, {})


def _spelled(name: str, value: JsonValue) -> JsonValue:
    return kind_of(value) or value if name == "resource_type" else value


def _last_lines(log: JsonValue) -> list[str]:
    lines = [str(line) for line in log] if isinstance(log, list) else str(log or "").splitlines()
    return [line for line in lines if line.strip()][-LINES:]
