"""A workload, what it needs, what a size of it costs, and which size is the cheapest."""

from dataclasses import dataclass

CPU_STEP_MILLICORES = 10
MEMORY_STEP_MIB = 16
SPARE_FROM_PERMYRIAD = 9990
"""From this availability target on (99.90 %), a workload must bear the loss of one replica."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many replicas, and what each of them requests."""

    replicas: int
    cpu_millicores: int
    memory_mib: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Everything that decides whether a size keeps the target, and what it costs.

    Attributes:
        cpu_millicores: of all replicas together, that must be there at the target's percentile, growth included.
        memory_mib: of all replicas together, at its largest, growth included.
        fixed_memory_mib: what each replica takes besides.
        target_permyriad: availability in hundredths of a percent.
        core_e6usd: price of a core for an hour, in millionths of a US dollar.
        gib_e6usd: price of a GiB of memory for an hour.
    """

    cpu_millicores: int
    memory_mib: int
    fixed_memory_mib: int
    target_permyriad: int
    fewest_replicas: int
    most_replicas: int
    cpu_limit_millicores: int
    memory_limit_mib: int
    core_e6usd: int
    gib_e6usd: int

    @property
    def spare(self) -> int:
        """How many replicas may be lost."""
        return int(self.target_permyriad >= SPARE_FROM_PERMYRIAD)


def breach(needs: Needs, size: Size) -> str | None:
    """Return in which way a size would breach the target or a limit; None if it does not."""
    left = size.replicas - needs.spare
    if not needs.fewest_replicas <= size.replicas <= needs.most_replicas:
        return f"{size.replicas} replicas, allowed: {needs.fewest_replicas} to {needs.most_replicas}"
    if size.cpu_millicores > needs.cpu_limit_millicores:
        return f"{size.cpu_millicores} millicores, its limit is {needs.cpu_limit_millicores}"
    if size.memory_mib > needs.memory_limit_mib:
        return f"{size.memory_mib} MiB, its limit is {needs.memory_limit_mib}"
    if left * size.cpu_millicores < needs.cpu_millicores:
        return (
            f"{left} replicas have {left * size.cpu_millicores} millicores, it needs {needs.cpu_millicores}"
        )
    room = left * (size.memory_mib - needs.fixed_memory_mib)
    if room < needs.memory_mib:
        return f"{left} replicas have room for {room} MiB, it needs {needs.memory_mib}"
    return None


def cost(needs: Needs, size: Size) -> int:
    """Return what a size costs an hour, in units of a millionth of a dollar by 1,024,000, so that it is whole."""
    return size.replicas * (
        size.cpu_millicores * needs.core_e6usd * 1024 + size.memory_mib * needs.gib_e6usd * 1000
    )


def optimum(needs: Needs) -> Size | None:
    """Return the cheapest size that breaches nothing, of those with the fewest replicas; None if there is none."""
    best: Size | None = None
    for replicas in range(max(needs.fewest_replicas, needs.spare + 1), needs.most_replicas + 1):
        size = _smallest(needs, replicas)
        if breach(needs, size) is None and (best is None or cost(needs, size) < cost(needs, best)):
            best = size
    return best


def _smallest(needs: Needs, replicas: int) -> Size:
    left = replicas - needs.spare
    cpu = -(-needs.cpu_millicores // left)
    memory = needs.fixed_memory_mib - (-needs.memory_mib // left)
    return Size(replicas, up_to_step(cpu, CPU_STEP_MILLICORES), up_to_step(memory, MEMORY_STEP_MIB))


def up_to_step(value: int, step: int) -> int:
    """Return the next whole multiple of a step, at least one step."""
    return max(1, -(-value // step)) * step
