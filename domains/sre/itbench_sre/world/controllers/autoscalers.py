"""The horizontal pod autoscaler: looks every 15 seconds at what pods use, and sizes their workload."""

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import kubernetes_text
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_over
from itbench_sre.world.controllers.scaling import (
    History,
    MetricsMissing,
    Proposal,
    Usage,
    limited,
    proposed,
    stabilized,
)
from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.quantities import quantity
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.selectors import is_selected, labels_of
from itbench_sre.world.store.store import Change

_COMPONENT = "horizontal-pod-autoscaler"
_PERIOD_US = 15 * SECOND_US
_ORDER = ("AbleToScale", "ScalingActive", "ScalingLimited")


class Autoscalers:
    """Sizes the targets of HorizontalPodAutoscalers."""

    def __init__(self, plane: Plane, usage: Usage) -> None:
        self._plane = plane
        self._store = plane.store
        self._usage = usage
        self._histories: dict[str, History] = {}
        self._known: dict[str, tuple[tuple[int, JsonObject], list[JsonObject]]] = {}
        plane.store.watch("HorizontalPodAutoscaler", self._on_autoscaler)

    def _on_autoscaler(self, change: Change) -> None:
        uid = change.body["metadata"]["uid"]
        if change.type == "DELETED":
            self._histories.pop(uid, None)
            self._known.pop(uid, None)
        elif uid not in self._histories:
            self._histories[uid] = History()
            random = Randomness(mixed(self._plane.seed, f"autoscaler {change.ref}"))
            self._plane.loop.after(random.below(_PERIOD_US), self._tick, change.ref, uid)

    def _tick(self, ref: Ref, uid: str) -> None:
        body = self._store.get(ref)
        if body is None or uid not in self._histories or body["metadata"]["uid"] != uid:
            return
        self._plane.loop.after(_PERIOD_US, self._tick, ref, uid)
        self._look(body, self._histories[uid])

    def _look(self, body: JsonObject, history: History) -> None:
        status = _Status(body, self._plane.loop.now_us)
        wanted = body["spec"]["scaleTargetRef"]
        ref = Ref(wanted["kind"], body["metadata"]["namespace"], wanted["name"])
        target = self._store.get(ref)
        if target is None:
            known = KINDS.get(ref.kind)
            words = f'{known.resource if known else ref.kind} "{ref.name}" not found'
            message = f"the HPA controller was unable to get the target's current scale: {words}"
            status.set("AbleToScale", "False", "FailedGetScale", message)
            self._tell(body, "FailedGetScale", words, "Warning")
        else:
            words = "the HPA controller was able to get the target's current scale"
            status.set("AbleToScale", "True", "SucceededGetScale", words)
            self._size(body, target, history, status)
        self._store.edit(ref_of(body), {("status",): status.made()}, MANAGER, subresource="status")

    def _size(self, body: JsonObject, target: JsonObject, history: History, status: "_Status") -> None:
        current = target["spec"].get("replicas", 1)
        status.sizes(target["status"].get("replicas", 0), current)
        spec, now_us = body["spec"], self._plane.loop.now_us
        if current == 0 and spec["minReplicas"] != 0:
            words = "scaling is disabled since the replica count of the target is zero"
            status.set("ScalingActive", "False", "ScalingDisabled", words)
            return
        if current > spec["maxReplicas"]:
            size, reason = spec["maxReplicas"], "Current number of replicas above Spec.MaxReplicas"
        elif current < spec["minReplicas"]:
            size, reason = spec["minReplicas"], "Current number of replicas below Spec.MinReplicas"
        else:
            try:
                wanted, reason = self._wanted(body, target, current, status)
            except MetricsMissing as missing:
                self._fail(body, missing, status)
                return
            size, able, words = stabilized(body, history, current, wanted, now_us)
            status.set("AbleToScale", "True", able, words)
            size, *condition = limited(body, history, current, size, now_us)
            status.set("ScalingLimited", *condition)
        status.sizes(target["status"].get("replicas", 0), size)
        if size != current:
            self._rescale(body, target, size, reason, status)
            history.note_change(current, size, now_us)

    def _rescale(
        self, body: JsonObject, target: JsonObject, size: int, reason: str, status: "_Status"
    ) -> None:
        self._store.edit(ref_of(target), {("spec", "replicas"): size}, MANAGER, subresource="scale")
        self._tell(body, "SuccessfulRescale", f"New size: {size}; reason: {reason}")
        words = f"the HPA controller was able to update the target scale to {size}"
        status.set("AbleToScale", "True", "SucceededRescale", words)
        status.last_scale()

    def _wanted(
        self, body: JsonObject, target: JsonObject, current: int, status: "_Status"
    ) -> tuple[int, str]:
        """Return the most replicas that any metric asks for, and the words for it."""
        pods = self._pods(body, target["spec"]["selector"])
        best, words, errors = 0, "", []
        for metric in body["spec"]["metrics"]:
            try:
                proposal, text = self._proposal(metric, pods, current)
            except MetricsMissing as missing:
                errors.append(missing)
                continue
            status.metric(metric, proposal)
            if proposal.replicas > best:
                best, words = proposal.replicas, text
        if errors and (len(errors) == len(body["spec"]["metrics"]) or best < current):
            raise errors[0]
        message = f"the HPA was able to successfully calculate a replica count from {words}"
        status.set("ScalingActive", "True", "ValidMetricFound", message)
        return best, f"{words} above target" if best > current else "All metrics below target"

    def _pods(self, body: JsonObject, selector: JsonObject) -> list[JsonObject]:
        """Return the pods of a target; they are looked for again once any pod was written."""
        uid, key = body["metadata"]["uid"], (self._store.writes("Pod"), selector)
        known = self._known.get(uid)
        if known is None or known[0] != key:
            of_namespace = self._store.list("Pod", body["metadata"]["namespace"])
            pods = [pod for pod in of_namespace if is_selected(selector, labels_of(pod)) and not is_over(pod)]
            known = self._known[uid] = key, pods
        return known[1]

    def _proposal(self, metric: JsonObject, pods: list[JsonObject], current: int) -> tuple[Proposal, str]:
        source = metric.get("resource") or metric.get("containerResource")
        if source is None:
            words = f"unable to get metric {metric['type']}: no metrics returned from custom metrics API"
            raise MetricsMissing(words)
        name, now_us = source["name"], self._plane.loop.now_us
        proposal = proposed(name, source["target"], pods, current, self._usage, now_us)
        kind = (
            "utilization (percentage of request)"
            if source["target"]["type"] == "Utilization"
            else "average value"
        )
        return proposal, f"{name} resource {kind}" if "utilization" in kind else f"{name} resource"

    def _fail(self, body: JsonObject, missing: MetricsMissing, status: "_Status") -> None:
        metrics = body["spec"]["metrics"]
        source = metrics[0].get("resource") or metrics[0].get("containerResource") or {"name": "custom"}
        words = f"failed to get {source['name']} utilization: {missing}"
        reason = "FailedGetResourceMetric"
        message = f"the HPA was unable to compute the replica count: {words}"
        status.set("ScalingActive", "False", reason, message)
        self._tell(body, reason, words, "Warning")
        count = len(metrics)
        first = f"failed to get {source['name']} resource metric value: {words}"
        message = f"invalid metrics ({count} invalid out of {count}), first error is: {first}"
        self._tell(body, "FailedComputeMetricsReplicas", message, "Warning")

    def _tell(self, body: JsonObject, reason: str, message: str, type_: str = "Normal") -> None:
        self._plane.events.emit(body, reason, message, component=_COMPONENT, type=type_)


class _Status:
    """The status of an autoscaler while it is being made."""

    def __init__(self, body: JsonObject, now_us: int) -> None:
        self._before = body.get("status") or {}
        self._now = kubernetes_text(now_us)
        self._conditions = {each["type"]: each for each in self._before.get("conditions") or ()}
        self._metrics: list[JsonObject] = []
        self._sizes = (self._before.get("currentReplicas", 0), self._before.get("desiredReplicas", 0))
        self._last = self._before.get("lastScaleTime")

    def set(self, name: str, status: str, reason: str, message: str) -> None:
        old = self._conditions.get(name)
        since = old["lastTransitionTime"] if old and old["status"] == status else self._now
        made = {"lastTransitionTime": since, "message": message, "reason": reason, "status": status}
        self._conditions[name] = {**made, "type": name}

    def sizes(self, current: int, desired: int) -> None:
        self._sizes = (current, desired)

    def last_scale(self) -> None:
        self._last = self._now

    def metric(self, metric: JsonObject, proposal: Proposal) -> None:
        part = "resource" if "resource" in metric else "containerResource"
        name = metric[part]["name"]
        current: JsonObject = {"averageValue": quantity(proposal.average, binary=name == "memory")}
        if metric[part]["target"]["type"] == "Utilization":
            current = {"averageUtilization": proposal.utilization, **current}
        self._metrics.append({part: {"current": current, "name": name}, "type": metric["type"]})

    def made(self) -> JsonObject:
        status: JsonObject = {
            "conditions": [self._conditions[name] for name in _ORDER if name in self._conditions],
            "currentMetrics": self._metrics or self._before.get("currentMetrics"),
            "currentReplicas": self._sizes[0],
            "desiredReplicas": self._sizes[1],
        }
        if self._last:
            status["lastScaleTime"] = self._last
        return status
