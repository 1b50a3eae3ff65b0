"""Named agents before anything is installed: what they want, what they say, and what a run records of them."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import AgentRequest
from itbench.agents.named.agent import NamedAgent, named_agent
from itbench.agents.named.claude_code import CLAUDE_CODE
from itbench.agents.named.codex import CODEX
from itbench.agents.named.gemini_cli import GEMINI_CLI
from itbench.agents.named.install import install, installed_at, is_installed
from itbench.agents.named.mini_swe_agent import MINI_SWE_AGENT
from itbench.agents.named.program import NamedProgram
from itbench.errors import UsageError
from itbench.host.cache import cache_dir
from itbench.interfaces.sandbox import Mount
from itbench.plugins.domains import find_suite
from itbench.runs.plan.exposed import refuse_exposed

PROGRAMS = [CLAUDE_CODE, CODEX, GEMINI_CLI, MINI_SWE_AGENT]


def made(program: NamedProgram, **options: str) -> NamedAgent:
    return named_agent(program, AgentRequest(name=program.name, options=options))


WRONG: dict[str, Any] = {
    "no model": (CODEX, {}, "agent 'codex' needs a model: --model openai/NAME; found: none"),
    "another provider": (CLAUDE_CODE, {"model": "openai/gpt-5"}, "--model anthropic/NAME; found: 'openai/gpt-5'"),
    "no provider": (MINI_SWE_AGENT, {"model": "gpt-5"}, "--model openai/NAME or anthropic/NAME; found: 'gpt-5'"),
    "no name": (CODEX, {"model": "openai/"}, "needs a model"),
    "an option": (CODEX, {"model": "openai/x", "allow": "a"}, "agent 'codex' has no option 'allow'; it knows: model"),
    "a range": (CODEX, {"model": "openai/x", "version": "latest"}, "option version is 'latest'; allowed: one version"),
    "a path": (CODEX, {"model": "openai/x", "version": "1/../../x"}, "option version is '1/../../x'"),
    "no key inside": (GEMINI_CLI, {"model": "google/x"}, "needs the key of its model in the environment variable 'GEMINI_API_KEY'"),
}  # fmt: skip


@pytest.mark.parametrize(("program", "options", "said"), WRONG.values(), ids=WRONG)
def test_what_cannot_be_used_is_refused_in_one_line(
    program: NamedProgram, options: dict[str, str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GEMINI_API_KEY", raising=False)
    with pytest.raises(UsageError) as refused:
        made(program, **options)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_plan_records_program_version_and_model_and_never_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-planted-0123456789abcdef")
    agent = made(CLAUDE_CODE, model="anthropic/claude-x", version="2.1.300")
    described = agent.description()
    assert described["program"] == {"name": "claude-code", "version": "2.1.300"}
    assert described["model"]["name"] == "anthropic/claude-x"
    assert described["model"]["endpoint"].startswith("https://")
    assert "planted" not in json.dumps(described)
    assert agent.secrets == ["sk-planted-0123456789abcdef"]


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that puts a program `npm` of our own writing on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")

    def write(text: str) -> None:
        path = folder / "npm"
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    return write


FAILURES = {
    "offline": (
        ("echo 'npm error code ENOTFOUND' >&2; echo 'npm error network request to https://registry.npmjs.org/x failed, "
        "reason: getaddrinfo ENOTFOUND' >&2; echo 'npm error A complete log of this run can be found in: /x' >&2; exit 1"),
        "network request to https://registry.npmjs.org/x failed",
    ),
    "no such version": ("echo 'npm error code ETARGET' >&2; exit 1", "'code ETARGET'"),
    "silence": ("exit 1", "'no reason given'"),
}  # fmt: skip


@pytest.mark.parametrize(("script", "said"), FAILURES.values(), ids=FAILURES)
def test_a_failed_installation_is_one_line_and_leaves_nothing(npm: Any, script: str, said: str) -> None:
    npm(script)
    with pytest.raises(UsageError) as refused:
        install(CODEX, CODEX.version, lambda *_: None)
    text = str(refused.value)
    assert text.startswith("codex 0.171.0 cannot be installed by npm: ")
    assert said in text
    assert text.endswith("; run 'itbench install-agent codex' where its registry can be reached")
    assert "\n" not in text
    assert not is_installed(CODEX, CODEX.version)
    assert not installed_at(CODEX, CODEX.version).exists()


def test_an_installation_is_made_once_without_scripts_and_readable_by_the_sandboxs_user(
    npm: Any, tmp_path: Path
) -> None:
    npm(
        f"""echo "$@" >> {tmp_path}/asked; umask 077; mkdir -p "$3/node_modules/x"; echo y > "$3/node_modules/x/y" """
    )
    seen: list[str] = []
    for _ in range(2):
        folder = install(CODEX, "0.1.2", lambda text, *_: seen.append(text))
    assert seen == ["installing codex 0.1.2"]
    (asked,) = (tmp_path / "asked").read_text().splitlines()
    assert "--ignore-scripts" in asked
    assert "@openai/codex@0.1.2-linux-" in asked
    assert stat.S_IMODE((folder / "node_modules/x").stat().st_mode) == 0o755
    assert stat.S_IMODE((folder / "node_modules/x/y").stat().st_mode) == 0o644
    assert (
        folder
        == installed_at(CODEX, "0.1.2")
        == made(CODEX, model="openai/x", version="0.1.2").mounts[0].source
    )


def test_an_agent_is_shown_its_own_program_and_nothing_else_of_the_cache(npm: Any, sums: Any) -> None:
    npm("""mkdir -p "$3/node_modules"; ln -s ../../.. "$3/up" """)
    folder = install(CODEX, CODEX.version, lambda *_: None)
    _, suite = find_suite("sums/easy")
    assert refuse_exposed([Mount(folder, "codex")], suite, None, is_unsafe_allowed=False) is None
    for path in (folder.parent, folder.parent.parent, cache_dir(), folder / "up", folder / "node_modules"):
        with pytest.raises(UsageError, match="it holds the cache of itbench"):
            refuse_exposed([Mount(path, "x")], suite, None, is_unsafe_allowed=False)


def test_a_program_that_was_altered_is_installed_again(npm: Any) -> None:
    npm("""mkdir -p "$3/node_modules"; echo 1 > "$3/node_modules/x" """)
    folder = install(CODEX, CODEX.version, lambda *_: None)
    (folder / "node_modules/x").write_text("2")
    from itbench.sandbox.image import store

    store._looked_at.clear()
    install(CODEX, CODEX.version, lambda *_: None)
    assert (folder / "node_modules/x").read_text() == "1\n"


def test_a_run_says_what_is_missing_before_it_begins(
    itbench: Callable[..., Any], sums: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    outcome = itbench("run", "sums/easy", "--agent", "codex", "--model", "openai/gpt-5")
    assert outcome.code == 2
    assert "OPENAI_API_KEY" in outcome.err
    assert "npm is not on the PATH; install Node.js 18 or newer, which brings it" in outcome.err
    assert outcome.err.count("\n") == 1
    assert not (tmp_path / "runs").exists()


def test_a_dry_run_installs_nothing(
    itbench: Callable[..., Any], sums: Any, npm: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    npm(f"touch {tmp_path}/asked; exit 1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-0123456789abcdef")
    outcome = itbench("run", "sums/easy", "--agent", "codex", "--model", "openai/gpt-5", "--dry-run")
    assert outcome.code == 0, outcome.err
    assert not (tmp_path / "asked").exists()


def test_install_agent_installs_and_says_where(itbench: Callable[..., Any], npm: Any) -> None:
    npm("""mkdir -p "$3/node_modules" """)
    outcome = itbench("install-agent", "claude-code:version=1.2.3")
    assert outcome.code == 0, outcome.err
    assert outcome.out == f"claude-code 1.2.3 is installed in {installed_at(CLAUDE_CODE, '1.2.3')}\n"
    outcome = itbench("install-agent", "claude-code:version=../x")
    assert (outcome.code, outcome.err.count("\n")) == (2, 1)
    outcome = itbench("install-agent", "react")
    assert (outcome.code, outcome.err) == (2, "error: agent 'react' has nothing to install\n")


def test_they_are_listed(itbench: Callable[..., Any]) -> None:
    listed = itbench("list-agents").out
    assert all(program.name in listed for program in PROGRAMS)
