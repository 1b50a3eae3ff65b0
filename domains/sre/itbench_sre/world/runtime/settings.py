"""Settings of a program, as it reads them when it starts: variables first, then mounted files, then defaults."""

import json
import re
from collections.abc import Mapping
from typing import Any

import yaml

from itbench_sre.world.application.model import Setting
from itbench_sre.world.application.reading import variable_text
from itbench_sre.world.runtime.place import Place

_DURATION = re.compile(r"^(\d+)(us|ms|s|m|h)$")
_UNITS_US = {"us": 1, "ms": 1000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000}


class UnreadableSettingError(Exception):
    """A setting that a program cannot start with; its text is what the program says."""


def read(setting: Setting, place: Place, name: str) -> int | str:
    """Return a setting's value at a place; durations such as `3s` count as microseconds where a number is asked for.

    Raises:
        UnreadableSettingError: it is required and not given, or what is given cannot be read.
    """
    given = variable_text(setting.variable, place.environment) if setting.variable else None
    if given is None and setting.file:
        given = _from_file(setting.file, place.files)
    what = setting.variable or setting.file or name
    if given is None or given == "":
        if setting.is_required:
            raise UnreadableSettingError(f"{what} is not set")
        return setting.default
    if isinstance(setting.default, str):
        return given
    text = given.strip()
    duration = _DURATION.match(text)
    if duration:
        return int(duration[1]) * _UNITS_US[duration[2]]
    if not re.fullmatch(r"-?\d+", text):
        raise UnreadableSettingError(f"{what}: invalid value {text!r}")
    return int(text) * setting.unit


def _from_file(where: str, files: Mapping[str, str]) -> str | None:
    path, _, key = where.partition("#")
    text = files.get(path)
    if text is None:
        return None
    if not key:
        return text
    found = parsed(path, text)
    for part in key.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if found is None or isinstance(found, dict | list):
        return None
    return str(found).lower() if isinstance(found, bool) else str(found)


def parsed(path: str, text: str) -> Any:
    """Return what a file of JSON, YAML or properties says.

    Raises:
        UnreadableSettingError: it is malformed.
    """
    if path.endswith((".properties", ".conf", ".env", ".ini")):
        lines = (line.partition("#")[0].strip() for line in text.splitlines())
        pairs = (re.split(r"\s*[=\s]\s*", line, maxsplit=1) for line in lines if line)
        return {pair[0]: pair[1] if len(pair) > 1 else "" for pair in pairs}
    try:
        return json.loads(text) if path.endswith(".json") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableSettingError(f"failed to parse {path}: {reason}") from error
