"""Reads what a user says about an outside program."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from itbench.egress.proxy.rules import HostRule, parse_rules
from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.sandbox import Mount

if TYPE_CHECKING:
    from itbench.egress.gateway.target import GatewayTarget

GATEWAY_OPTIONS = ("base_url", "key_env", "price", "idle_s", "attempts", "retry_s", "models")
OPTIONS = ("copy", "env", "mount", "allow", "gateway", *GATEWAY_OPTIONS)
_MOUNT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandOptions:
    """What a program needs beside the task.

    Attributes:
        copied: host files that are put into the working directory first, by name.
        mounts: host folders that show read-only below `/opt`.
        variables: further environment variables.
        allowed: hosts that may be reached.
        gateway: the provider of the program's model, if requests to it go through us.
        models: that the program may ask there; none for all whose names do not say that they search the net.
    """

    copied: Mapping[str, Path] = field(default_factory=dict)
    mounts: tuple[Mount, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[HostRule, ...] = ()
    gateway: "GatewayTarget | None" = None
    models: tuple[str, ...] = ()

    @property
    def secrets(self) -> list[str]:
        """What must show in no trace."""
        key = [] if self.gateway is None else [self.gateway.key]
        return [*self.variables.values(), *key]

    def missing(self) -> list[str]:
        """Return what the program's way out needs and this machine lacks, one thing each."""
        from itbench.models.http.library import absent

        if self.gateway is not None:
            return self.gateway.missing()
        return absent("h11") if self.allowed else []


def command_options(request: AgentRequest) -> CommandOptions:
    """Return what `--agent command:OPTION=VALUE+VALUE,...` asks for.

    Raises:
        UsageError: a file, folder or variable that is not there, or an option that cannot be used.
    """
    request.refuse_options(*OPTIONS, arguments=True)
    provider = request.options.get("gateway")
    if provider is None:
        for name in GATEWAY_OPTIONS:
            if name in request.options:
                raise UsageError(f"agent 'command': option {name!r} is for a gateway; add gateway=PROVIDER")
    return CommandOptions(
        copied=_copied(_listed(request, "copy")),
        mounts=_mounts(_listed(request, "mount")),
        variables=_variables(_listed(request, "env")),
        allowed=parse_rules(_listed(request, "allow")),
        gateway=None if provider is None else _gateway(provider, request.options),
        models=tuple(_listed(request, "models")),
    )


def _gateway(provider: str, options: Mapping[str, str]) -> "GatewayTarget":
    from itbench.egress.gateway.target import gateway_target

    return gateway_target(provider, options)


def _copied(texts: list[str]) -> dict[str, Path]:
    copied = {}
    for text in texts:
        path = Path(text).expanduser().absolute()
        if not path.is_file():
            raise UsageError(f"agent 'command': there is no file {text!r} to copy")
        copied[path.name] = path
    return copied


def _mounts(texts: list[str]) -> tuple[Mount, ...]:
    mounts: dict[str, Mount] = {}
    for text in texts:
        path = Path(text).expanduser().absolute()
        if not path.is_dir():
            raise UsageError(f"agent 'command': there is no folder {text!r} to mount")
        if not _MOUNT_NAME.fullmatch(path.name) or path.name in mounts:
            raise UsageError(
                f"agent 'command': the folder {text!r} needs a plain name that no other mounted one has"
            )
        mounts[path.name] = Mount(path, path.name)
    return tuple(mounts.values())


def _variables(names: list[str]) -> dict[str, str]:
    variables = {}
    for name in names:
        if name not in os.environ:
            raise UsageError(f"agent 'command': the variable {name!r} is not set")
        variables[name] = os.environ[name]
    return variables


def _listed(request: AgentRequest, option: str) -> list[str]:
    return [part for part in request.options.get(option, "").split("+") if part]
