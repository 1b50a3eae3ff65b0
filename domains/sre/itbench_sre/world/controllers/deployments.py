"""The deployment controller: rollouts from one replica set to the next."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.controllers import progress, rollouts
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import condition, is_over, is_terminating, time_us
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.controllers.revisions import (
    REVISION,
    annotations_of,
    clean_up,
    is_of_template,
    new_replica_set,
    revision_of,
    set_annotations,
    size_annotations,
)
from itbench_sre.world.store.refs import JsonObject, Ref, owner_of, ref_of
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.store import Change

if TYPE_CHECKING:
    from itbench_sre.world.store.paths import Path

_COMPONENT = "deployment-controller"
_PAUSED = {
    True: ("DeploymentPaused", "Deployment is paused"),
    False: ("DeploymentResumed", "Deployment is resumed"),
}


class Deployments:
    """Makes and sizes the replica sets of deployments, and reports how rollouts go."""

    def __init__(self, plane: Plane) -> None:
        self._plane = plane
        self._store = plane.store
        self._queue = Queue(plane.loop, plane.seed, _COMPONENT, self._sync)
        plane.store.watch("Deployment", self._on_deployment)
        plane.store.watch("ReplicaSet", self._on_set)
        plane.store.watch("Pod", self._on_pod)

    def _on_deployment(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_set(self, change: Change) -> None:
        owner = owner_of(change.body)
        if owner is not None and owner.kind == "Deployment":
            self._queue.add(owner)

    def _on_pod(self, change: Change) -> None:
        """Note that a pod is gone: one of strategy Recreate waits for the last."""
        if change.type != "DELETED" or (owner := owner_of(change.body)) is None:
            return
        replica_set = self._store.get(owner)
        deployment = owner_of(replica_set) if replica_set else None
        if deployment is not None and deployment.kind == "Deployment":
            self._queue.add(deployment)

    def _sync(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        sets = list(self._store.owned(body["metadata"]["uid"], "ReplicaSet"))
        try:
            self._act(body, sets)
        except Refusal:
            self._queue.retry(ref)
            return
        self._queue.forget(ref)

    def _act(self, body: JsonObject, sets: list[JsonObject]) -> None:
        if is_terminating(body):
            self._report(body, sets, None, is_progress_told=False)
            return
        body = self._noted_pause(body)
        is_paused = bool(body["spec"].get("paused"))
        if is_paused or rollouts.is_resized(body, sets):
            new = self._new(body, sets, may_create=False)
            sets = self._sized(body, self._fresh(sets), new)
            new = self._fresh([new])[0] if new else None
            if is_paused:
                clean_up(body, self._old(sets, new), self._store)
            self._report(self._store.expect(ref_of(body)), sets, new, is_progress_told=False)
        elif body["spec"]["strategy"]["type"] == "Recreate":
            self._recreate(body, sets)
        else:
            self._roll(body, sets)

    def _fresh(self, sets: Sequence[JsonObject]) -> list[JsonObject]:
        return [found for each in sets if (found := self._store.get(ref_of(each))) is not None]

    def _old(self, sets: Sequence[JsonObject], new: JsonObject | None) -> list[JsonObject]:
        uid = new["metadata"]["uid"] if new else ""
        return [each for each in sets if each["metadata"]["uid"] != uid]

    def _noted_pause(self, body: JsonObject) -> JsonObject:
        is_paused = bool(body["spec"].get("paused"))
        current = condition(body, "Progressing")
        if current is not None and current["reason"] == "ProgressDeadlineExceeded":
            return body
        was_paused = current is not None and current["reason"] == "DeploymentPaused"
        if is_paused == was_paused:
            return body
        return self._with_condition(body, "Unknown", *_PAUSED[is_paused])

    def _with_condition(self, body: JsonObject, status: str, reason: str, message: str) -> JsonObject:
        before = (body.get("status") or {}).get("conditions") or []
        now_us = self._plane.loop.now_us
        made = progress.with_condition(before, "Progressing", status, reason, message, now_us)
        return self._store.edit(ref_of(body), {("status", "conditions"): made}, MANAGER, subresource="status")

    def _new(self, body: JsonObject, sets: Sequence[JsonObject], *, may_create: bool) -> JsonObject | None:
        """Return the replica set of the newest template; made where it is not there."""
        by_age = sorted(
            sets, key=lambda each: (each["metadata"]["creationTimestamp"], each["metadata"]["name"])
        )
        new = next((each for each in by_age if is_of_template(each, body)), None)
        revision = max((revision_of(each) for each in self._old(sets, new)), default=0) + 1
        if new is not None:
            new = self._renewed(body, new, revision)
            reason, what = "FoundNewReplicaSet", "Found new replica set"
        elif may_create:
            new = self._made(body, sets, revision)
            reason, what = "NewReplicaSetCreated", "Created new replica set"
        else:
            return None
        body = self._store.expect(ref_of(body))
        body = self._numbered(body, revision_of(new))
        has_none = condition(body, "Progressing") is None
        if reason == "NewReplicaSetCreated" or has_none:
            self._with_condition(body, "True", reason, f'{what} "{new["metadata"]["name"]}"')
        return new

    def _renewed(self, body: JsonObject, new: JsonObject, revision: int) -> JsonObject:
        changes: dict[Path, object] = {}
        annotations = set_annotations(body, new, revision)
        for key, value in size_annotations(body).items():
            # Sizes are told when they are applied, so that a change of the size is noticed.
            annotations[key] = annotations_of(new).get(key, value)
        if annotations != annotations_of(new):
            changes["metadata", "annotations"] = annotations
        least_s = body["spec"].get("minReadySeconds", 0)
        if new["spec"].get("minReadySeconds", 0) != least_s:
            changes["spec", "minReadySeconds"] = least_s
        return self._store.edit(ref_of(new), changes, MANAGER) if changes else new

    def _made(self, body: JsonObject, sets: Sequence[JsonObject], revision: int) -> JsonObject:
        replicas = rollouts.size_of_new(body, sets, 0)
        made = new_replica_set(body, replicas, revision, self._store)
        try:
            new = self._store.create(made, MANAGER)
        except Refusal as refusal:
            message = f'Failed to create new replica set "{made["metadata"]["name"]}": {refusal.message}'
            self._with_condition(body, "False", "FailedCreate", refusal.message)
            self._tell(body, "FailedCreate", message, "Warning")
            raise
        if replicas:
            self._tell(body, "ScalingReplicaSet", _scaled(new["metadata"]["name"], 0, replicas))
        return new

    def _numbered(self, body: JsonObject, revision: int) -> JsonObject:
        if annotations_of(body).get(REVISION) == str(revision):
            return body
        change: dict[Path, object] = {("metadata", "annotations", REVISION): str(revision)}
        return self._store.edit(ref_of(body), change, MANAGER, subresource="status")

    def _tell(self, body: JsonObject, reason: str, message: str, type_: str = "Normal") -> None:
        self._plane.events.emit(body, reason, message, component=_COMPONENT, type=type_)

    def _apply(
        self, body: JsonObject, sets: Sequence[JsonObject], sizes: Mapping[str, int]
    ) -> list[JsonObject]:
        """Give replica sets their sizes, and tell of it; return all as they are now."""
        told = size_annotations(body)
        for each in sets:
            name, before = each["metadata"]["name"], each["spec"]["replicas"]
            size = sizes.get(name, before)
            is_active = size or before
            changes: dict[Path, object] = {}
            if size != before:
                changes["spec", "replicas"] = size
            annotations = {**annotations_of(each), **told}
            if is_active and annotations != annotations_of(each) and (size != before or name in sizes):
                changes["metadata", "annotations"] = annotations
            if changes:
                self._store.edit(ref_of(each), changes, MANAGER)
            if size != before:
                self._tell(body, "ScalingReplicaSet", _scaled(name, before, size))
        return self._fresh(sets)

    def _sized(self, body: JsonObject, sets: list[JsonObject], new: JsonObject | None) -> list[JsonObject]:
        old = self._old(sets, new)
        sizes = rollouts.resized(body, new, old, sets)
        for each in sets:
            if each["spec"]["replicas"]:
                sizes.setdefault(each["metadata"]["name"], each["spec"]["replicas"])
        return self._apply(body, sets, sizes)

    def _roll(self, body: JsonObject, sets: list[JsonObject]) -> None:
        new = self._new(body, sets, may_create=True)
        if new is None:
            return
        sets = self._fresh([*self._old(sets, new), new])
        body = self._store.expect(ref_of(body))
        sizes = rollouts.rolled_up(body, sets, new)
        if not sizes:
            sizes = rollouts.rolled_down(body, sets, self._old(sets, new), new)
        self._done(body, self._apply(body, sets, sizes), new, is_acting=bool(sizes))

    def _recreate(self, body: JsonObject, sets: list[JsonObject]) -> None:
        new = self._new(body, sets, may_create=False)
        old = self._old(sets, new)
        active = {each["metadata"]["name"]: 0 for each in old if each["spec"]["replicas"]}
        if active:
            body = self._store.expect(ref_of(body))
            self._done(body, self._apply(body, self._fresh(sets), active), new, is_acting=True)
            return
        running = (pod for each in old for pod in self._store.owned(each["metadata"]["uid"], "Pod"))
        if any(not is_over(pod) for pod in running):
            self._done(self._store.expect(ref_of(body)), self._fresh(sets), new, is_acting=True)
            return
        self._roll_up_at_once(body, sets)

    def _roll_up_at_once(self, body: JsonObject, sets: list[JsonObject]) -> None:
        new = self._new(body, sets, may_create=True)
        if new is None:
            return
        sets = self._fresh([*self._old(sets, new), new])
        body = self._store.expect(ref_of(body))
        sizes = rollouts.rolled_up(body, sets, new)
        self._done(body, self._apply(body, sets, sizes), new, is_acting=bool(sizes))

    def _done(
        self, body: JsonObject, sets: list[JsonObject], new: JsonObject | None, *, is_acting: bool
    ) -> None:
        new = self._fresh([new])[0] if new else None
        status = self._report(body, sets, new, is_progress_told=True)
        if not is_acting and progress.is_complete(body, status):
            clean_up(body, self._old(sets, new), self._store)

    def _report(
        self, body: JsonObject, sets: list[JsonObject], new: JsonObject | None, *, is_progress_told: bool
    ) -> JsonObject:
        now_us = self._plane.loop.now_us
        status = progress.status_of(body, sets, new, now_us)
        if is_progress_told:
            status = progress.with_progress(body, status, sets, new, now_us)
        made = self._store.edit(ref_of(body), {("status",): status}, MANAGER, subresource="status")
        self._watch_deadline(made)
        return status

    def _watch_deadline(self, body: JsonObject) -> None:
        current = condition(body, "Progressing")
        if current is None or current["status"] != "True" or current["reason"] == "NewReplicaSetAvailable":
            return
        due_us = time_us(current["lastUpdateTime"]) + progress.deadline_us(body) + SECOND_US
        self._queue.after(ref_of(body), due_us - self._plane.loop.now_us)


def _scaled(name: str, before: int, after: int) -> str:
    direction = "up" if after > before else "down"
    return f"Scaled {direction} replica set {name} from {before} to {after}"
