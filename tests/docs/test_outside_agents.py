"""The commands of the page about outside agents: all are run, those that ask a model as far as a dry run goes.

What a whole run of each named agent does is shown by tests/core/agents/named, with a scripted model.
"""

import re
import shlex
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "outside-agents.md"
MODULES = ("claude_code", "codex", "gemini_cli", "mini_swe_agent")


def commands() -> list[list[str]]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    return [
        shlex.split(line) for block in blocks for line in block.splitlines() if line.startswith("itbench ")
    ]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home folder with what the page's commands name, and an npm that installs an empty program."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.setenv(name, "sk-planted-0123456789abcdef")
    for name in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "agents/mine/bin").mkdir(parents=True)
    (tmp_path / "agent.py").write_text("print('hello')\n")
    (tmp_path / "bin").mkdir()
    npm = tmp_path / "bin/npm"
    npm.write_text('#!/bin/sh\nmkdir -p "$3/node_modules"\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}:/usr/bin:/bin")
    return tmp_path


@pytest.mark.slow  # Each command is a whole program.
def test_every_command_of_the_page_is_one_that_itbench_takes(
    folder: Path, itbench: Callable[..., Any], incident_cache: Path
) -> None:
    # The incidents are shared with other tests; agents that an empty program stands for must not be.
    (folder / "cache/sandbox").mkdir(parents=True)
    for made in [*incident_cache.iterdir(), *(incident_cache / "sandbox").glob("image-*/")]:
        if made.name != "sandbox":
            (folder / "cache" / made.relative_to(incident_cache)).symlink_to(made)
    ran = []
    for _, command, *words in commands():
        if command == "run":
            at = words.index("--") if "--" in words else len(words)
            # One task of the suite says whether the command is taken; all forty are looked at by other tests.
            words[at:at] = ["--dry-run"] if {"-n", "--limit"} & set(words) else ["--dry-run", "--limit", "1"]
        outcome = itbench(command, *words)
        assert outcome.code == 0, (command, words, outcome.err)
        ran.append(command)
    assert (ran.count("run"), ran.count("install-agent")) == (6, 2)


def test_the_page_names_every_agent_with_its_pinned_version() -> None:
    text = PAGE.read_text()
    for name in MODULES:
        module = import_module(f"itbench.agents.named.{name}")
        program = getattr(module, name.upper())
        assert re.search(rf"^\| `{program.name}` \| .*{re.escape(program.version)}", text, re.MULTILINE), name


def test_the_page_tells_the_limits_of_the_tool_server() -> None:
    from itbench.agents.tool_server.calls import LARGEST_RESULT_BYTES, MOST_BYTES, MOST_CALLS
    from itbench.agents.tool_server.lines import LONGEST_LINE_BYTES

    text = PAGE.read_text().replace("\n", " ")
    mib = 1 << 20
    for said in (
        f"may have {LONGEST_LINE_BYTES // mib} MiB, a result {LARGEST_RESULT_BYTES // mib} MiB",
        f"{MOST_CALLS:,} calls with {MOST_BYTES // mib} MiB in all",
    ):
        assert said in text
