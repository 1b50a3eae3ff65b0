"""Measures what the sandbox costs: start, one command, and inputs of any size. Measures, never asserts."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from itbench.interfaces.workspace import Input
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.bubblewrap.support import available

TIMES = 40
COMMANDS = 200


def main() -> None:
    """Print a table of all measures."""
    with tempfile.TemporaryDirectory() as folder:
        for what, measured, note in sandbox(Path(folder)):
            print(f"{what:<52}  {measured:>14}  {note}", flush=True)


def sandbox(folder: Path) -> Iterator[Sequence[str]]:
    """Yield rows of what was measured, how much it is and what was promised."""
    problem = available()
    if problem is not None:
        yield "sandbox", "not measured", problem
        return
    made = BubblewrapSandbox(with_tools=False)
    made.prepare()
    yield "sandbox start (median)", f"{start_s(made, []) * 1000:.1f} ms", "promised: 40 ms"
    shell, program = asyncio.run(commands_s(made))
    yield "command by the shell (median)", f"{shell * 1000:.2f} ms", "promised: 5 ms"
    yield "program without a shell (median)", f"{program * 1000:.2f} ms", ""
    opened, in_session, service = asyncio.run(lasting_s(made))
    yield "session opens (median)", f"{opened * 1000:.2f} ms", ""
    yield "command in a session (median)", f"{in_session * 1000:.2f} ms", ""
    yield "service of a small Python server starts", f"{service * 1000:.1f} ms", ""
    for name, size_bytes in (("5 MB", 5_000_000), ("5 GB", 5_000_000_000)):
        path = folder / name.replace(" ", "-")
        with path.open("wb") as file:
            file.truncate(size_bytes)
        took = start_s(made, [Input("data/input.bin", path)])
        yield f"sandbox start with an input of {name} (sparse)", f"{took * 1000:.1f} ms", "promised: the same"
    many = [Input(f"data/{number}", folder / "5-MB") for number in range(100)]
    yield "sandbox start with 100 inputs", f"{start_s(made, many) * 1000:.1f} ms", ""
    yield f"{TIMES} sandboxes at once, each", f"{asyncio.run(together_s(made)) * 1000:.1f} ms", ""


def start_s(made: BubblewrapSandbox, inputs: Sequence[Input]) -> float:
    """Return the median time from asking for a sandbox to having it."""
    return statistics.median(asyncio.run(_starts_s(made, inputs)))


async def commands_s(made: BubblewrapSandbox) -> tuple[float, float]:
    """Return the median time of a command by the shell, and of a program without one."""
    async with made.open([]) as workspace:
        medians = []
        for command in ("true", ["/bin/true"]):
            times = []
            for _ in range(COMMANDS):
                started = time.perf_counter()
                await workspace.execute(command, timeout_s=10)
                times.append(time.perf_counter() - started)
            medians.append(statistics.median(times))
    return medians[0], medians[1]


async def lasting_s(made: BubblewrapSandbox) -> tuple[float, float, float]:
    """Return the median times of opening a session and of a command in it, and the time of starting a service."""
    async with made.open([]) as workspace:
        opened, ran = [], []
        for _ in range(TIMES):
            started = time.perf_counter()
            session = await workspace.session()
            opened.append(time.perf_counter() - started)
            started = time.perf_counter()
            await session.run("true", timeout_s=10)
            ran.append(time.perf_counter() - started)
            await session.close()
    server = "import socket, time; s = socket.create_server(('127.0.0.1', 5000)); time.sleep(99)"
    started = time.perf_counter()
    async with made.service(["python3", "-c", server], port=5000):
        took = time.perf_counter() - started
    return statistics.median(opened), statistics.median(ran), took


async def together_s(made: BubblewrapSandbox) -> float:
    """Return the time of starting many at once, by their number."""

    async def one() -> None:
        async with made.open([]) as workspace:
            await workspace.execute(["/bin/true"], timeout_s=60)

    started = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(TIMES)))
    return (time.perf_counter() - started) / TIMES


async def _starts_s(made: BubblewrapSandbox, inputs: Sequence[Input]) -> list[float]:
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        async with made.open(inputs):
            times.append(time.perf_counter() - started)
    return times


if __name__ == "__main__":
    main()
