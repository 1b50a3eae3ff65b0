"""Shells that last, in every sandbox and without one: what one command leaves, the next one finds, and nothing of ours shows."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from itbench import Execution, SessionEndedError
from itbench.interfaces.workspace import Stopping
from itbench.sandbox.limits import MIB
from itbench.sandbox.plain.sandbox import LocalSandbox

pytestmark = pytest.mark.slow  # Each test starts a sandbox and a shell or more.

Work = Callable[[Any], Awaitable[Any]]


def within(made: Any, work: Work) -> Any:
    async def main() -> Any:
        async with made.open([]) as workspace:
            return await work(workspace)

    return asyncio.run(main())


def ran(made: Any, *commands: str, pty: bool = False) -> list[Execution]:
    """Run commands in one session."""

    async def work(workspace: Any) -> list[Execution]:
        session = await workspace.session(pty=pty)
        return [await session.run(command, timeout_s=20) for command in commands]

    found: list[Execution] = within(made, work)
    return found


# Name, the commands of one session, and of the last one: exit code, output, and what must be in its errors.
ODD = [
    ("a variable", ["x='a b'", "echo \"$x\""], 0, "a b\n", ""),
    ("a folder", ["mkdir -p d && cd d", "basename $PWD"], 0, "d\n", ""),
    ("a function", ["f() { echo f$1; return 4; }", "f 2"], 4, "f2\n", ""),
    ("an exported variable", ["export x=7", "sh -c 'echo $x'"], 0, "7\n", ""),
    ("an array", ["declare -a x=(1 2 3)", "echo ${x[2]}"], 0, "3\n", ""),
    ("the code of the command before", ["sh -c 'exit 42'", "echo $?"], 0, "42\n", ""),
    ("newlines", ["echo a\necho b\n\necho 'c\nd'"], 0, "a\nb\nc\nd\n", ""),
    ("quotes", ["echo \"it's\" 'a \"b\"' a\\'b"], 0, "it's a \"b\" a'b\n", ""),
    ("a text of quotes", ["printf %s \"'''\" '\"\"\"'"], 0, "'''\"\"\"", ""),
    ("backslashes and percents", ["printf '%s' '\\0101 %s \\n \\\\'"], 0, "\\0101 %s \\n \\\\", ""),
    ("control characters", ["printf '\x01\x7f\x1b' | od -An -tx1"], 0, " 01 7f 1b\n", ""),
    ("half a character", ["printf '\udcff' | od -An -tx1"], 0, " ff\n", ""),
    ("a here-document", ["x=3; cat <<END\n$x '\nEND"], 0, "3 '\n", ""),
    ("a quoted here-document", ["cat <<'END'\n$x\nEND\n"], 0, "$x\n", ""),
    ("a comment", ["echo a # '"], 0, "a\n", ""),
    ("nothing", [""], 0, "", ""),
    ("a comment and nothing", ["# nothing"], 0, "", ""),
    ("an open quote", ["echo 'a"], None, "", "nexpected"),
    ("an open bracket, and what comes after", ["echo (", "echo alive"], 0, "alive\n", ""),
    ("half a loop, and what comes after", ["while true; do", "echo alive"], 0, "alive\n", ""),
    ("a program that is not there", ["no-such-program"], 127, "", "no-such-program"),
    ("break outside of a loop", ["break", "echo alive"], 0, "alive\n", ""),
    ("continue outside of a loop", ["continue", "echo alive"], 0, "alive\n", ""),
    ("return outside of a function", ["return 3", "echo alive"], 0, "alive\n", ""),
    ("closing descriptors 8 and 9", ["exec 8<&- 9>&-", "echo alive"], 0, "alive\n", ""),
    ("using descriptors 8 and 9", ["exec 8>a 9>b; echo x >&9", "echo alive"], 0, "alive\n", ""),
    ("no descriptors of ours", ["python3 -c 'import os\nfor n in range(3, 300):\n try: os.fstat(n); print(n)\n except OSError: pass'"], 0, "", ""),
    ("redirecting the shell", ["exec 3>&1 >out", "echo hidden", "exec >&3 3>&-; cat out"], 0, "hidden\n", ""),
    ("unsetting what is unset", ["set -u", "echo alive"], 0, "alive\n", ""),
    ("another separator of fields", ["IFS=0123456789", "true", "echo alive"], 0, "alive\n", ""),
    ("no file names", ["set -f", "echo *"], 0, "*\n", ""),
    ("a printf of its own", ["printf() { echo mine; }", "printf x"], 0, "mine\n", ""),
    ("an alias", ["alias eval=false printf=false", "echo alive"], 0, "alive\n", ""),
    ("a trace, with nothing of ours in it", ["set -x", "echo a"], 0, "a\n", "echo a"),
    ("the end of a trace", ["set -x", "set +x", "echo a"], 0, "a\n", ""),
    ("a program that ends by a signal", ["sh -c 'kill -TERM $$'", "echo alive"], 0, "alive\n", ""),
    ("a subshell that exits", ["(exit 3)"], 3, "", ""),
    ("a pipe", ["seq 1000 | tail -n 1"], 0, "1000\n", ""),
    ("binary output", ["printf '\\377\\000a'"], 0, "\ufffd\0a", ""),
    ("much output", ["head -c 2000000 /dev/zero | tr '\\0' x | wc -c"], 0, "2000000\n", ""),
    ("a long command", ["x='" + "y" * 100_000 + "'; echo ${#x}"], 0, "100000\n", ""),
    ("looking for our commands on input", ["timeout 0.2 cat; echo $?"], 0, "124\n", ""),
]  # fmt: skip


@pytest.mark.parametrize("part", range(4))
def test_a_session_does_what_a_shell_does(part: int, anywhere: Any) -> None:
    """Each row has a session of its own; they share a workspace, as making one takes longer than most rows."""

    async def work(workspace: Any) -> None:
        for name, commands, code, output, error in ODD[part::4]:
            session = await workspace.session()
            last = [await session.run(command, timeout_s=20) for command in commands][-1]
            assert code is None or last.exit_code == code, name
            assert last.stdout == output, name
            assert error in last.stderr, name
            assert bool(error) == bool(last.stderr.strip()), name
            assert not any(ours in last.stderr for ours in ("command eval", "printf", ">&9")), name
            assert not last.timed_out, name

    within(anywhere, work)


def test_the_same_holds_in_a_plain_sh(
    plain_sandbox: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host's bash is not on the PATH: sessions are dash's or whatever sh is."""
    for program in ("mkdir", "seq", "tail", "head", "tr", "wc", "od", "cat", "timeout", "basename", "sh"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    monkeypatch.setenv("PATH", str(tmp_path))
    not_in_sh = {"an array", "no descriptors of ours", "return outside of a function", "half a character"}
    rows = [row for row in ODD if row[0] not in not_in_sh]
    assert len(rows) > 30

    async def work(workspace: Any) -> None:
        for name, commands, code, output, _ in rows:
            session = await workspace.session()
            done = [await session.run(command, timeout_s=20) for command in commands][-1]
            assert (code is None or done.exit_code == code, done.stdout) == (True, output), name

    within(LocalSandbox(), work)


def test_background_jobs_live_on_and_what_they_print_shows_in_the_next_execution(anywhere: Any) -> None:
    first, second, third = ran(anywhere, "(sleep 0.2; echo late) & echo now", "wait", "jobs")
    assert (first.stdout, first.duration_s < 5) == ("now\n", True)
    assert second.stdout == "late\n"
    assert third.stdout == ""


def test_exit_ends_the_session_and_says_with_which_code(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        for command, code in (
            ("exit 3", 3),
            ("kill -9 $$", -9),
            ("exec sh -c 'exit 5'", 5),
            ("set -e; false", 1),
        ):
            session = await workspace.session()
            done = await session.run(f"echo said; {command}", timeout_s=10)
            assert (done.exit_code, done.stdout, done.timed_out) == (code, "said\n", False)
            assert not session.is_open
            with pytest.raises(SessionEndedError):
                await session.run("true", timeout_s=10)
            with pytest.raises(SessionEndedError):
                await session.write(b"x")
            await session.interrupt()
        assert (await workspace.execute("echo alive", timeout_s=10)).stdout == "alive\n"

    within(anywhere, work)


def test_a_command_goes_on_beyond_its_limit_until_it_is_interrupted(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        session = await workspace.session()
        late = await session.run("x=kept; echo started; sleep 50", timeout_s=0.5)
        assert (late.timed_out, late.exit_code, late.stdout) == (True, 124, "started\n")
        waited = await session.run("echo not yet", timeout_s=0.1)
        assert waited.timed_out
        assert "this one was not started" in waited.stderr
        await session.interrupt()
        assert (await session.run("echo $? $x", timeout_s=10)).stdout == "130 kept\n"

    within(anywhere, work)


@pytest.mark.parametrize(
    "command",
    ["for i in 1 2 3 4 5 6 7 8 9; do sleep 9; done", "while :; do :; done", "f() { while :; do sleep 1; done; }; f",
     "sleep 50 | cat", "python3 -c 'while True: pass'"],
    ids=["a loop", "a busy loop of the shell", "a function", "a pipe", "a program"],
)  # fmt: skip
def test_an_interrupt_ends_whatever_runs(command: str, anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        session = await workspace.session()
        assert (await session.run(command, timeout_s=0.5)).timed_out
        await session.interrupt()
        assert (await session.run("echo alive", timeout_s=10)).stdout == "alive\n"

    within(anywhere, work)


def test_an_interrupt_leaves_background_jobs_and_other_sessions(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        one, other = await workspace.session(), await workspace.session()
        await one.run("sleep 30 & job=$!", timeout_s=10)
        assert (await other.run("sleep 1; echo other", timeout_s=0.1)).timed_out
        assert (await one.run("sleep 30", timeout_s=0.2)).timed_out
        await one.interrupt()
        assert (await one.run("kill -0 $job && echo lives", timeout_s=10)).stdout == "lives\n"
        assert (await other.run("true", timeout_s=10)).stdout == "other\n"

    within(anywhere, work)


def test_what_is_written_is_read_by_whatever_runs(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        session = await workspace.session()
        reading = asyncio.create_task(session.run("read a; read b; echo $b $a", timeout_s=10))
        await session.write(b"one\ntwo\nthree\n")
        assert (await reading).stdout == "two one\n"
        assert (await session.run("head -n 1", timeout_s=10)).stdout == "three\n"

    within(anywhere, work)


def test_input_that_nobody_reads_is_refused_when_it_is_too_much(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        session = await workspace.session()
        await session.write(bytes(1 << 20))
        with pytest.raises(ValueError, match="nothing reads the session's standard input"):
            await session.write(bytes(1 << 20))
        assert (await session.run("echo alive", timeout_s=10)).stdout == "alive\n"

    within(anywhere, work)


def test_output_is_heard_as_it_comes(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        session, heard = await workspace.session(), asyncio.Event()
        said: list[tuple[str, bytes]] = []
        running = asyncio.create_task(
            session.run(
                "echo a; echo b >&2; read x",
                timeout_s=20,
                heard=lambda *each: (said.append(each), heard.set()),
            )
        )
        await asyncio.wait_for(heard.wait(), 10)
        assert not running.done()
        await session.write(b"\n")
        await running
        assert sorted(said) == [("stderr", b"b\n"), ("stdout", b"a\n")]

    within(anywhere, work)


def test_head_and_tail_of_much_output_are_kept(anywhere: Any) -> None:
    big, after = ran(
        anywhere, "echo head; head -c 3000000 /dev/zero | tr '\\0' x; echo; echo tail", "echo after"
    )
    assert big.output_bytes == 3_000_011
    assert big.stdout.startswith("head\n")
    assert big.stdout.endswith("\ntail\n")
    assert len(big.stdout) < 70_000
    assert sum(gap.characters for gap in big.gaps) > 2_900_000
    assert after.stdout == "after\n"


def test_a_terminal_is_one(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        session = await workspace.session(pty=True)
        done = await session.run(
            "test -t 0 && test -t 1 && test -t 2 && echo yes; stty size; echo err >&2; echo dev > /dev/tty",
            timeout_s=10,
        )
        assert done.stdout.replace("\r", "") == "yes\n40 160\nerr\ndev\n"
        assert done.stderr == ""
        asked = asyncio.create_task(
            session.run('python3 -c \'print("<" + input("name? ") + ">")\'', timeout_s=10)
        )
        await session.write(b"itbench\n")
        assert "<itbench>" in (await asked).stdout
        assert (await session.run("sleep 30", timeout_s=0.3)).timed_out
        await session.write(b"\x03")
        assert "alive" in (await session.run("echo alive", timeout_s=10)).stdout

    within(anywhere, work)


def test_a_terminal_has_no_way_to_type_into_it(inside: Callable[..., Any]) -> None:
    text = 'python3 -c \'import fcntl, termios; fcntl.ioctl(0, termios.TIOCSTI, b"x"); print("ESCAPED")\''

    async def work(workspace: Any) -> Execution:
        session = await workspace.session(pty=True)
        done: Execution = await session.run(text, timeout_s=10)
        return done

    done = inside(work)
    assert "Operation not permitted" in done.stdout
    assert "ESCAPED\r" not in done.stdout


def test_twenty_sessions_at_a_time_do_not_mix(anywhere: Any) -> None:
    async def one(workspace: Any, number: int) -> str:
        session = await workspace.session()
        await session.run(f"x={number}", timeout_s=30)
        return "".join(
            [(await session.run(f"echo $x-{turn}; sleep 0.01", timeout_s=30)).stdout for turn in range(5)]
        )

    async def work(workspace: Any) -> list[str]:
        return list(await asyncio.gather(*(one(workspace, number) for number in range(20))))

    assert within(anywhere, work) == ["".join(f"{n}-{turn}\n" for turn in range(5)) for n in range(20)]


def test_sessions_share_files_and_nothing_else(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> None:
        one, other = await workspace.session(), await workspace.session()
        await one.run("x=1; cd /tmp; echo file > ~/shared", timeout_s=10)
        assert (
            await other.run('cat shared; echo "[$x]" $PWD', timeout_s=10)
        ).stdout == "file\n[] /home/user\n"

    inside(work)


def processes(execution: Execution) -> int:
    return len([line for line in execution.stdout.split() if line.startswith("/proc/")])


LEAVERS = ["sleep 99 &", "setsid sleep 99 &", "(setsid sleep 99 &)", "nohup sleep 99 >&- 2>&- <&- &", "trap '' INT TERM HUP; (trap '' TERM; sleep 99) &"]  # fmt: skip


@pytest.mark.parametrize("way", ["end_all", "close", "exit"])
def test_nothing_of_a_session_outlives_it(way: str, inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> int:
        session, terminal = await workspace.session(), await workspace.session(pty=True)
        for each in (session, terminal):
            for command in LEAVERS:
                await each.run(command, timeout_s=10)
        assert processes(await workspace.execute("echo /proc/[0-9]*", timeout_s=10)) >= 12
        if way == "end_all":
            assert isinstance(workspace, Stopping)
            await workspace.end_all()
            assert not session.is_open
        for each in (session, terminal):
            if way == "exit":
                await each.run("exit", timeout_s=10)
            await each.close()
        return processes(await workspace.execute("echo /proc/[0-9]*", timeout_s=10))

    # Process 1, and the shell that lists them.
    assert inside(work) == 2


def test_a_command_ends_without_the_jobs_of_sessions(inside: Callable[..., Any]) -> None:
    """And with all that it left itself, wherever that went."""

    async def work(workspace: Any) -> None:
        session = await workspace.session()
        job = (await session.run("setsid sleep 99 & (sleep 98 &); echo $!", timeout_s=10)).stdout
        await workspace.execute("(setsid sleep 77 &); setsid sleep 77 & sleep 77 &", timeout_s=10)
        left = await session.run(
            "for p in /proc/[0-9]*; do cat $p/cmdline 2>/dev/null; done; echo; kill -0 $! && echo lives",
            timeout_s=10,
        )
        assert "lives" in left.stdout
        assert job.strip().isdigit()
        assert processes(await session.run("echo /proc/[0-9]*", timeout_s=10)) == 4

    inside(work)


CHAIN = """python3 - <<'END'
import os
while True:
    if os.fork():
        os._exit(0)
    os.setsid()
END"""


def test_processes_that_only_start_one_another_end_with_their_command(inside: Callable[..., Any]) -> None:
    """Slow: it may take until the limit after which all sessions are ended."""

    async def work(workspace: Any) -> None:
        session = await workspace.session()
        await workspace.execute(CHAIN, timeout_s=5)
        assert processes(await workspace.execute("echo /proc/[0-9]*", timeout_s=10)) <= 3
        other = await workspace.session()
        await other.run(CHAIN, timeout_s=1)
        await session.close()
        await other.close()
        assert processes(await workspace.execute("echo /proc/[0-9]*", timeout_s=10)) == 2

    inside(work)


@pytest.mark.parametrize(
    ("command", "note"),
    [
        ("x=$(for i in 1 2 3 4 5 6; do python3 -c 'import time; x = bytearray(100 << 20); time.sleep(9)' & done; wait)", "bytes of memory"),
        ("python3 -c 'for n in range(200_000): open(f\"/tmp/{n}\", \"w\").close()'", "there are more than 2000 files"),
        ("yes", "printed more than 33554432 bytes"),
        ("while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done", "printed more than"),
    ],
    ids=["memory", "files", "output", "output of the shell itself"],
)  # fmt: skip
def test_limits_hold_in_sessions_and_say_why(command: str, note: str, inside: Callable[..., Any]) -> None:
    """Slow: some take a second to be reached."""

    async def work(workspace: Any) -> None:
        session = await workspace.session()
        done = await session.run(command, timeout_s=30)
        assert note in done.stderr
        assert not session.is_open
        assert (await workspace.execute("rm -rf /tmp/*; echo alive", timeout_s=10)).stdout == "alive\n"
        assert (await (await workspace.session()).run("echo again", timeout_s=10)).stdout == "again\n"

    inside(work)


def test_memory_that_processes_share_counts_once(sandbox: Any) -> None:
    """Eight processes hold the same 100 MB, and the limit is 256."""
    text = "import mmap, os, time\nm = mmap.mmap(-1, 100 << 20)\nfor _ in range(3): os.fork()\nfor n in range(100): m.seek(n << 20); m.write(bytes(1 << 20))\ntime.sleep(1)"

    async def work(workspace: Any) -> Execution:
        session = await workspace.session()
        done: Execution = await session.run(f"python3 -c '{text}'; echo $?", timeout_s=30)
        return done

    assert sandbox.limits.memory_bytes == 256 * MIB
    assert within(sandbox, work).stdout == "0\n"


def test_a_file_that_a_session_keeps_from_being_written_is_its_doing(inside: Callable[..., Any]) -> None:
    async def work(workspace: Any) -> None:
        session = await workspace.session()
        await session.run(
            "while :; do kill -9 -1; done 2>/dev/null & (while :; do killall5 -9; done 2>/dev/null &)",
            timeout_s=5,
        )
        for _ in range(5):
            try:
                await workspace.write_file("x/y", bytes(1_000_000))
                outcomes.append("written")
            except OSError as error:
                outcomes.append(type(error).__name__)

    outcomes: list[str] = []
    inside(work)
    assert len(outcomes) == 5
    assert set(outcomes) <= {"written", "WorkspaceFileError"}


HARNESS = """
import asyncio
from itbench.sandbox.plain.sandbox import LocalSandbox
async def main():
    async with LocalSandbox().open([]) as workspace:
        session = await workspace.session()
        print((await session.run("setsid sleep 99 & echo $!", timeout_s=10)).stdout, end="", flush=True)
        await asyncio.sleep(99)
asyncio.run(main())
"""


def test_sessions_without_a_sandbox_do_not_outlive_a_harness_that_is_killed() -> None:
    variables = dict(os.environ) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", HARNESS], stdout=subprocess.PIPE, env=variables) as harness:
        assert harness.stdout is not None
        job = Path("/proc") / harness.stdout.readline().decode().strip()
        assert (job / "stat").exists()
        harness.kill()
    deadline = time.monotonic() + 10
    while job.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not job.exists()


def test_nothing_is_left_open(anywhere: Any) -> None:
    async def work(workspace: Any) -> None:
        for pty in (False, True):
            session = await workspace.session(pty=pty)
            await session.run("sleep 99 & echo x", timeout_s=10)
        await workspace.end_all()
        await (await workspace.session()).run("exit", timeout_s=10)
        await workspace.session()

    within(anywhere, work)
    before = len(list(Path("/proc/self/fd").iterdir()))
    within(anywhere, work)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
