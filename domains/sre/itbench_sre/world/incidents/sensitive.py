"""Objectives that are too strict, or nearly: they page when nothing is wrong, or when little is.

A world with such an objective pages for slight harm too, and at times for none, so that what the limit is does not tell
whether anything is wrong; only what was usual before the changes does.
"""

import math
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.telemetry.objectives import slowness
from itbench_sre.world.telemetry.rules import scope_of

if TYPE_CHECKING:
    from itbench_sre.world.clock.randomness import Randomness
    from itbench_sre.world.world import World

_LOOK_US = 30 * SECOND_US
# Of what is usual there, in hundredths: a limit below 100 is crossed when nothing is wrong.
_LIMITS = (90, 95, 100, 120, 150, 200)


def make_sensitive(world: "World", random: "Randomness", end_us: int) -> None:
    """Give one service of a settled world a latency objective close to what is usual for it until `end_us`."""
    usual = _usual(world, end_us)
    if not usual:
        return
    name = random.fork("service").pick(sorted(usual))
    limit = max(usual[name] * random.fork("limit").pick(_LIMITS) // 100, 2)
    failures, _ = world.application.objectives[name]
    world.hold_to({**world.application.objectives, name: (failures, limit)})


def _usual(world: "World", end_us: int) -> dict[str, int]:
    """Return the 95th percentile of each service with an objective, in ms: nine in ten looks found it no higher."""
    quiet = world.copy()
    quiet.ask_pages_only()
    scope = scope_of(world.application)
    asked = {name: slowness(name, scope) for name in world.application.objectives}
    seen: dict[str, list[float]] = {}
    while quiet.loop.now_us < end_us:
        quiet.run_until(min(quiet.loop.now_us + _LOOK_US, end_us))
        for name, expression in asked.items():
            for _, value in expression.evaluate(quiet.scraper.samples, quiet.loop.now_us // 1000):
                if not math.isnan(value):
                    seen.setdefault(name, []).append(value)
    return {name: math.ceil(sorted(values)[len(values) * 9 // 10]) for name, values in seen.items()}
