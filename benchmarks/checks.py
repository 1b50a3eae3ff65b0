"""Measures the CISO domain: making its suites, and judging the variants of one task with one policy."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path


def checks(
    folder: Path, itbench: Callable[[Sequence[str], dict[str, str]], object]
) -> Iterator[Sequence[str]]:
    """Yield rows; `itbench` runs the command with arguments and further variables."""
    cache = {"ITBENCH_CACHE": str(folder / "checks-cache")}
    total_s = 0.0
    for suite in ("cis-kubernetes", "admission", "policy-updates"):
        started = time.perf_counter()
        itbench(["list-tasks", f"ciso/{suite}"], cache)
        took_s = time.perf_counter() - started
        total_s += took_s
        yield f"ciso/{suite} made, command and all", f"{took_s:.1f} s", ""
    yield "all three", f"{total_s:.1f} s", "promised: 6"
    took_s, count = _judged(cache)
    yield f"{count} variants judged by one policy", f"{took_s:.2f} s", "process and all; promised: 0.5 for 40"


def _judged(cache: dict[str, str]) -> tuple[float, int]:
    """Return the median seconds of five judgements of one task's variants, and how many they are."""
    os.environ |= cache
    from itbench_ciso.judging.rego.judge import judge_policies
    from itbench_ciso.judging.sets import collected, sets_of
    from itbench_ciso.suites.cis_kubernetes import CIS_KUBERNETES

    task = CIS_KUBERNETES.tasks()[14].id
    policy = CIS_KUBERNETES.truth(task)["solution"]["policy.rego"].encode()
    inputs = [collected(files) for files in sets_of(CIS_KUBERNETES.hidden(task)).values()]
    times = []
    for _ in range(6):
        started = time.perf_counter()
        asyncio.run(judge_policies({"policy.rego": policy}, inputs))
        times.append(time.perf_counter() - started)
    # The first one has to find the sandbox's image.
    return sorted(times[1:])[2], len(inputs)
