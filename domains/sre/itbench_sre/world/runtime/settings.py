"""Settings of a program, as it reads them when it starts: variables first, then mounted files, then defaults."""

import re

import yaml

from itbench_sre.world.application.model import Setting
from itbench_sre.world.application.reading import file_text, variable_text
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
        try:
            given = file_text(setting.file, place.files)
        except (ValueError, yaml.YAMLError) as error:
            path, reason = setting.file.partition("#")[0], str(error).splitlines()[0]
            raise UnreadableSettingError(f"failed to parse {path}: {reason}") from error
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
