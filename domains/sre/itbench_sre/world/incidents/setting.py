"""Where and when an incident happens: which application, which cluster, which day."""

from dataclasses import dataclass

from itbench_sre.world.application.book_info import book_info
from itbench_sre.world.application.generated import generated
from itbench_sre.world.application.model import Application
from itbench_sre.world.application.otel_demo import otel_demo
from itbench_sre.world.application.platform import workers_for
from itbench_sre.world.clock.loop import HOUR_US, MINUTE_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import epoch_s
from itbench_sre.world.incidents.sensitive import make_sensitive
from itbench_sre.world.world import World

APPLICATIONS = ("generated", "otel-demo", "book-info")
_WEIGHTS = ("generated",) * 5 + ("otel-demo",) * 4 + ("book-info",)
_FIRST_DAY = (2025, 3, 3)
_DAYS = 270
CALLS_PER_MINUTE = 50
# One cluster in so many has an objective close to what is usual.
_SENSITIVE = 2
# The first change comes so long after recording began, the last one so long after the first may be.
QUIET_US = 3 * MINUTE_US
CHANGES_US = 7 * MINUTE_US
RECORDED_US = 20 * MINUTE_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One cluster at one time; the same seed gives the same.

    Attributes:
        application: one of `APPLICATIONS`; empty to draw one.
        family: of mechanisms that each draw has; empty for any.
    """

    seed: int
    application: str = ""
    family: str = ""

    @property
    def drawn_application(self) -> str:
        """The name of the application."""
        return self.application or Randomness(mixed(self.seed, "application")).pick(_WEIGHTS)

    @property
    def start_us(self) -> int:
        """When recording begins: some day of the year, at some hour of work."""
        random = Randomness(mixed(self.seed, "calendar"))
        day_us = (epoch_s(*_FIRST_DAY) + random.below(_DAYS) * 86_400) * 1_000_000
        return day_us + 6 * HOUR_US + random.below(13 * HOUR_US)

    def world(self) -> World:
        """Return the cluster, settled, at the time when recording begins."""
        application = self._made()
        world = World(application, self.seed, start_us=self.start_us, workers=workers_for(application))
        random = Randomness(mixed(self.seed, "objectives"))
        if random.below(_SENSITIVE) == 0:
            make_sensitive(world, random, world.start_us + RECORDED_US)
        return world

    def _made(self) -> Application:
        random = Randomness(mixed(self.seed, "making"))
        name = self.drawn_application
        if name == "otel-demo":
            return otel_demo(visits_per_minute=CALLS_PER_MINUTE)
        if name == "book-info":
            return book_info(random.pick(("", "mysql", "mongodb")))
        return generated(random.seed() >> 1, calls_per_minute=CALLS_PER_MINUTE)
