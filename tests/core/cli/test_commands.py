"""The command line: listings, help, exit codes, start-up."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.runs.plan.options import parse_agent, with_model

Itbench = Callable[..., Any]
COMMANDS = [
    "audit", "check",
    "compare", "doctor", "export", "export-tasks", "fetch", "install-agent", "leaderboard", "list-agents", "list-domains", "list-suites",
    "list-tasks", "make", "merge", "new-domain", "pin", "rank-correlation", "reliability", "resume", "reveal", "run", "runs", "score",
    "seal", "show", "site", "submit", "subset", "validate", "view",
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str, itbench: Itbench) -> None:
    done = itbench(command, "--help")
    assert done.code == 0
    assert f"itbench {command}" in done.out
    assert re.search("Example: |For example:", done.out)


@pytest.mark.parametrize(
    "words", [[], *([command] for command in COMMANDS), ["sandbox"], ["sandbox", "build"]]
)
def test_help_is_plain_text(words: list[str], itbench: Itbench) -> None:
    shown = itbench(*words, "--help").out
    assert shown.lstrip().startswith("Usage: ")
    assert all(ord(character) < 0x2190 for character in shown), "neither emoji nor boxes"


def test_help_names_a_trial_as_it_is_typed(itbench: Itbench) -> None:
    assert "TASK:REPEAT:ATTEMPT" in itbench("show", "--help").out


def test_no_command_is_without_a_test_of_its_help(itbench: Itbench) -> None:
    from itbench.cli.app import build_app

    assert sorted(command.name for command in build_app(["run"]).registered_commands) == COMMANDS


def test_the_version_is_that_of_the_distribution(itbench: Itbench) -> None:
    from importlib_metadata import version

    assert itbench("--version").out == f"itbench {version('itbench')}\n"


def test_domains_are_listed_for_people_and_for_machines(sums: Path, itbench: Itbench) -> None:
    assert "sums    ok      itbench-sums 1.0  Add two numbers." in itbench("list-domains").out
    rows = {row["domain"]: row for row in json.loads(itbench("list-domains", "--json").out)}
    assert rows["sums"] == {
        "domain": "sums",
        "status": "ok",
        "from": "itbench-sums 1.0",
        "summary": "Add two numbers.",
    }


@pytest.mark.slow
def test_a_broken_domain_is_listed_with_its_cause_and_the_listing_succeeds(
    sums: Path, distribution: Callable[..., Path], itbench: Itbench
) -> None:
    distribution(
        "bad", group="itbench.domains", points={"bad": "bad_mod:X"}, code={"bad_mod": "import nowhere_now"}
    )
    done = itbench("list-domains")
    assert done.code == 0
    assert "BROKEN" in done.out
    assert "ModuleNotFoundError: No module named 'nowhere_now'" in done.out
    used = itbench("run", "bad")
    assert used.code == 3
    assert used.err == (
        "error: domain 'bad' of bad 1.0 is BROKEN: ModuleNotFoundError: No module named 'nowhere_now'\n"
    )
    assert itbench("doctor").code == 1


def test_suites_tasks_and_agents_are_listed(sums: Path, itbench: Itbench) -> None:
    assert {"suite": "sums/many", "version": "1", "summary": "200 sums."} in json.loads(
        itbench("list-suites", "sums", "--json").out
    )
    tasks = json.loads(itbench("list-tasks", "sums", "--json").out)
    assert len(tasks) == 12
    assert (tasks[0]["id"], tasks[0]["tags"], tasks[0]["limits"]["turns"]) == ("sum-0000", ["even"], 50)
    assert len(json.loads(itbench("list-tasks", "sums/many", "-S", "count=7", "--json").out)) == 7
    agents = {row["agent"]: row["role"] for row in json.loads(itbench("list-agents", "sums", "--json").out)}
    assert agents == {
        "adder": "baseline",
        "claude-code": "agent",
        "codex": "agent",
        "command": "agent",
        "echo": "cheat",
        "gemini-cli": "agent",
        "mini-swe-agent": "agent",
        "null": "cheat",
        "oracle": "privileged",
        "react": "agent",
        "replay": "agent",
        "stirrup": "agent",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "smus"], 2, "unknown domain 'smus'; did you mean 'sums'?"),
        (["run", "sums/hard"], 2, "unknown suite 'sums/hard'"),
        (["run", "sums", "-a", "nobody"], 2, "unknown agent 'nobody'"),
        (
            ["run", "sums", "-a", "adder:=3"],
            2,
            "agent option '=3' in 'adder:=3' is not of the form key=value",
        ),
        (["run", "sums", "-a", "adder:x=3"], 2, "agent 'adder' has no option 'x'; it knows: events"),
        (["run", "sums", "-a", "null", "--", "x"], 2, "agent 'null' takes no arguments, found 'x'"),
        (["run", "sums", "-a", "command"], 2, "agent 'command' needs a program"),
        (["run", "sums", "-a", "replay"], 2, "agent 'replay' needs one run file"),
        (["run", "sums", "-t", "nothing-*"], 2, "no task matches 'nothing-*'"),
        (["run", "sums", "--tag", "blue"], 2, "no task has the tag 'blue'; known: even, odd"),
        (["run", "sums", "-S", "colour=red"], 2, "suite 'easy' has no option 'colour'"),
        (["run", "sums", "-S", "colour"], 2, "--suite-option 'colour' is not of the form key=value"),
        (["run", "sums", "--data", "."], 2, "suite 'easy' brings its own data; leave out --data"),
        (["run", "sums", "--as-published"], 2, "suite 'easy' has no published view"),
        (["run", "sums", "--limit", "0"], 2, "--limit"),
        (["run", "sums", "--out", "file/below"], 4, "cannot write the run file"),
        (["fetch", "sums"], 2, "suite 'easy' needs no download"),
        (["validate", "nowhere"], 2, "unknown domain 'nowhere'"),
        (["nonsense"], 2, "nonsense"),
    ],
)
def test_wrong_usage_is_one_line_and_an_exit_code(
    arguments: list[str], code: int, words: str, sums: Path, itbench: Itbench
) -> None:
    Path("file").write_text("in the way")
    done = itbench(*arguments)
    assert done.code == code
    assert words in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err


def test_no_run_file_is_left_by_a_run_that_could_not_begin(sums: Path, itbench: Itbench) -> None:
    itbench("run", "sums", "-a", "adder:x=3")
    assert not Path("runs").exists()


def test_a_model_becomes_an_option_of_its_agent() -> None:
    assert with_model(None, "openai/x") == "react:model=openai/x"
    assert with_model("react:effort=high", "openai/x") == "react:effort=high,model=openai/x"
    assert with_model("mine", "openai/x") == "mine:model=openai/x"
    assert with_model("baseline", None) == "baseline"


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("a", "a", {}),
        ("a:k=v", "a", {"k": "v"}),
        ("a:k=v,l=w", "a", {"k": "v", "l": "w"}),
        ("a:k=v,w,x,l=1", "a", {"k": "v,w,x", "l": "1"}),
        ("a:k=x=y", "a", {"k": "x=y"}),
        ("a:url=http://h:1/p", "a", {"url": "http://h:1/p"}),
    ],
)
def test_agent_options_are_read(text: str, name: str, options: dict[str, str]) -> None:
    assert parse_agent(text) == (name, options)


@pytest.mark.slow
def test_listing_domains_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom itbench.cli.main import main\nsys.argv = ['itbench', 'list-domains']\n"
        "try:\n    main()\nexcept SystemExit: pass\n"
        "heavy = {'pydantic', 'jsonschema', 'yaml', 'rich', 'numpy', 'asyncio', 'sqlite3', 'pluggy'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stderr.strip() == "[]"
    assert "sre" in done.stdout


@pytest.mark.slow
def test_commands_are_completed_in_a_shell() -> None:
    variables = {"_ITBENCH_COMPLETE": "complete_bash", "COMP_WORDS": "itbench list-", "COMP_CWORD": "1"}
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; sys.argv = ['itbench']; from itbench.cli.main import main; main()",
        ],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert sorted(done.stdout.split()) == ["list-agents", "list-domains", "list-suites", "list-tasks"]


def test_completion_can_be_installed(itbench: Itbench) -> None:
    assert "--install-completion" in itbench("--help").out


@pytest.mark.slow
def test_a_plugin_that_listens_to_a_run_is_told_and_one_that_fails_is_left_out(
    sums: Path, distribution: Callable[..., Path], itbench: Itbench
) -> None:
    listener = (
        "from itbench.interfaces.hooks import hookimpl\nheard = []\n"
        "@hookimpl\ndef run_started(plan, done):\n    heard.append(('started', plan.domain, done))\n"
        "@hookimpl\ndef trace_event(key, event):\n    heard.append((key.task, event.kind))\n"
        "@hookimpl\nasync def trial_finished(record):\n    heard.append((record.key.task, record.value))\n"
        "@hookimpl\ndef run_finished(is_complete):\n    heard.append(('finished', is_complete))\n"
    )
    failing = "from itbench.interfaces.hooks import hookimpl\n@hookimpl\ndef trial_started(key):\n    raise OSError('no')\n"
    misspelt = "from itbench.interfaces.hooks import hookimpl\n@hookimpl\ndef trial_begun(key):\n    pass\n"
    for name, code in (("ear", listener), ("fail", failing), ("typo", misspelt)):
        distribution(
            name, group="itbench.plugins", points={name: f"{name}_plugin"}, code={f"{name}_plugin": code}
        )
    done = itbench("run", "sums", "-n", "2", "--max-trials", "1")
    assert done.code == 0
    import ear_plugin  # type: ignore[import-not-found] # made above

    assert ear_plugin.heard == [
        ("started", "sums", 0),
        ("sum-0000", "turn"),
        ("sum-0000", 1.0),
        ("sum-0001", "turn"),
        ("sum-0001", 1.0),
        ("finished", True),
    ]
    assert done.err.count("plugin 'fail' is left out, its hook 'trial_started' failed: OSError: no") == 1
    assert "plugin 'typo' is left out: unknown hook 'trial_begun'" in done.err


@pytest.mark.slow
def test_show_of_a_trial_simulates_nothing_where_the_cache_is_cold(
    itbench: Itbench, incident_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITBENCH_CACHE", str(incident_cache))
    path = json.loads(itbench("run", "sre", "-n", "1", "-a", "name-everything", "--json").out)["path"]
    warm = json.loads(itbench("show", path, "sre-0001", "--json").out)
    monkeypatch.setenv("ITBENCH_CACHE", str(tmp_path / "cold"))
    done = itbench("show", path, "sre-0001", "--json")
    cold = json.loads(done.out)
    assert (done.code, done.err) == (0, "")
    assert not (tmp_path / "cold").exists()
    assert isinstance(warm.pop("truth"), dict)
    assert "the tasks of sre/incidents are not in the cache" in cold.pop("truth")
    assert cold == warm
