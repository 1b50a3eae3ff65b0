"""How much of the machine the judging of one submission may use."""

from dataclasses import dataclass

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLimits:
    """Limits of the one process that judges all inputs of a submission.

    Attributes:
        cpu_s: seconds of processor time for all inputs together, so that a busy machine changes no verdict.
        memory_bytes: that the process may hold.
        policy_bytes: of all policies together.
        spare_s: seconds of wall clock that a busy machine may take beyond three times the processor time.
    """

    cpu_s: float = 10.0
    memory_bytes: int = 512 * _MIB
    policy_bytes: int = 256 * 1024
    spare_s: float = 30.0

    @property
    def wall_s(self) -> float:
        """Seconds after which the machine, not the submission, is to blame for what has not been judged."""
        return self.spare_s + 3 * self.cpu_s
