"""Disruption budgets: how many pods may be missing, and the eviction of one that is asked for."""

from collections.abc import Iterator, Sequence

from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import condition, is_active, is_over, is_ready
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.controllers.revisions import share_of
from itbench_sre.world.store.paths import Item, Path
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.selectors import is_selected, labels_of
from itbench_sre.world.store.store import Change, Store

_EVICTED = "Eviction API: evicting"


def budgets_of(pod: JsonObject, store: Store) -> Iterator[JsonObject]:
    """Yield the budgets that cover a pod."""
    for budget in store.list("PodDisruptionBudget", pod["metadata"]["namespace"]):
        if is_selected(budget["spec"].get("selector"), labels_of(pod)):
            yield budget


class Budgets:
    """Keeps the counts of each PodDisruptionBudget, and serves evictions."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, "disruption", self._sync)
        plane.store.watch("PodDisruptionBudget", self._on_budget)
        plane.store.watch("Pod", self._on_pod)
        for kind in ("Deployment", "StatefulSet"):
            plane.store.watch(kind, self._on_workload)

    def evict(self, ref: Ref, manager: str, *, grace_s: int | None = None) -> None:
        """Delete a pod if no budget is against it.

        Raises:
            Refusal: 404 without such a pod, 429 where a budget allows no disruption now.
        """
        pod = self._store.expect(ref)
        if is_active(pod) and pod["status"].get("phase") != "Pending":
            self._charge(pod, list(budgets_of(pod, self._store)))
        made = {
            "lastProbeTime": None,
            "lastTransitionTime": kubernetes_text(self._plane.loop.now_us),
            "message": _EVICTED,
            "reason": "EvictionByEvictionAPI",
            "status": "True",
            "type": "DisruptionTarget",
        }
        changes: dict[Path, object] = {("status", "conditions", Item("DisruptionTarget", "type")): made}
        self._store.edit(ref, changes, "kube-apiserver", subresource="status")
        self._store.delete(ref, manager, grace_s=grace_s)

    def _charge(self, pod: JsonObject, budgets: Sequence[JsonObject]) -> None:
        if len(budgets) > 1:
            words = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."
            raise Refusal(500, "InternalError", words)
        for budget in budgets:
            status, name = budget["status"], budget["metadata"]["name"]
            if not is_ready(pod) and status["currentHealthy"] >= status["desiredHealthy"] > 0:
                continue  # IfHealthyBudget: what is broken may go as long as enough are well
            if status["disruptionsAllowed"] < 1:
                words = f"Cannot evict pod as it would violate the pod's disruption budget. The disruption budget {name} needs {status['desiredHealthy']} healthy pods and has {status['currentHealthy']} currently"
                raise Refusal(429, "TooManyRequests", words)
            now = kubernetes_text(self._plane.loop.now_us)
            disrupted = {**(status.get("disruptedPods") or {}), pod["metadata"]["name"]: now}
            changes: dict[Path, object] = {
                ("status", "disruptionsAllowed"): status["disruptionsAllowed"] - 1,
                ("status", "disruptedPods"): disrupted,
            }
            self._store.edit(ref_of(budget), changes, "kube-apiserver", subresource="status")

    def _on_budget(self, change: Change) -> None:
        if change.type != "DELETED" and change.manager != MANAGER:
            self._queue.add(change.ref)

    def _on_pod(self, change: Change) -> None:
        for budget in budgets_of(change.body, self._store):
            self._queue.add(ref_of(budget))

    def _on_workload(self, change: Change) -> None:
        if change.old is not None and change.old["spec"] is not change.body["spec"]:
            for budget in self._store.list("PodDisruptionBudget", change.ref.namespace):
                self._queue.add(ref_of(budget))

    def _sync(self, ref: Ref) -> None:
        budget = self._store.get(ref)
        if budget is None:
            return
        pods = [
            pod
            for pod in self._store.list("Pod", ref.namespace)
            if is_selected(budget["spec"].get("selector"), labels_of(pod)) and not is_over(pod)
        ]
        by_name = {pod["metadata"]["name"]: pod for pod in pods}
        disrupted = {
            name: since
            for name, since in (budget["status"].get("disruptedPods") or {}).items()
            if name in by_name and is_active(by_name[name])
        }
        expected, least = self._wanted(budget["spec"], pods)
        healthy = sum(
            1 for name, pod in by_name.items() if is_ready(pod) and is_active(pod) and name not in disrupted
        )
        allowed = max(healthy - least, 0) if expected else 0
        status: JsonObject = {
            "currentHealthy": healthy,
            "desiredHealthy": least,
            "disruptionsAllowed": allowed,
            "expectedPods": expected,
            "observedGeneration": budget["metadata"]["generation"],
        }
        if disrupted:
            status["disruptedPods"] = disrupted
        status["conditions"] = [self._condition(budget, allowed)]
        self._store.edit(ref, {("status",): status}, MANAGER, subresource="status")

    def _wanted(self, spec: JsonObject, pods: Sequence[JsonObject]) -> tuple[int, int]:
        scale = self._scale(pods)
        if "maxUnavailable" in spec:
            return scale, max(scale - share_of(spec["maxUnavailable"], scale, round_up=True), 0)
        least = spec.get("minAvailable", 0)
        if isinstance(least, int):
            return len(pods), least
        return scale, share_of(least, scale, round_up=True)

    def _scale(self, pods: Sequence[JsonObject]) -> int:
        """Return how many pods their controllers want."""
        seen: dict[str, int] = {}
        for pod in pods:
            owner: Ref | None = owner_of(pod)
            body = self._store.get(owner) if owner else None
            above = owner_of(body) if body else None
            if above is not None and (found := self._store.get(above)) is not None:
                body = found
            if body is not None and "replicas" in body["spec"]:
                seen[body["metadata"]["uid"]] = body["spec"]["replicas"]
        return sum(seen.values())

    def _condition(self, budget: JsonObject, allowed: int) -> JsonObject:
        status, reason = ("True", "SufficientPods") if allowed else ("False", "InsufficientPods")
        old = condition(budget, "DisruptionAllowed")
        is_same = old is not None and old["status"] == status
        return {
            "lastTransitionTime": old["lastTransitionTime"]
            if old and is_same
            else kubernetes_text(self._plane.loop.now_us),
            "message": "",
            "observedGeneration": budget["metadata"]["generation"],
            "reason": reason,
            "status": status,
            "type": "DisruptionAllowed",
        }
