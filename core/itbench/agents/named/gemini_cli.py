"""Gemini CLI, Google's agent: https://geminicli.com.

Its interface is none that the gateway knows: it reaches Google by the proxy, with its key inside the sandbox.
"""

import json
import platform

from itbench.agents.named.program import Errand, NamedProgram, Packages, Started

_NODE_VERSION = "22.23.3"
_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}


def _node() -> str:
    return f"node-linux-{_MACHINES.get(platform.machine(), platform.machine())}"


def _packages(version: str) -> Packages:
    return Packages(installer="npm", names=(f"@google/gemini-cli@{version}", f"{_node()}@{_NODE_VERSION}"))


def _start(errand: Errand) -> Started:
    modules = errand.root / "node_modules"
    settings: dict[str, object] = {
        "privacy": {"usageStatisticsEnabled": False},
        "general": {"enableAutoUpdate": False, "enableAutoUpdateNotification": False},
        "security": {"auth": {"selectedType": "gemini-api-key"}},
        "tools": {"exclude": ["google_web_search", "web_fetch"]},
    }
    if errand.tools_address is not None:
        server = {"command": "itbench-mcp", "env": {"ITBENCH_TOOLS": errand.tools_address}, "trust": True}
        settings["mcpServers"] = {"itbench": server}
    words = [str(modules / _node() / "bin/node"), str(modules / "@google/gemini-cli/bundle/gemini.js")]
    words += ["--model", errand.model, "--yolo"]
    variables = {
        "GEMINI_CLI_TRUST_WORKSPACE": "true",
        "GEMINI_TELEMETRY_ENABLED": "false",
    }
    if errand.base_url is not None:
        variables["GOOGLE_GEMINI_BASE_URL"] = errand.base_url
    return Started(
        words=words,
        stdin=errand.prompt,
        variables=variables,
        home_files={".gemini/settings.json": json.dumps(settings)},
    )


GEMINI_CLI = NamedProgram(
    name="gemini-cli",
    version="0.61.0",
    providers=("google",),
    packages=_packages,
    start=_start,
    host="generativelanguage.googleapis.com",
    key_variable="GEMINI_API_KEY",
)
