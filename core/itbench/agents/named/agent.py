"""A well-known program as an agent: what `--agent NAME` makes."""

import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from itbench.agents.command.agent import CommandAgent, Launch
from itbench.agents.command.options import GATEWAY_OPTIONS, CommandOptions
from itbench.agents.model_driven.hand_in import hand_in_prompt
from itbench.agents.named.install import (
    install,
    installed_at,
    is_installed,
    missing_installer,
    wanted_version,
)
from itbench.agents.named.program import HOME, Errand, NamedProgram
from itbench.agents.tool_server.served import ADDRESS, MCP_CONFIG
from itbench.egress.gateway.target import gateway_target
from itbench.egress.proxy.rules import parse_rules
from itbench.errors import UsageError
from itbench.interfaces.agent import AgentRequest
from itbench.interfaces.json import JsonObject
from itbench.interfaces.progress import Progress
from itbench.interfaces.sandbox import Mount
from itbench.interfaces.task import Task
from itbench.interfaces.workspace import Workspace
from itbench.models.options import checked_url

_MODEL_OPTIONS = tuple(name for name in GATEWAY_OPTIONS if name != "models")
# Writes pairs of path and text below the home folder, up to `--`, and becomes what follows.
_START = """mkdir -p "$HOME"
while [ "$1" != -- ]; do mkdir -p "$(dirname "$HOME/$1")"; printf %s "$2" > "$HOME/$1"; shift 2; done
shift; exec "$@\""""
_TOOLS = (
    "This task has tools of its own. `itbench-tool` lists them with the JSON Schemas of their arguments; "
    "`itbench-tool NAME JSON` calls one, and prints its result."
)


class NamedAgent(CommandAgent):
    """Runs a well-known program once for each trial.

    Args:
        program: which.
        version: of the program.
        model: provider and name of the model that it is to ask.
        options: what else it needs in the sandbox.
        base_url: of the model's endpoint, where there is no gateway.
    """

    def __init__(
        self,
        program: NamedProgram,
        version: str,
        model: tuple[str, str],
        options: CommandOptions,
        base_url: str | None = None,
    ) -> None:
        super().__init__((program.name,), options)
        self._program = program
        self._version = version
        self._provider, self._model = model
        self._base_url = base_url

    def prepare(self, progress: Progress) -> None:
        """Install the program, unless it is installed.

        Raises:
            UsageError: it cannot be installed.
            StorageError: the cache cannot be written.
        """
        install(self._program, self._version, progress)

    def missing(self, *, is_cost_limited: bool) -> list[str]:
        """Return what a run needs and this machine lacks, one thing each; that the program is installed by the run is nothing."""
        lacking = super().missing(is_cost_limited=is_cost_limited)
        if self._program.speaks_mcp and find_spec("mcp") is None:
            lacking.append("the package 'mcp' is not installed; install with: pip install 'itbench[mcp]'")
        installer = missing_installer(self._program)
        if installer is not None and not is_installed(self._program, self._version):
            lacking.append(installer)
        return lacking

    def description(self) -> JsonObject:
        """Return which program it is, of which version, and where its requests to the model go; never a secret."""
        program = {"name": self._program.name, "version": self._version}
        model = super().description().get("model", {})
        return {"program": program, "model": {**model, "name": f"{self._provider}/{self._model}"}}

    def launch(self, task: Task, workspace: Workspace, variables: Mapping[str, str]) -> Launch:
        """Return what to start for a task."""
        errand = Errand(
            prompt=self._prompt(task, workspace),
            root=PurePosixPath("/opt", self._program.name),
            provider=self._provider,
            model=self._model,
            base_url=self._base_url,
            variables=variables,
            tools_address=variables.get(ADDRESS),
            mcp_config=variables.get(MCP_CONFIG),
        )
        started = self._program.start(errand)
        files = [word for pair in started.home_files.items() for word in pair]
        return Launch(
            words=("sh", "-c", _START, self._program.name, *files, "--", *started.words),
            stdin=started.stdin.encode(),
            variables={**variables, "HOME": HOME, **started.variables},
        )

    def _prompt(self, task: Task, workspace: Workspace) -> str:
        parts = [task.instructions, hand_in_prompt(task.hand_in, workspace)]
        if workspace.tools and not self._program.speaks_mcp:
            parts.append(_TOOLS)
        return "\n\n".join(part for part in parts if part)


def named_agent(program: NamedProgram, request: AgentRequest) -> NamedAgent:
    """Return the agent that `--agent NAME:model=PROVIDER/NAME,...` asks for.

    Raises:
        UsageError: no model, or an option that cannot be used.
    """
    request.refuse_options("model", "version", *(_MODEL_OPTIONS if program.host is None else ["base_url"]))
    provider, _, model = request.options.get("model", "").partition("/")
    if provider not in program.providers or not model:
        wanted = " or ".join(f"{each}/NAME" for each in program.providers)
        found = repr(request.options["model"]) if "model" in request.options else "none"
        raise UsageError(f"agent {program.name!r} needs a model: --model {wanted}; found: {found}")
    version = wanted_version(program, request.options)
    mounts = (Mount(installed_at(program, version), program.name),)
    if program.host is not None:
        base_url = checked_url(request.options.get("base_url"), "option base_url")
        options = _by_proxy(program, mounts, base_url)
        return NamedAgent(program, version, (provider, model), options, base_url)
    given = {name: value for name, value in request.options.items() if name in _MODEL_OPTIONS}
    options = CommandOptions(mounts=mounts, gateway=gateway_target(provider, given), models=(model,))
    return NamedAgent(program, version, (provider, model), options)


def _by_proxy(program: NamedProgram, mounts: tuple[Mount, ...], base_url: str | None) -> CommandOptions:
    """Return the options of a program whose key goes into the sandbox, and which reaches one host."""
    name = program.key_variable or ""
    if not os.environ.get(name):
        raise UsageError(
            f"agent {program.name!r} needs the key of its model in the environment variable {name!r}"
        )
    host = program.host or ""
    if base_url is not None:
        parts = urlsplit(base_url)
        host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or ""
    return CommandOptions(mounts=mounts, variables={name: os.environ[name]}, allowed=parse_rules([host]))
