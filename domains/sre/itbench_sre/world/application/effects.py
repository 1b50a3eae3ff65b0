"""What a defect of an image's version, or a feature flag that is on, does to a program: one vocabulary for both.

An effect is written `effect`, `effect|operation` or `effect|operation|field=value`: of the whole program, of one of its
operations (for `unreachable` and `leaked_connections_per_million`: of one of its dependencies), or only of requests
whose field has that value. For a flag, the amount counts once for each whole unit of the flag's value (`true` is 1,
0.25 a quarter).
"""

from collections.abc import Mapping
from dataclasses import dataclass

EFFECTS: Mapping[str, str] = {
    "failure_per_million": "share of requests that fail",
    "cpu_per_cent": "processor time beside the usual one, in percent of it",
    "wait_us": "longer wait in each request",
    "background_cpu_m": "thousandths of a core burnt all the time, as far as the limit lets it",
    "stop_us": "the whole process stands still so long in each request, as in a full garbage collection",
    "leaked_bytes_per_request": "memory that each request leaves behind",
    "leaked_bytes_per_second": "memory that is lost while nothing is asked of it",
    "leaked_connections_per_million": "share of calls of the dependency after which the connection is never given back",
    "unreachable": "the dependency is asked for under an address that does not exist",
    "extra_calls": "so many calls more of what the operation calls",
    "crash_per_million": "share of requests in which the process ends",
    "startup_per_cent": "longer start, in percent of the usual one",
    "startup_failure": "the process ends while it starts",
    "no_cache": "answers kept before are not used",
    "retries": "further attempts of each call, without waiting in between",
    "lines_per_request": "further lines logged in each request",
}
"""Effect -> what it does."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect, taken apart.

    Attributes:
        name: of `EFFECTS`.
        operation: that it concerns (a dependency for effects on calls); empty for all.
        field, value: of the requests that it concerns; empty for all.
        amount: of the whole effect.
    """

    name: str
    operation: str
    field: str
    value: str
    amount: int


def effects_of(written: Mapping[str, int]) -> list[Effect]:
    """Return the effects that a defect or a flag's table writes down."""
    return [_effect(key, amount) for key, amount in written.items()]


def effects_of_flag(written: Mapping[str, int], thousandths: int) -> list[Effect]:
    """Return the effects of a flag whose value is `thousandths` / 1000; none where it is off."""
    if thousandths <= 0:
        return []
    return [_effect(key, amount * thousandths // 1000) for key, amount in written.items()]


def _effect(key: str, amount: int) -> Effect:
    name, _, rest = key.partition("|")
    operation, _, condition = rest.partition("|")
    field, _, value = condition.partition("=")
    return Effect(name, operation, field, value, amount)
