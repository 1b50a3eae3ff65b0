"""What is known of a well-known program that is an agent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Literal

# Not the workspace: what a program keeps for itself must not lie among what it hands in.
HOME = "/tmp/home"  # noqa: S108 - the sandbox's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Packages:
    """What a program is installed from.

    Attributes:
        installer: `npm` or `pip`.
        names: packages with their versions, as the installer spells them.
    """

    installer: Literal["npm", "pip"]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """One trial, as a program has to be told of it.

    Attributes:
        prompt: what to do, and what to hand in.
        root: where the program's folder shows.
        provider: of the model.
        model: its name.
        base_url: of the endpoint that the user names for a program without a gateway, if any.
        variables: what the program is told of its model and its tools.
        tools_address: of the tool server; None where the task has no tools.
        mcp_config: path of a configuration for MCP clients; None where the task has no tools.
    """

    prompt: str
    root: PurePosixPath
    provider: str
    model: str
    base_url: str | None
    variables: Mapping[str, str]
    tools_address: str | None
    mcp_config: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """How a program is started for an errand.

    Attributes:
        words: the program and its arguments.
        stdin: what it reads.
        variables: besides those of the errand.
        home_files: texts that it reads, by path below its home folder.
    """

    words: Sequence[str]
    stdin: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)
    home_files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedProgram:
    """A program that is an agent.

    Attributes:
        name: of the agent.
        version: that is installed unless the user asks for another.
        providers: of models that it can ask, all of them through the gateway unless `host` says otherwise.
        packages: for a version.
        start: tells how it is started.
        speaks_mcp: whether it gets the tools of the task by MCP; else it calls `itbench-tool` in its shell.
        host: that it may reach by the proxy in place of a gateway.
        key_variable: of its key, where there is no gateway that keeps the key outside.
    """

    name: str
    version: str
    providers: tuple[str, ...]
    packages: Callable[[str], Packages]
    start: Callable[[Errand], Started]
    speaks_mcp: bool = True
    host: str | None = None
    key_variable: str | None = None
