"""Measures recorded cases: what a tool answer, opening a case, and 200 open cases cost. Measures, never asserts.

Run it with the root of a clone of Cloud-OpsBench: `python benchmarks/recorded_cases.py CLONE`.
"""

import asyncio
import resource
import statistics
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from itbench import SuiteOptions, TrialSetup
from itbench.sandbox.plain.sandbox import LocalSandbox
from itbench_sre.opsbench.environment import CaseEnvironment
from itbench_sre.suites.cloud_opsbench import CLOUD_OPSBENCH

TIMES = 4


def main(root: Path) -> None:
    """Print a table of all measures."""
    for what, measured, note in asyncio.run(measure(root)):
        print(f"{what:<52}  {measured:>14}  {note}", flush=True)


async def measure(root: Path) -> list[tuple[str, str, str]]:
    """Return rows of what was measured, how much it is and what was promised."""
    suite = CLOUD_OPSBENCH.configured(SuiteOptions(data=root))
    sandbox = LocalSandbox(is_in_process=True)
    tasks = list(suite.tasks())[:50]
    before_mb = _memory_mb()
    opened_s: list[float] = []
    async with AsyncExitStack() as stack:
        worlds = []
        for _ in range(TIMES):
            for task in tasks:
                hidden, secret = suite.hidden(task.id), suite.setup(task.id)
                setup = TrialSetup(task=task, hidden=hidden, secret=secret, sandbox=sandbox, bench=sandbox)
                began = time.perf_counter()
                world = await stack.enter_async_context(CaseEnvironment(setup).open())
                opened_s.append(time.perf_counter() - began)
                worlds.append((secret["namespace"], {tool.name: tool for tool in world.tools}))
        memory_mb = _memory_mb()
        answered_s = []
        for namespace, tools in worlds:
            for kind in ("pods", "svc", "deploy", "nodes"):
                began = time.perf_counter()
                await tools["GetResources"].call(resource_type=kind, namespace=namespace, output_wide=True)
                answered_s.append(time.perf_counter() - began)
    first, again = opened_s[: len(tasks)], opened_s[len(tasks) :]
    return [
        ("opening a case for the first time, median", f"{statistics.median(first) * 1000:.1f} ms", ""),
        ("opening a case for the first time, worst", f"{max(first) * 1000:.1f} ms", "under 200 ms"),
        ("opening a case that is open already, median", f"{statistics.median(again) * 1000:.1f} ms", ""),
        ("a tool answer, median", f"{statistics.median(answered_s) * 1000:.3f} ms", ""),
        ("a tool answer, worst", f"{max(answered_s) * 1000:.3f} ms", "under 5 ms"),
        (
            f"memory of the process, {len(worlds)} cases open",
            f"{memory_mb:.0f} MB",
            f"under 500 MB; {before_mb:.0f} MB before",
        ),
    ]


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
