"""ResourceQuota: what is counted, and the refusal text of the admission plugin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from itbench_sre.simulator.pods import Pod, Template


@dataclass(slots=True, kw_only=True, eq=False)
class Quota:
    """A ResourceQuota; CPU in thousandths of a core, memory in MiB."""

    name: str
    hard: dict[str, int]
    uid: str
    version: int
    created_us: int
    manager: str
    changed_us: int

    def set_hard(self, resource: str, amount: int, now_us: int, version: int) -> None:
        """Change one limit by hand."""
        self.hard[resource] = amount
        self.version = version
        self.manager = "kubectl-edit"
        self.changed_us = now_us

    def used(self, pods: Sequence[Pod]) -> dict[str, int]:
        """Return how much of each limited resource `pods` take."""
        return {resource: sum(amount(resource, pod.template) for pod in pods) for resource in self.hard}

    def refusal(self, template: Template, pods: Sequence[Pod]) -> str:
        """Return why a pod of this template may not be created, or nothing."""
        used = self.used(pods)
        over = sorted(name for name in self.hard if used[name] + amount(name, template) > self.hard[name])
        if not over:
            return ""
        requested = ",".join(f"{name}={quantity(name, amount(name, template))}" for name in over)
        taken = ",".join(f"{name}={quantity(name, used[name])}" for name in over)
        limited = ",".join(f"{name}={quantity(name, self.hard[name])}" for name in over)
        return f"{self.name}, requested: {requested}, used: {taken}, limited: {limited}"


def amount(resource: str, template: Template) -> int:
    """Return how much of a resource one pod of `template` takes."""
    return {
        "pods": 1,
        "limits.cpu": template.cpu_limit,
        "limits.memory": template.memory_limit,
        "requests.cpu": template.cpu_request,
        "requests.memory": template.memory_request,
    }[resource]


def quantity(resource: str, value: int) -> str:
    """Return a resource quantity as Kubernetes prints it."""
    if resource.endswith("memory"):
        return f"{value // 1024}Gi" if value % 1024 == 0 else f"{value}Mi"
    if resource.endswith("cpu"):
        return f"{value // 1000}" if value % 1000 == 0 else f"{value}m"
    return str(value)
