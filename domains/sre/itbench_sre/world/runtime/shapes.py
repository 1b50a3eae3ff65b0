"""How busy a day is: integers in percent of noon, from hour to hour, with spikes and batch hours fixed by the seed."""

from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.clock.randomness import Randomness, mixed

_HOURS = (
    38,
    32,
    29,
    28,
    30,
    36,
    48,
    62,
    78,
    90,
    97,
    100,
    100,
    98,
    97,
    98,
    101,
    106,
    112,
    115,
    108,
    92,
    72,
    52,
)
_DAY_MINUTES = 1440
_SPIKES = 5  # a day


class Day:
    """The shape of days of one world.

    Attributes:
        is_flat: every minute is like noon.
    """

    def __init__(self, seed: int, *, is_flat: bool = False) -> None:
        self.is_flat = is_flat
        self._seed = seed
        self._spikes: dict[int, tuple[tuple[int, int, int], ...]] = {}

    def per_cent(self, time_us: int) -> int:
        """Return how busy a minute is, in percent of noon."""
        if self.is_flat:
            return 100
        minute = time_us // MINUTE_US
        day, of_day = divmod(minute, _DAY_MINUTES)
        hour, rest = divmod(of_day, 60)
        now, later = _HOURS[hour], _HOURS[(hour + 1) % 24]
        share = now + (later - now) * rest // 60
        for begin, length, height in self._of(day):
            if begin <= of_day < begin + length:
                share = share * height // 100
        return share

    def _of(self, day: int) -> tuple[tuple[int, int, int], ...]:
        """Return a day's spikes: first minute, minutes, height in percent."""
        spikes = self._spikes.get(day)
        if spikes is None:
            random = Randomness(mixed(self._seed, f"spikes {day}"))
            spikes = self._spikes[day] = tuple(
                (random.below(_DAY_MINUTES), random.between(3, 25), random.between(125, 210))
                for _ in range(_SPIKES)
            )
        return spikes
