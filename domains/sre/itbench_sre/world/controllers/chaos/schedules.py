"""Schedules: they spawn experiments when they are due, hold them back, pause them, and clear away old ones."""

from typing import Any

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.chaos.experiments import EXPERIMENTS, MANAGER, PAUSE
from itbench_sre.world.controllers.chaos.telling import tell
from itbench_sre.world.controllers.chaos.times import duration_us, next_us
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.controllers.pods import owner_reference
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of, reference_to
from itbench_sre.world.store.store import Change, Store

_ONE_SHOT = ("pod-kill", "container-kill")


class Schedules:
    """Runs the schedules in a store; a schedule that rests costs nothing but a timer to its next run."""

    def __init__(self, store: Store, loop: Loop, events: EventWriter, seed: int) -> None:
        self._store = store
        self._loop = loop
        self._events = events
        self._seed = mixed(seed, "schedules")
        self._last_us: dict[str, int] = {}
        self._ordinals: dict[str, int] = {}
        self._turns: dict[str, int] = {}
        self._held: dict[str, Ref] = {}
        store.watch("Schedule", self._changed)
        for kind in EXPERIMENTS:
            store.watch(kind, self._child_changed)

    def _changed(self, change: Change) -> None:
        uid = change.body["metadata"]["uid"]
        if change.type == "DELETED":
            self._turns[uid] = -1
            return
        if change.type == "ADDED":
            self._last_us[uid] = self._loop.now_us
        elif change.manager == MANAGER:
            return
        if change.old is not None and _is_paused(change.old) is not _is_paused(change.body):
            self._loop.after(40_000, self._pass_on_pause, change.ref, uid)
        self._plan(change.ref, change.body)

    def _plan(self, ref: Ref, body: JsonObject) -> None:
        """Set the timer to the next run."""
        uid = body["metadata"]["uid"]
        self._turns[uid] = turn = self._turns.get(uid, 0) + 1
        if _is_paused(body):
            return
        try:
            due_us = next_us(body["spec"]["schedule"], self._last_us[uid])
        except ValueError as problem:
            words = f"unparseable schedule: {body['spec']['schedule']} : {problem}"
            tell(self._events, body, "schedule-cron", "Failed", activity="get run time", err=words)
            return
        random = Randomness(mixed(self._seed, f"run {uid} {turn}"))
        self._loop.at(
            max(due_us, self._loop.now_us) + random.between(5_000, 90_000), self._run, ref, uid, turn
        )

    def _run(self, ref: Ref, uid: str, turn: int) -> None:
        body = self._store.get(ref)
        if body is None or self._turns.get(uid) != turn:
            return
        running = self._running(body)
        if running and body["spec"].get("concurrencyPolicy", "Forbid") == "Forbid":
            tell(self._events, body, "schedule-cron", "Forbid", running_name=running[0])
            # Nothing wakes the controller up until the experiment that runs is over.
            self._held[uid] = ref
            return
        self._last_us[uid] = self._loop.now_us
        self._spawn(ref, body)
        body = self._store.get(ref)
        if body is not None:
            self._clear(body)
            self._plan(ref, body)

    def _child_changed(self, change: Change) -> None:
        if not self._held:
            return
        for owner in change.body["metadata"].get("ownerReferences") or ():
            ref = self._held.get(owner["uid"])
            if ref is not None and (change.type == "DELETED" or self._is_over(change.body)):
                del self._held[owner["uid"]]
                self._loop.after(60_000, self._go_on, ref)

    def _go_on(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is not None:
            self._plan(ref, body)

    def _running(self, body: JsonObject) -> list[str]:
        return [each["metadata"]["name"] for each in self._children(body) if not self._is_over(each)]

    def _children(self, body: JsonObject) -> list[JsonObject]:
        return list(self._store.owned(body["metadata"]["uid"]))

    def _is_over(self, child: JsonObject) -> bool:
        experiment = (child.get("status") or {}).get("experiment") or {}
        phases = [each["phase"] for each in experiment.get("containerRecords") or ()]
        if child["spec"].get("action") in _ONE_SHOT:
            return bool(phases) and all(phase == "Injected" for phase in phases)
        return experiment.get("desiredPhase") == "Stop" and all(phase == "Not Injected" for phase in phases)

    def _spawn(self, ref: Ref, body: JsonObject) -> None:
        metadata, kind = body["metadata"], body["spec"]["type"]
        uid = metadata["uid"]
        self._ordinals[uid] = ordinal = self._ordinals.get(uid, 0) + 1
        suffix = Randomness(mixed(self._seed, f"name {uid} {ordinal}")).suffix()
        spec: dict[str, Any] = body["spec"][_key_of(kind)]
        child = self._store.create(
            {
                "apiVersion": body["apiVersion"],
                "kind": kind,
                "metadata": {
                    "labels": {"managed-by": metadata["name"]},
                    "name": f"{metadata['name']}-{suffix}",
                    "namespace": metadata["namespace"],
                    "ownerReferences": [owner_reference(body)],
                },
                "spec": spec,
            },
            MANAGER,
        )
        tell(self._events, body, "schedule-cron", "Spawned", name=child["metadata"]["name"])
        active = [reference_to(each) for each in self._children(body)]
        now = kubernetes_text(self._loop.now_us)
        body = self._store.edit(
            ref, {("status", "lastScheduleTime"): now, ("status", "active"): active}, MANAGER
        )
        tell(self._events, body, "schedule-cron", "Updated", field="lastScheduleTime")

    def _clear(self, body: JsonObject) -> None:
        """Delete the oldest experiments beyond the history's limit, but those that have an end ahead."""
        children = self._children(body)
        surplus = len(children) - int(body["spec"].get("historyLimit", 1))
        for child in children[: max(surplus, 0)]:
            if "deletionTimestamp" in child["metadata"]:
                continue
            if not self._is_over(child) and child["spec"].get("duration"):
                tell(self._events, body, "schedule-gc", "Skip", running_name=child["metadata"]["name"])
                self._loop.after(
                    duration_us(child["spec"]["duration"]) + SECOND_US, self._clear_again, ref_of(body)
                )
                continue
            self._store.delete(ref_of(child), MANAGER)

    def _clear_again(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is not None:
            self._clear(body)

    def _pass_on_pause(self, ref: Ref, uid: str) -> None:
        body = self._store.get(ref)
        if body is None or body["metadata"]["uid"] != uid:
            return
        value = "true" if _is_paused(body) else "false"
        for child in self._children(body):
            self._store.edit(ref_of(child), {("metadata", "annotations", PAUSE): value}, MANAGER)


def _key_of(kind: str) -> str:
    """Return where a schedule keeps an experiment's specification: `networkChaos`, `httpChaos`, `ioChaos`."""
    stem = kind.removesuffix("Chaos")
    return f"{stem.lower() if stem.isupper() else stem[0].lower() + stem[1:]}Chaos"


def _is_paused(body: JsonObject) -> bool:
    annotations = body["metadata"].get("annotations") or {}
    return bool(annotations.get(PAUSE) == "true")
