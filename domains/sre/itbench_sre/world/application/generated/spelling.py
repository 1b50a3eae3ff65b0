"""How an application writes its settings: names of variables, units, and whether they stand in variables or in files."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from itbench_sre.world.application.generated.chance import one_of
from itbench_sre.world.application.model import Setting
from itbench_sre.world.clock.randomness import Randomness

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Habits:
    """What one application's teams are used to.

    Attributes:
        pool, timeout, retries: words for them.
        duration: `go` (`1500ms`), `ms` (bare milliseconds) or `s` (bare seconds).
        host: how a Service is named: `short`, `space` or `full`.
        is_dsn: databases are given as one connection string.
    """

    pool: str
    timeout: str
    retries: str
    duration: str
    host: str
    is_dsn: bool

    @staticmethod
    def drawn(random: Randomness) -> "Habits":
        """Return habits of chance."""
        return Habits(
            pool=one_of(random, ("pool_size", "max_connections", "pool_max", "connection_limit")),
            timeout=one_of(random, ("timeout", "request_timeout", "deadline", "max_wait")),
            retries=one_of(random, ("retries", "max_retries", "attempts_extra")),
            duration=one_of(random, ("go", "ms", "s")),
            host=one_of(random, ("short", "short", "space", "full")),
            is_dsn=random.below(2) == 0,
        )

    def host_of(self, name: str, space: str) -> str:
        """Return the name under which a Service is asked for."""
        return {"short": name, "space": f"{name}.{space}", "full": f"{name}.{space}.svc.cluster.local"}[
            self.host
        ]


@dataclass(slots=True)
class Writer:
    """Collects the settings of one container while its program is made.

    Attributes:
        style: `env`, `config` (a ConfigMap taken as variables) or `file`.
        path: of the file.
        variables, config, content, secrets: what is written where.
    """

    habits: Habits
    style: str
    path: str = ""
    variables: dict[str, Value] = field(default_factory=dict)
    config: dict[str, str] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)

    def put(self, key: str, value: str | int, *, default: int | str = 0, unit: int = 1) -> Setting:
        """Write a value down under a dotted key, and return the setting that reads it."""
        variable = key.replace(".", "_").replace("-", "_").upper()
        if self.style == "file":
            where = key.replace("-", "_")
            if self.path.endswith(".properties"):
                where = where.replace(".", "_")
                self.content[where] = value
            else:
                _put(self.content, where.split("."), value)
            return Setting(variable=variable, file=f"{self.path}#{where}", default=default, unit=unit)
        (self.config if self.style == "config" else self.variables)[variable] = str(value)
        return Setting(variable=variable, default=default, unit=unit)

    def secret(self, key: str, value: str, *, is_required: bool = False) -> Setting:
        """Write a value into the container's Secret, and return the setting that reads it."""
        variable = key.replace(".", "_").replace("-", "_").upper()
        self.secrets[variable] = value
        return Setting(variable=variable, default="", is_required=is_required)

    def duration(self, key: str, value_ms: int, *, default_us: int) -> Setting:
        """Write a length of time, and return the setting that reads it in microseconds."""
        match self.habits.duration:
            case "go":
                text = f"{value_ms // 1000}s" if value_ms % 1000 == 0 else f"{value_ms}ms"
                return self.put(key, text, default=default_us)
            case "s" if value_ms % 1000 == 0:
                return self.put(f"{key}_seconds", value_ms // 1000, default=default_us, unit=1_000_000)
        return self.put(f"{key}_ms", value_ms, default=default_us, unit=1000)

    def text(self) -> str:
        """Return the file."""
        if self.path.endswith(".json"):
            return json.dumps(self.content, indent=2) + "\n"
        if self.path.endswith(".properties"):
            return "".join(f"{key}={value}\n" for key, value in self.content.items())
        return "".join(_yaml(self.content, ""))


def _put(content: dict[str, Any], keys: list[str], value: str | int) -> None:
    for key in keys[:-1]:
        content = content.setdefault(key, {})
    content[keys[-1]] = value


def _yaml(content: dict[str, Any], indent: str) -> Iterator[str]:
    """Yield lines of YAML for mappings of plain words and numbers, which is all that is written here."""
    for key, value in content.items():
        if isinstance(value, dict):
            yield f"{indent}{key}:\n"
            yield from _yaml(value, indent + "  ")
        else:
            yield f"{indent}{key}: {value}\n"
