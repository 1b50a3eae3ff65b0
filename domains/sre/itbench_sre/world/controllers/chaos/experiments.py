"""Experiments: initialised, started, applied to their targets, recovered, cleaned up, as Chaos Mesh's controllers do."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from itbench_sre.world.clock.loop import SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.chaos.effects import link_effects, target_effects
from itbench_sre.world.controllers.chaos.pods import PodFaults
from itbench_sre.world.controllers.chaos.targets import Target, targets_of
from itbench_sre.world.controllers.chaos.telling import tell
from itbench_sre.world.controllers.chaos.times import duration_us
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.runtime.effects import Effects
from itbench_sre.world.store.paths import REMOVED, Path
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Change, Store

EXPERIMENTS = (
    "NetworkChaos",
    "PodChaos",
    "StressChaos",
    "HTTPChaos",
    "JVMChaos",
    "IOChaos",
    "DNSChaos",
    "TimeChaos",
)
PAUSE = "experiment.chaos-mesh.org/pause"
MANAGER = "chaos-controller-manager"
_FINALIZER = "chaos-mesh/records"
_ONE_SHOT = ("pod-kill", "container-kill")
# These wait for a daemon on the node to carry out what an object of their own tells it.
_BY_OBJECT = ("NetworkChaos", "HTTPChaos", "IOChaos")
# These act inside a container's processes, and are gone with them.
_IN_PROCESS = ("StressChaos", "JVMChaos", "IOChaos", "TimeChaos")


@dataclass(slots=True, eq=False)
class _State:
    ref: Ref
    uid: str
    random: Randomness
    ends_us: int = 0
    targets: list[Target] = field(default_factory=list)
    restarts: dict[str, int] = field(default_factory=dict)
    lost: dict[str, None] = field(default_factory=dict)


class Experiments:
    """Carries out the experiments in a store."""

    def __init__(
        self,
        store: Store,
        loop: Loop,
        events: EventWriter,
        effects: Effects,
        kill_container: Callable[[str, str], object],
        seed: int,
    ) -> None:
        self._store = store
        self._loop = loop
        self._events = events
        self._effects = effects
        self._seed = mixed(seed, "chaos")
        self._faults = PodFaults(store, kill_container)
        self._of: dict[str, _State] = {}
        for kind in EXPERIMENTS:
            store.watch(kind, self._changed)
        store.watch("Pod", self._pod)

    def _changed(self, change: Change) -> None:
        uid = change.body["metadata"]["uid"]
        if change.type == "DELETED":
            self._of.pop(uid, None)
            self._effects.drop(uid)
        elif change.type == "ADDED":
            random = Randomness(mixed(self._seed, f"experiment {uid}"))
            self._of[uid] = state = _State(change.ref, uid, random)
            duration = change.body["spec"].get("duration")
            if duration:
                state.ends_us = self._loop.now_us // SECOND_US * SECOND_US + duration_us(duration)
                self._loop.at(state.ends_us, self._decide, state)
            self._later(state, 15_000, 80_000, self._init)
        elif change.manager != MANAGER or _wish(change.body) != _wish(change.old or {}):
            self._later(self._of[uid], 10_000, 60_000, self._decide)

    def _later(self, state: _State, low_us: int, high_us: int, step: Callable[[_State], object]) -> None:
        self._loop.after(state.random.between(low_us, high_us), step, state)

    def _body(self, state: _State) -> JsonObject | None:
        body = self._store.get(state.ref)
        return body if body is not None and body["metadata"]["uid"] == state.uid else None

    def _tell(self, body: JsonObject, step: str, reason: str, **parts: str) -> None:
        tell(self._events, body, f"{step}-{body['kind'].lower()}", reason, **parts)

    def _edit(self, state: _State, changes: dict[Path, Any]) -> JsonObject:
        return self._store.edit(state.ref, changes, MANAGER)

    def _init(self, state: _State) -> None:
        body = self._body(state)
        if body is None:
            return
        self._tell(body, "initFinalizers", "FinalizerInited")
        body = self._edit(state, {("metadata", "finalizers"): [_FINALIZER]})
        self._tell(body, "initFinalizers", "Updated", field="finalizer")
        self._later(state, 10_000, 60_000, self._decide)

    def _decide(self, state: _State) -> None:
        """Set the desired phase from deletion, duration and pause."""
        body = self._body(state)
        if body is None:
            return
        phase = (body.get("status") or {}).get("experiment", {}).get("desiredPhase", "")
        wanted, reason = self._wanted(state, body)
        if wanted == phase:
            if "deletionTimestamp" in body["metadata"]:
                self._later(state, 10_000, 60_000, self._clean)
            return
        if reason:
            self._tell(body, "desiredphase", reason)
        body = self._edit(state, {("status", "experiment", "desiredPhase"): wanted})
        self._tell(body, "desiredphase", "Updated", field="desiredPhase")
        self._conditions(state)
        self._later(state, 20_000, 150_000, self._records)

    def _wanted(self, state: _State, body: JsonObject) -> tuple[str, str]:
        if "deletionTimestamp" in body["metadata"]:
            return "Stop", "Deleted"
        if body["spec"].get("action") in _ONE_SHOT:
            return "Run", ""
        if state.ends_us and self._loop.now_us >= state.ends_us:
            return "Stop", "TimeUp"
        return ("Stop", "Paused") if _is_paused(body) else ("Run", "Started")

    def _records(self, state: _State) -> None:
        """Select the targets the first time, and begin to bring each to the desired phase."""
        body = self._body(state)
        if body is None:
            return
        experiment = body["status"]["experiment"]
        records = experiment.get("containerRecords")
        if records is None and experiment["desiredPhase"] == "Run":
            targets = targets_of(body, self._store, state.random)
            if targets is None:
                self._tell(
                    body, "records", "Failed", activity="select targets", err="no target has been selected"
                )
                return
            state.targets = targets
            records = [{"id": each.id, "phase": "Not Injected", "selectorKey": each.key} for each in targets]
        if records is None:
            self._clean(state)
        elif body["kind"] in _BY_OBJECT and self._is_due(experiment["desiredPhase"], records):
            waiting = [{**each, "phase": f"{each['phase'].partition('/')[0]}/Wait"} for each in records]
            body = self._edit(state, {("status", "experiment", "containerRecords"): waiting})
            self._tell(body, "records", "Updated", field="records")
            self._later(state, 100_000, 600_000, self._carry_out)
        else:
            self._edit(state, {("status", "experiment", "containerRecords"): records})
            self._carry_out(state)

    @staticmethod
    def _is_due(desired: str, records: list[JsonObject]) -> bool:
        goal = "Injected" if desired == "Run" else "Not Injected"
        return any(each["phase"] != goal for each in records)

    def _carry_out(self, state: _State) -> None:
        body = self._body(state)
        if body is None:
            return
        experiment = body["status"]["experiment"]
        is_run = experiment["desiredPhase"] == "Run"
        goal = "Injected" if is_run else "Not Injected"
        records = experiment["containerRecords"]
        if self._is_due(experiment["desiredPhase"], records):
            made = [each if each["phase"] == goal else self._moved(each, is_run=is_run) for each in records]
            self._act(state, body, is_run=is_run)
            for each in records:
                if each["phase"] != goal:
                    self._tell(body, "records", "Applied" if is_run else "Recovered", id=each["id"])
            body = self._edit(state, {("status", "experiment", "containerRecords"): made})
            self._tell(body, "records", "Updated", field="records")
            self._conditions(state)
        if "deletionTimestamp" in body["metadata"]:
            self._clean(state)

    def _moved(self, record: JsonObject, *, is_run: bool) -> JsonObject:
        event = {
            "operation": "Apply" if is_run else "Recover",
            "timestamp": kubernetes_text(self._loop.now_us),
            "type": "Succeeded",
        }
        return {
            "events": [*(record.get("events") or ()), event],
            "id": record["id"],
            "injectedCount": record.get("injectedCount", 0) + is_run,
            "phase": "Injected" if is_run else "Not Injected",
            "recoveredCount": record.get("recoveredCount", 0) + (not is_run),
            "selectorKey": record["selectorKey"],
        }

    def _act(self, state: _State, body: JsonObject, *, is_run: bool) -> None:
        if body["kind"] == "PodChaos":
            for target in state.targets:
                self._faults.act(body, target, is_run=is_run)
            return
        if not is_run:
            self._effects.drop(state.uid)
            return
        state.lost = {}
        state.restarts = {each.uid: _restarts(self._pod_of(each)) for each in state.targets}
        self._put(state, body)

    def _put(self, state: _State, body: JsonObject) -> None:
        kind, spec = body["kind"], body["spec"]
        if kind == "NetworkChaos":
            self._effects.put(state.uid, *link_effects(spec, state.targets))
            return
        targets = [each for each in state.targets if each.id not in state.lost]
        found = [effect for each in targets for effect in target_effects(kind, spec, each)]
        self._effects.put(state.uid, *found)

    def _pod_of(self, target: Target) -> JsonObject:
        return self._store.get(Ref("Pod", target.namespace, target.pod)) or {}

    def _pod(self, change: Change) -> None:
        """End what was done to a container's processes when the container is started again."""
        if not self._of or change.type == "ADDED" or change.manager != "kubelet":
            return
        uid = change.body["metadata"]["uid"]
        for state in self._of.values():
            if uid not in state.restarts or state.ref.kind not in _IN_PROCESS:
                continue
            if _restarts(change.body) == state.restarts[uid]:
                continue
            state.restarts[uid] = _restarts(change.body)
            state.lost.update({each.id: None for each in state.targets if each.uid == uid})
            body = self._body(state)
            if (
                body is not None
                and (body.get("status") or {}).get("experiment", {}).get("desiredPhase") == "Run"
            ):
                self._put(state, body)

    def _conditions(self, state: _State) -> None:
        body = self._body(state)
        if body is None:
            return
        records = body["status"]["experiment"].get("containerRecords")
        phases = [each["phase"] for each in records or ()]
        facts = {
            "AllInjected": bool(phases) and all(phase == "Injected" for phase in phases),
            "AllRecovered": bool(phases) and all(phase == "Not Injected" for phase in phases),
            "Paused": _is_paused(body),
            "Selected": records is not None,
        }
        found = [{"status": str(fact), "type": type_} for type_, fact in facts.items()]
        self._edit(state, {("status", "conditions"): found})

    def _clean(self, state: _State) -> None:
        body = self._body(state)
        if body is None or "deletionTimestamp" not in body["metadata"]:
            return
        self._tell(body, "cleanFinalizers", "FinalizerRemoved")
        self._tell(body, "cleanFinalizers", "Updated", field="finalizer")
        self._edit(state, {("metadata", "finalizers"): REMOVED})


def _wish(body: JsonObject) -> tuple[bool, bool]:
    return "deletionTimestamp" in (body.get("metadata") or {}), _is_paused(body)


def _is_paused(body: JsonObject) -> bool:
    annotations = (body.get("metadata") or {}).get("annotations") or {}
    return annotations.get(PAUSE) == "true"


def _restarts(pod: JsonObject) -> int:
    return sum(each["restartCount"] for each in (pod.get("status") or {}).get("containerStatuses") or ())
