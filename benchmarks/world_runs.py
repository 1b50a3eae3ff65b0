"""What it costs to find an incident: processor time to settle, copy and run worlds of three applications.

python benchmarks/world_runs.py [--minutes 15] [--times 5] [--only demo] [--profile]
"""

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable
from statistics import median

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.copying import Snapshot
from itbench_sre.world.world import World

_APPLICATIONS: dict[str, Callable[[], Application]] = {
    "demo": lambda: otel_demo(visits_per_minute=40),
    "book-info": lambda: book_info("mysql"),
    "generated-30": lambda: generated(5, size=30),
    "generated-60": lambda: generated(5, size=60),
}


def _took_s(function: Callable[[], object]) -> float:
    began = time.process_time()
    function()
    return time.process_time() - began


def _run(world: World, minutes: int) -> float:
    return _took_s(lambda: world.run_until(world.loop.now_us + minutes * MINUTE_US))


def _measure(name: str, application: Application, minutes: int, times: int) -> None:
    settled = [_took_s(lambda: World(application, 7)) for _ in range(min(times, 3))]
    world = World(application, 7)
    copied = [_took_s(world.copy) for _ in range(times)]
    full = [_run(world.copy(), minutes) for _ in range(times)]
    pages = world.copy()
    pages.ask_pages_only()
    snapshot = Snapshot(pages)
    taken = [_took_s(snapshot.world) for _ in range(times)]
    cheap = [_run(snapshot.world(), minutes) for _ in range(times)]
    print(
        f"{name} ({sum(1 for _ in world.store.list('Pod'))} pods): settle {median(settled):.2f} s, "
        f"copy {median(copied) * 1000:.0f} ms, one of a snapshot {median(taken) * 1000:.0f} ms, "
        f"{minutes} minutes {median(full):.2f} s, for pages only {median(cheap):.2f} s"
    )


def _profile(application: Application, minutes: int) -> None:
    profile = cProfile.Profile()
    profile.enable()
    world = World(application, 7)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    profile = cProfile.Profile()
    world.ask_pages_only()
    profile.enable()
    _run(world, minutes)
    profile.disable()
    pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def main() -> None:
    """Print a line for each application; medians over several times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=15, help="simulated minutes of a run")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", choices=list(_APPLICATIONS), help="this application only")
    parser.add_argument("--profile", action="store_true", help="print where the time goes instead")
    options = parser.parse_args()
    for name, make in _APPLICATIONS.items():
        if options.only not in (None, name):
            continue
        if options.profile:
            _profile(make(), options.minutes)
        else:
            _measure(name, make(), options.minutes, options.times)


if __name__ == "__main__":
    main()
