"""Well-known agents by name; what each needs is imported when it is asked for."""

from importlib import import_module
from typing import TYPE_CHECKING

from itbench.interfaces.agent import Agent, AgentRequest, AgentSpec

if TYPE_CHECKING:
    from itbench.agents.named.program import NamedProgram
    from itbench.interfaces.progress import Progress


def _spec(name: str, summary: str) -> AgentSpec:
    def program() -> "NamedProgram":
        module = import_module(f"itbench.agents.named.{name.replace('-', '_')}")
        found: NamedProgram = getattr(module, name.replace("-", "_").upper())
        return found

    def create(request: AgentRequest) -> Agent:
        from itbench.agents.named.agent import named_agent

        return named_agent(program(), request)

    def install(request: AgentRequest, progress: "Progress") -> str:
        from itbench.agents.named import install as installing

        request.refuse_options("version")
        version = installing.wanted_version(program(), request.options)
        return f"{name} {version} is installed in {installing.install(program(), version, progress)}"

    def missing() -> str | None:
        from itbench.agents.named import install as installing

        is_there = installing.is_installed(program(), program().version)
        return None if is_there else installing.missing_installer(program())

    return AgentSpec(name=name, summary=summary, create=create, install=install, missing=missing)


CLAUDE_CODE = _spec("claude-code", "Claude Code of Anthropic: --agent claude-code --model anthropic/NAME")
CODEX = _spec("codex", "Codex CLI of OpenAI: --agent codex --model openai/NAME")
GEMINI_CLI = _spec("gemini-cli", "Gemini CLI of Google: --agent gemini-cli --model google/NAME")
MINI_SWE_AGENT = _spec("mini-swe-agent", "mini-swe-agent: --agent mini-swe-agent --model openai/NAME")
