"""How much of the machine an agent's commands may use."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxLimits:
    """The limits of one trial's sandbox; whatever reaches one fails or is ended, and the sandbox continues.

    Attributes:
        memory_bytes: of all processes together, and of the private data of each.
        processes: at the same time, threads included.
        open_files: of each process.
        file_bytes: size of each file.
        cpu_s: processor time of each process.
        workspace_bytes: of all of the agent's own files in the workspace.
        temporary_bytes: of all files in /tmp.
        shared_memory_bytes: of all files in /dev/shm.
        files: that there may be in workspace, /tmp and /dev/shm together.
        output_bytes: that one command may print; its head and tail are kept.
        read_bytes: of a file of the agent that is read without a limit of its own.
    """

    memory_bytes: int = 2 * GIB
    processes: int = 256
    open_files: int = 1024
    file_bytes: int = 1 * GIB
    cpu_s: int = 600
    workspace_bytes: int = 1 * GIB
    temporary_bytes: int = 256 * MIB
    shared_memory_bytes: int = 64 * MIB
    files: int = 50_000
    output_bytes: int = 256 * MIB
    read_bytes: int = 256 * MIB
