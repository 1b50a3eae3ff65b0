"""Who is told of processes that end by themselves."""

from typing import Protocol

from itbench_sre.world.runtime.process import Process


class Kubelet(Protocol):
    """What the runtime tells of a process that ended by itself."""

    def ended(self, process: Process, exit_code: int, reason: str) -> None:
        """Note the end of a process."""


class Kubelets(Protocol):
    """The kubelets by the name of their node."""

    def __contains__(self, node: str) -> bool:
        """Whether a node has one."""

    def __getitem__(self, node: str) -> Kubelet:
        """Return that of a node."""
