"""Commands and files in a sandboxed workspace."""

import asyncio
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import pytest

from itbench import Execution, Input
from itbench.interfaces.fault import Stage
from itbench.interfaces.json import json_text
from itbench.interfaces.workspace import Workspace
from itbench.sandbox.choose import KNOWN
from itbench.sandbox.errors import SandboxEndedError

if TYPE_CHECKING:
    from itbench.interfaces.sandbox import Sandbox


@pytest.fixture
def command(inside: Callable[..., Any]) -> Callable[..., Execution]:
    def run(text: str | list[str], **options: Any) -> Execution:
        async def work(workspace: Any) -> Execution:
            result: Execution = await workspace.execute(text, **({"timeout_s": 10.0} | options))
            return result

        outcome: Execution = inside(work)
        return outcome

    return run


def test_sandbox_and_workspace_are_what_the_interfaces_ask_for(
    sandbox: Any, inside: Callable[..., Any]
) -> None:
    made: Sandbox = sandbox
    assert made.warning is None
    assert made.name in KNOWN

    async def work(workspace: Any) -> None:
        assert isinstance(workspace, Workspace)
        assert workspace.path == PurePosixPath("/home/user")
        assert list(workspace.tools) == []

    inside(work)


def test_output_error_output_and_exit_code_come_back(command: Callable[..., Execution]) -> None:
    result = command("cat; echo err >&2; exit 3", stdin=b"hello")
    assert (result.exit_code, result.stdout, result.stderr) == (3, "hello", "err\n")
    assert (result.output_bytes, result.timed_out) == (9, False)


def test_a_program_gets_its_arguments_as_they_are(command: Callable[..., Execution]) -> None:
    assert command(["printf", "%s|", "a b", "$HOME", "*", ""]).stdout == "a b|$HOME|*||"


def test_a_missing_program_is_said_to_be_missing(command: Callable[..., Execution]) -> None:
    result = command(["no-such-program"])
    assert (result.exit_code, result.stderr) == (127, "'no-such-program': No such file or directory\n")


def test_a_script_too_long_for_an_argument_fails_and_says_so(command: Callable[..., Execution]) -> None:
    result = command("#" * 200_000)
    assert (result.exit_code, result.stderr) == (126, "'/bin/bash': Argument list too long\n")


@pytest.mark.parametrize("words", ["echo a\0b", ["echo", "a\0b"], [], [""]])
def test_a_command_that_cannot_be_one_fails_and_the_next_one_works(
    words: str | list[str], inside: Callable[..., Any]
) -> None:
    async def work(workspace: Any) -> None:
        refused = await workspace.execute(words, timeout_s=10)
        assert (refused.exit_code, refused.stderr[:25]) == (126, "the command cannot be run")
        assert (await workspace.execute("echo next", timeout_s=10)).stdout == "next\n"

    inside(work)


def test_half_a_character_does_not_stop_anything(command: Callable[..., Execution]) -> None:
    assert command("echo \ud83d; printf '\udcff' | od -An -tx1").stdout.split() == ["?", "3f"]
    assert command("printf '\udcff' | od -An -tx1").stdout.split() == ["ff"]


def test_a_signal_shows_in_the_exit_code(command: Callable[..., Execution]) -> None:
    assert command(["sh", "-c", "kill -TERM $$"]).exit_code == -signal.SIGTERM


def test_binary_output_is_text_with_replacements(command: Callable[..., Execution]) -> None:
    assert command("printf '\\377\\000a'").stdout == "\ufffd\0a"


def test_terminal_escapes_come_back_as_data(command: Callable[..., Execution]) -> None:
    said = command("printf '\\033]0;owned\\007\\033[2J\\r\\n'").stdout
    assert said == "\x1b]0;owned\x07\x1b[2J\r\n"
    assert "\x1b" not in json_text({"stdout": said})


def test_much_output_is_kept_head_and_tail_and_counted(command: Callable[..., Execution]) -> None:
    result = command("head -c 9000000 /dev/zero | tr '\\0' x; echo end")
    assert result.output_bytes == 9_000_004
    assert len(result.stdout) < 70_000
    assert "bytes left out" in result.stdout
    assert result.stdout.endswith("end\n")


def test_the_standard_streams_can_be_opened_by_name(command: Callable[..., Execution]) -> None:
    result = command("cat /dev/stdin; echo out > /dev/stdout; echo err > /dev/stderr; cat < /dev/stdin")
    assert (result.stdout, result.stderr) == ("out\n", "err\n")
    assert command("cat /dev/stdin | tee /dev/stderr", stdin=b"x").stderr == "x"


def test_much_input_arrives(command: Callable[..., Execution]) -> None:
    assert command("wc -c", stdin=b"x" * 3_000_000).stdout.strip() == "3000000"


def test_a_command_that_closes_everything_is_waited_for(command: Callable[..., Execution]) -> None:
    result = command("exec 0<&- 1>&- 2>&-; exit 5")
    assert (result.exit_code, result.stdout) == (5, "")


def test_variables_are_made_up(command: Callable[..., Execution], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "secret")
    result = command("env", env={"ITBENCH_SEED": "7"})
    names = {line.split("=")[0] for line in result.stdout.splitlines()}
    assert "SOME_KEY" not in names
    assert {"HOME", "PATH", "ITBENCH_SEED"} <= names
    assert not names & (set(os.environ) - {"HOME", "PATH", "LANG", "PWD", "SHLVL", "_", "TERM", "USER", "LOGNAME", "SHELL", "TZ", "TMPDIR", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"})  # fmt: skip


def test_the_user_has_a_name_and_a_home(command: Callable[..., Execution]) -> None:
    result = command("whoami; cd; pwd; hostname; ls -ld . | cut -d' ' -f3; touch x && echo written")
    assert result.stdout.split() == ["user", "/home/user", "sandbox", "user", "written"]


def test_promised_programs_are_there(command: Callable[..., Execution]) -> None:
    text = "echo '{\"a\": [1]}' | jq -c .a; echo a b | awk '{print $2}'; echo x | grep x; python3 -c 'print(1)'; cat <(echo y)"
    assert command(text).stdout.split() == ["[1]", "b", "x", "1", "y"]


def test_python_has_its_standard_library(command: Callable[..., Execution]) -> None:
    text = "import ssl, sqlite3, ctypes, lzma, bz2, zoneinfo, multiprocessing; print(zoneinfo.ZoneInfo('Europe/Berlin'))"
    assert command(["python", "-c", text]).stdout == "Europe/Berlin\n"


def test_files_are_written_read_and_listed(inside: Callable[..., Any], tmp_path: Path) -> None:
    source = tmp_path / "s"
    source.write_text("input")

    async def work(workspace: Any) -> None:
        data = bytes(range(256)) * 10_000
        await workspace.write_file("out/deep/file.bin", data)
        await workspace.write_file("in/own", b"")
        assert await workspace.read_file("out/deep/file.bin") == data
        assert await workspace.read_file("in/put") == b"input"
        assert await workspace.list_files() == ["in/own", "in/put", "out/deep/file.bin"]
        assert await workspace.list_files("out") == ["out/deep/file.bin"]
        result = await workspace.execute("stat -c '%U %a' out/deep/file.bin in in/put", timeout_s=10)
        assert result.stdout.splitlines()[0] == "user 644"
        assert result.stdout.splitlines()[1] == "user 755"
        with pytest.raises(FileNotFoundError):
            await workspace.read_file("nothing")
        with pytest.raises(FileNotFoundError):
            await workspace.list_files("nothing")

    inside(work, Input("in/put", source))


def test_commands_at_the_same_time_take_turns(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> list[str]:
        both = [workspace.execute(f"sleep 0.05; echo {number}", timeout_s=10) for number in range(5)]
        return [result.stdout for result in await asyncio.gather(*both)]

    assert inside(work) == [f"{number}\n" for number in range(5)]


def test_a_command_that_is_given_up_is_ended_and_the_next_one_works(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> str:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await workspace.execute("sleep 100", timeout_s=100)
        result = await workspace.execute("echo next; ls -d /proc/[0-9]* | wc -l", timeout_s=5)
        said: str = result.stdout
        return said

    said, count = inside(work).split()
    # Process 1, the shell, ls, and wc if it has started by then; no sleep.
    assert (said, int(count) <= 4) == ("next", True)


def test_a_sandbox_that_something_ends_from_outside_says_so_and_its_files_can_still_be_read(
    inside: Callable[..., Any],
) -> None:
    async def work(workspace: Any) -> None:
        await workspace.write_file("answer.json", b"{}")
        workspace._process.kill()
        for command in ("sleep 5", "true"):
            with pytest.raises(SandboxEndedError, match="the sandbox of this trial has ended") as raised:
                await workspace.execute(command, timeout_s=5)
            assert raised.value.stage is Stage.ENVIRONMENT
        assert await workspace.read_file("answer.json") == b"{}"

    inside(work)


@pytest.mark.slow
def test_many_trials_at_once_do_not_see_each_other(sandbox: Any) -> None:
    async def one(number: int) -> str:
        async with sandbox.open([]) as workspace:
            await workspace.write_file("mine", str(number).encode())
            result = await workspace.execute(
                "cat mine; ls /home /home/user; b() { b | b & }; b 2>&-", timeout_s=5
            )
            return str(result.stdout)

    async def main() -> list[str]:
        return await asyncio.gather(*(one(number) for number in range(12)))

    assert asyncio.run(main()) == [f"{number}/home:\nuser\n\n/home/user:\nmine\n" for number in range(12)]


def test_nothing_is_left_open_or_running(sandbox: Any) -> None:
    async def main() -> None:
        async with sandbox.open([]) as workspace:
            await workspace.execute("(setsid sleep 100 &)", timeout_s=5)

    def children() -> set[str]:
        tasks = Path("/proc/self/task").iterdir()
        return {number for task in tasks for number in (task / "children").read_text().split()}

    asyncio.run(main())
    before = len(list(Path("/proc/self/fd").iterdir())), children()
    asyncio.run(main())
    assert (len(list(Path("/proc/self/fd").iterdir())), children()) == before


HARNESS = """
import asyncio, sys
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
async def main():
    async with BubblewrapSandbox(with_tools=False).open([]) as workspace:
        await workspace.write_file("mark", b"")
        work = asyncio.create_task(workspace.execute("touch started; sleep 100", timeout_s=100))
        while "started" not in await workspace.list_files():
            await asyncio.sleep(0)
        # `Pid` of fdinfo is the number out here; see pidfd_open(2).
        print(open(f"/proc/self/fdinfo/{workspace._process._runner}").read().split("Pid:")[1].split()[0], flush=True)
        await work
asyncio.run(main())
"""


def test_nothing_outlives_a_harness_that_is_killed(sandbox: Any, sandbox_cache: Path) -> None:
    variables = dict(os.environ) | {
        "ITBENCH_CACHE": str(sandbox_cache),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    with subprocess.Popen([sys.executable, "-c", HARNESS], stdout=subprocess.PIPE, env=variables) as harness:
        assert harness.stdout is not None
        runner = os.pidfd_open(int(harness.stdout.readline()))
        assert select.select([runner], [], [], 0)[0] == []
        harness.kill()
    ended, _, _ = select.select([runner], [], [], 10)
    os.close(runner)
    assert ended == [runner]
