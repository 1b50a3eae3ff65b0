"""Which incidents of a search are taken, so that over many the bins of a change do not tell whether it was a root.

The shares were measured over a pool of incidents that nothing had chosen from; a root whose bins hold roots more often
than other changes do is taken less often, so that over the accepted ones they hold them equally often.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.incidents.bins import bins_of

if TYPE_CHECKING:
    from itbench_sre.world.incidents.search import Incident

SHARES = Path(__file__).with_name("acceptance.json")
_MILLION = 1_000_000


@lru_cache(maxsize=1)
def _shares() -> dict[str, dict[str, int]]:
    read: dict[str, dict[str, int]] = json.loads(SHARES.read_text(encoding="utf-8"))
    return read


def acceptance(incident: "Incident") -> int:
    """Return how often, in millionths, an incident like this one is taken, as far as the bins of its roots say."""
    shares = _shares()
    bins = bins_of(incident)
    found = _MILLION
    for root in incident.label.roots:
        for feature, value in sorted(bins[root].items()):
            found = found * shares.get(feature, {}).get(value, _MILLION) // _MILLION
    return found


def is_accepted(incident: "Incident") -> bool:
    """Whether an incident is taken, by the bins of its roots; the same incident always or never."""
    random = Randomness(mixed(incident.setting.seed, f"accepted {incident.draw}"))
    return random.below(_MILLION) < acceptance(incident)
