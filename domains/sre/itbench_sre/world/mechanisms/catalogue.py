"""All mechanisms, by name."""

from collections.abc import Mapping

from itbench_sre.world.mechanisms.mechanism import Mechanism
from itbench_sre.world.mechanisms.services import ServiceDeleted, ServicePort, ServiceSelector

_ALL: tuple[Mechanism, ...] = (
    ServiceDeleted(),
    ServicePort(),
    ServiceSelector(),
)

CATALOGUE: Mapping[str, Mechanism] = {mechanism.name: mechanism for mechanism in _ALL}
"""Name -> mechanism, in a fixed order; new ones are added at the end of their family."""
