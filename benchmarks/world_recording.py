"""What a recorded world costs: processor time with and without a recorder, and megabytes written.

python benchmarks/world_recording.py [--scale 1] [--minutes 20] [--visits 100]
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.world import World


def _run(world: World, minutes: int) -> float:
    began = time.process_time()
    world.run_until(world.loop.now_us + minutes * MINUTE_US)
    return time.process_time() - began


def main() -> None:
    """Run a world twice, print a line each, and the megabytes of each kind of file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--minutes", type=int, default=20)
    parser.add_argument("--visits", type=int, default=100, help="of ordinary traffic, a minute")
    options = parser.parse_args()
    world = World(otel_demo(visits_per_minute=options.visits), 1)
    print(f"without a recorder: {_run(world.copy(), options.minutes):.2f} s")
    recorder = Recorder.of(world, options.scale)
    recorder.start(world.loop.now_us + 5 * MINUTE_US)
    ran_s = _run(world, options.minutes)
    with tempfile.TemporaryDirectory() as directory:
        began = time.process_time()
        paths = recorder.write(Path(directory))
        wrote_s = time.process_time() - began
        sizes: dict[str, int] = {}
        for path in paths:
            kind = (
                path.name
                if path.parent == Path(directory)
                else f"{path.parent.name}/{path.name.split('_')[0]}"
            )
            sizes[kind] = sizes.get(kind, 0) + path.stat().st_size
    total = sum(sizes.values()) / 1e6
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(
        f"with a recorder: {ran_s:.2f} s, then {wrote_s:.2f} s to write {total:.1f} MB; {memory} MiB of memory"
    )
    for kind, size in sizes.items():
        print(f"  {kind}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
