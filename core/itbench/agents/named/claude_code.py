"""Claude Code, Anthropic's agent: https://docs.claude.com/en/docs/claude-code."""

import platform

from itbench.agents.named.program import HOME, Errand, NamedProgram, Packages, Started

_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}
# Nothing but the model can be reached, and waiting for what cannot be reached takes time.
_QUIET = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_TELEMETRY": "1",
}
# It asks small models on the side; all of it is to be the model that the run names.
_OTHER_MODELS = (
    "ANTHROPIC_SMALL_FAST_MODEL",
    "ANTHROPIC_DEFAULT_HAIKU_MODEL",
    "ANTHROPIC_DEFAULT_SONNET_MODEL",
    "ANTHROPIC_DEFAULT_OPUS_MODEL",
)


def _machine() -> str:
    return _MACHINES.get(platform.machine(), platform.machine())


def _packages(version: str) -> Packages:
    # The platform's own package has the program itself, which the main package would only copy.
    return Packages(installer="npm", names=(f"@anthropic-ai/claude-code-linux-{_machine()}@{version}",))


def _start(errand: Errand) -> Started:
    program = errand.root / f"node_modules/@anthropic-ai/claude-code-linux-{_machine()}/claude"
    words = [str(program), "--print", "--model", errand.model, "--dangerously-skip-permissions"]
    words += ["--disallowedTools", "WebSearch", "WebFetch"]
    if errand.mcp_config is not None:
        words += ["--strict-mcp-config", "--mcp-config", errand.mcp_config]
    variables = {
        **_QUIET,
        **dict.fromkeys(_OTHER_MODELS, errand.model),
        "CLAUDE_CONFIG_DIR": f"{HOME}/.claude",
    }
    return Started(words=words, stdin=errand.prompt, variables=variables)


CLAUDE_CODE = NamedProgram(
    name="claude-code", version="2.1.197", providers=("anthropic",), packages=_packages, start=_start
)
