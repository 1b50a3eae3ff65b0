"""The end of a process: what becomes of its calls, its connections and those who wait for it."""

from typing import TYPE_CHECKING

from itbench_sre.world.runtime import inside, words
from itbench_sre.world.runtime.care import dialled
from itbench_sre.world.runtime.process import Process

if TYPE_CHECKING:
    from itbench_sre.world.runtime.runtime import Runtime


def end_of(runtime: "Runtime", process: Process, exit_code: int, reason: str) -> None:
    """Take a process out of everything: its calls end, those who called it hear of it unless it was lost."""
    process.is_over = True
    process.ready_us = 0
    process.exit_code = exit_code
    process.reason = reason
    if process.node is not None and process in process.node.processes:
        process.node.processes.remove(process)
    runtime.jobs.ended(process)
    for tell in runtime.on_over:
        tell(process)
    now_us = runtime.loop.now_us
    for attempt in list(runtime.calls.in_flight()):
        if attempt.frame.process is process:
            attempt.ended_us = now_us
            if attempt.work is not None:
                attempt.work.is_abandoned = True
        elif attempt.work is not None and attempt.work.process is process and not process.is_lost:
            failure = words.reset(attempt.plan, dialled(attempt.plan.link, process))
            runtime.loop.after(300, runtime.calls.care.refused, attempt, attempt.tries, failure)
    _close(runtime, process)
    runtime.effects.drop(inside.burner(process))
    process.queue.clear()
    if not process.is_lost:
        runtime.network.remove(process)


def _close(runtime: "Runtime", process: Process) -> None:
    """Close the connections that a process had opened."""
    for link in process.links.values():
        pool = link.pool
        for number, count in pool.opened.items() if pool is not None else ():
            target = runtime.processes.get(number)
            if target is not None:
                target.connections -= count
        if pool is not None:
            pool.waiters.clear()
