"""What was recorded of one case: the answer to each call of a tool, and the end of each log."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from weakref import WeakValueDictionary

from itbench import DataError, JsonValue
from itbench.kit import read_data
from itbench_sre.opsbench.kinds import kind_of

LINES = 50
_ODD_KEY = re.compile(
    r"CheckServiceConnectivity-(?P<namespace>[a-z]+(?:-ticket)?)-(?P<service_name>.+)-(?P<port>\d+)"
)
_KNOWN: "WeakValueDictionary[tuple[str, int], Recording]" = WeakValueDictionary()
_LOCK = Lock()


class Recording:
    """The answers of one case; trials of the same case share one."""

    def __init__(self, cache: Mapping[str, JsonValue], logs: Mapping[str, JsonValue]) -> None:
        self._answers: dict[str, JsonValue] = {}
        self.services: dict[str, list[str]] = {}
        spelled_otherwise: dict[str, JsonValue] = {}
        for key, answer in cache.items():
            tool, arguments = _read_key(key)
            kind = arguments.get("resource_type")
            is_plain = kind is None or kind_of(kind) == kind
            (self._answers if is_plain else spelled_otherwise)[_key(tool, arguments)] = answer
            service = arguments.get("app_name") or arguments.get("service_name")
            if service and service not in self.services.setdefault(tool, []):
                self.services[tool].append(service)
        self._answers = spelled_otherwise | self._answers
        self.logs = {name: lines for name, log in logs.items() if (lines := _last_lines(log))}

    def answer(self, tool: str, **arguments: JsonValue) -> JsonValue:
        """Return what was recorded for a call, whatever the order of its arguments; None if nothing was."""
        return self._answers.get(_key(tool, arguments))


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


def read_object(path: Path) -> dict[str, JsonValue]:
    """Return the object in a file of JSON.

    Raises:
        DataError: it cannot be read, or holds something else.
    """
    value = read_data(path)
    if not isinstance(value, dict):
        raise DataError(
            f"{path}: expected a JSON object, found {type(value).__name__}; fetch the dataset again"
        )
    return value


def _read_key(key: str) -> tuple[str, dict[str, JsonValue]]:
    tool, _, text = key.partition(":")
    odd = _ODD_KEY.fullmatch(key)
    if odd is not None:
        return "CheckServiceConnectivity", odd.groupdict() | {"port": int(odd["port"])}
    try:
        arguments = json.loads(text or "{}")
    except ValueError:
        return key, {}
    return (tool, arguments) if isinstance(arguments, dict) else (key, {})


def _key(tool: str, arguments: Mapping[str, JsonValue]) -> str:
    """Return one text for all ways to write a call: what is empty or off is left out."""
    told = {name: value for name, value in arguments.items() if value not in ("", None, False)}
    if "resource_type" in told:
        told["resource_type"] = kind_of(told["resource_type"]) or told["resource_type"]
    return tool + json.dumps(told, sort_keys=True)


def _last_lines(log: JsonValue) -> list[str]:
    lines = [str(line) for line in log] if isinstance(log, list) else str(log or "").splitlines()
    return [line for line in lines if line.strip()][-LINES:]
