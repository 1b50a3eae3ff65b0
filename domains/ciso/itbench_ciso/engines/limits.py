"""How much of the machine the judging of one submission may use."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Limits of the one process that judges all inputs of a submission.

    Attributes:
        wall_s: seconds for all inputs together.
        memory_bytes: of address space.
        policy_bytes: of all policies together.
    """

    wall_s: float = 10.0
    memory_bytes: int = 512 * _MIB
    policy_bytes: int = 256 * 1024
