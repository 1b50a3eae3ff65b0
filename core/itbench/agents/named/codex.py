"""Codex CLI, OpenAI's agent: https://developers.openai.com/codex."""

import json
import platform

from itbench.agents.named.program import HOME, Errand, NamedProgram, Packages, Started

_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}


def _packages(version: str) -> Packages:
    # The platform's own package is a version of the main one; it has the program itself, which needs no Node.
    machine = _MACHINES.get(platform.machine(), platform.machine())
    return Packages(installer="npm", names=(f"@openai/codex@{version}-linux-{machine}",))


def _start(errand: Errand) -> Started:
    folder = errand.root / f"node_modules/@openai/codex/vendor/{platform.machine()}-unknown-linux-musl"
    settings = {
        "model_provider": "itbench",
        "model_providers.itbench.name": "itbench",
        "model_providers.itbench.base_url": errand.variables.get("OPENAI_BASE_URL", ""),
        "model_providers.itbench.env_key": "OPENAI_API_KEY",
        "model_providers.itbench.wire_api": "responses",
        "web_search": "disabled",
        "check_for_update_on_startup": False,
        "analytics.enabled": False,
        "feedback.enabled": False,
    }
    if errand.tools_address is not None:
        settings |= {
            "mcp_servers.itbench.command": "itbench-mcp",
            "mcp_servers.itbench.env.ITBENCH_TOOLS": errand.tools_address,
        }
    words = [str(folder / "bin/codex"), "exec", "--model", errand.model, "--skip-git-repo-check"]
    words += ["--dangerously-bypass-approvals-and-sandbox"]
    # A dotted key with a JSON text or truth value is TOML as well.
    config = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    variables = {"CODEX_HOME": f"{HOME}/.codex", "PATH": f"{folder}/codex-path:/usr/local/bin:/usr/bin:/bin"}
    return Started(
        words=[*words, "-"],
        stdin=errand.prompt,
        variables=variables,
        home_files={".codex/config.toml": config},
    )


CODEX = NamedProgram(name="codex", version="0.171.0", providers=("openai",), packages=_packages, start=_start)
