"""Where what was handed in is tried: always in an isolating sandbox, whatever the agent itself worked in."""

from itbench.interfaces.sandbox import Sandbox
from itbench.sandbox.choose import UNSAFE, choose_sandbox
from itbench.sandbox.limits import GIB, MIB, SandboxLimits

# A script under test needs less than an agent at work, and many are tried at once.
BENCH_LIMITS = SandboxLimits(
    memory_bytes=1 * GIB,
    processes=64,
    file_bytes=64 * MIB,
    cpu_s=120,
    workspace_bytes=64 * MIB,
    temporary_bytes=64 * MIB,
    shared_memory_bytes=16 * MIB,
    files=5_000,
    output_bytes=16 * MIB,
    read_bytes=64 * MIB,
)


def bench_sandbox(name: str | None, *, with_tools: bool = True) -> Sandbox:
    """Return a sandbox for observations: of the kind that a run uses, or the default one where that isolates nothing.

    Raises:
        SandboxError: none works on this machine.
    """
    return choose_sandbox(None if name == UNSAFE else name, limits=BENCH_LIMITS, with_tools=with_tools)
