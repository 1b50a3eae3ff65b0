"""What a change does, as data: writes that somebody could have made with kubectl, or things done inside a container.

An action whose object is gone, or which the API server refuses, does nothing; `do` says which happened.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.store.paths import Path
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal

if TYPE_CHECKING:
    from itbench_sre.world.world import World


_TOO_MANY_REQUESTS = 429
_RETRY_US = 5_000_000


class Action(ABC):
    """One step of a change."""

    def do(self, world: "World") -> str:
        """Act on a world; return the API server's refusal, or nothing."""
        try:
            self.act(world)
        except Refusal as refusal:
            return refusal.message
        return ""

    @abstractmethod
    def act(self, world: "World") -> None:
        """Act on a world.

        Raises:
            Refusal: the API server refuses.
        """


@dataclass(frozen=True, slots=True)
class Create(Action):
    """Create an object."""

    body: JsonObject
    manager: str

    def act(self, world: "World") -> None:
        """Create it."""
        world.store.create(self.body, self.manager)


@dataclass(frozen=True, slots=True)
class Edit(Action):
    """Change places of an object."""

    ref: Ref
    changes: tuple[tuple[Path, Any], ...]
    manager: str

    def act(self, world: "World") -> None:
        """Change them."""
        world.store.edit(self.ref, dict(self.changes), self.manager)


@dataclass(frozen=True, slots=True)
class Delete(Action):
    """Delete an object."""

    ref: Ref
    manager: str

    def act(self, world: "World") -> None:
        """Delete it, and what it owns."""
        world.store.delete(self.ref, self.manager)


@dataclass(frozen=True, slots=True)
class Restart(Action):
    """Do `kubectl rollout restart` of a workload."""

    ref: Ref
    manager: str = "kubectl-rollout"

    def act(self, world: "World") -> None:
        """Note the time in the pod template, which brings new pods."""
        path = ("spec", "template", "metadata", "annotations", "kubectl.kubernetes.io/restartedAt")
        world.store.edit(self.ref, {path: kubernetes_text(world.loop.now_us)}, self.manager)


@dataclass(frozen=True, slots=True)
class DeletePods(Action):
    """Do `kubectl delete pods` of a workload, whose controller makes new ones."""

    ref: Ref
    manager: str = "kubectl-delete"

    def act(self, world: "World") -> None:
        """Delete all of them."""
        for pod in list(world.store.list("Pod", self.ref.namespace)):
            owner = owner_of(pod)
            if owner is not None and owner != self.ref:
                body = world.store.get(owner)
                owner = owner_of(body) if body else None
            if owner == self.ref:
                world.store.delete(ref_of(pod), self.manager)


@dataclass(frozen=True, slots=True)
class Drain(Action):
    """Do `kubectl drain` of a node: cordon it, then evict its pods, as disruption budgets allow.

    Attributes:
        selector: labels of the pods that are evicted (`--pod-selector`); empty for all.
    """

    node: Ref
    selector: tuple[tuple[str, str], ...] = ()
    manager: str = "kubectl-drain"

    def act(self, world: "World") -> None:
        """Cordon it and evict."""
        world.store.edit(self.node, {("spec", "unschedulable"): True}, self.manager)
        for pod in list(world.store.list("Pod")):
            owner = owner_of(pod)
            if pod["spec"].get("nodeName") != self.node.name or not owner or owner.kind == "DaemonSet":
                continue
            if dict(self.selector).items() <= pod["metadata"].get("labels", {}).items():
                self._evict(world, ref_of(pod))

    def _evict(self, world: "World", pod: Ref) -> None:
        """Evict a pod; where a budget does not allow it now, ask again as kubectl does."""
        try:
            world.controllers.budgets.evict(pod, self.manager)
        except Refusal as refusal:
            if refusal.code == _TOO_MANY_REQUESTS:
                world.loop.after(_RETRY_US, self._evict, world, pod)


@dataclass(frozen=True, slots=True)
class Inside(Action):
    """Do something inside the containers of a workload's pods, as `kubectl exec` would.

    Attributes:
        what: name of the deed in runtime/inside.
        arguments: of the deed, by name.
        one_pod: in the first pod only, or in all.
    """

    workload: Ref
    what: str
    arguments: tuple[tuple[str, Any], ...] = ()
    one_pod: bool = False

    def act(self, world: "World") -> None:
        """Do it in each pod that runs."""
        world.runtime.inside(self.workload, self.what, dict(self.arguments), one_pod=self.one_pod)
