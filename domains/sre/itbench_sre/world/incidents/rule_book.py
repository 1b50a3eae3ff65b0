"""The rule book: what a change must show at its target, and how the calls that reach the page must fail, if it harmed.

Each rule returns how well the rows support that a change harmed: `PROVEN` (a message or the object itself says so), `FITS`
(the symptoms are those of such a change), `MAY` (nothing speaks against it), or `NO`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from itbench_sre.world.incidents.candidates import Candidate
from itbench_sre.world.incidents.symptoms import Calls, Symptoms, component
from itbench_sre.world.store.refs import JsonObject

NO, MAY, FITS, PROVEN = 0, 1, 2, 3

_REFUSED = r"refus|could not be established|no healthy upstream|connection failure|unable to connect|not possible to connect|subchannel|io exception|available brokers|503"
_TIMEOUT = r"time[d]?[ -]?out|deadline|timeout expired|expired|504"
_DNS = r"resolv|resolution|no such host|enotfound|eai_again|name or service|unknownhost|zero addresses|translate host"
_RESET = r"reset|\beof\b|closed|bad connection|hang up|dropped|prematurely|disconnected"
_AUTH = r"wrongpass|noauth|password|authenticat|credential|access denied for user"
_DENIED = r"rbac|permission_denied|access denied|403"
_POOL = r"pool|too many|connection slots|number of clients|exhaust"
_CLOCK = r"certificate|not yet valid|expired|token|clock"
UNREACHABLE: Final = f"{_REFUSED}|{_TIMEOUT}|{_DNS}|{_RESET}"
_PREEMPTOR: Final = re.compile(r"Preempted by pod (\S+) on node")
_UNHEALTHY: Final = frozenset({"Killing"})


@dataclass(frozen=True, slots=True)
class Culprit:
    """Where the failure of the page begins: calls of one service by another, or a service's own work.

    Attributes:
        caller: empty where a service fails by itself.
        calls: the failing calls; those that did not fail are slow.
        weight: how many failing calls of the page can come from there.
    """

    caller: str
    callee: str
    calls: Calls
    weight: int = 0

    def says(self, pattern: str) -> bool:
        """Whether a message of a failing call has such words."""
        return re.search(pattern, self.calls.words, re.IGNORECASE) is not None

    @property
    def is_slow(self) -> bool:
        """Whether calls are slow rather than failing."""
        return self.calls.slow > self.calls.failed


@dataclass(frozen=True, slots=True)
class Scene:
    """What rules look at: symptoms, one culprit, and the workloads that were restarted."""

    symptoms: Symptoms
    culprit: Culprit
    restarted: Mapping[str, JsonObject]

    def trouble(self, name: str) -> list[tuple[str, str]]:
        """Return what events tell of the pods of a workload, stops aside."""
        return [
            each
            for workload, found in self.symptoms.pods.items()
            if workload == name or component(workload) == name
            for each in found
            if each[0] not in _UNHEALTHY
        ]

    def is_down(self, name: str) -> bool:
        """Whether a workload has lost all its ready pods at some time."""
        return any(name in (down, component(down)) for down in self.symptoms.down)

    def refusals(self, name: str) -> list[str]:
        """Return why pods of a workload could not be created, where it has lost all that it had."""
        texts = [text for reason, text in self.trouble(name) if reason == "FailedCreate"]
        return texts if self.is_down(name) else []


def support(change: Candidate, scene: Scene) -> int:
    """Return how well the rows support that a change caused the culprit."""
    rule = _RULES.get(change.kind)
    return rule(change, scene) if rule else NO


def _workload(change: Candidate, scene: Scene) -> int:
    name, culprit = component(change.own_name), scene.culprit
    if change.what == "added":
        return _newcomer(change, scene)
    if change.name.startswith("kube-system/Deployment/coredns"):
        return PROVEN if culprit.says(_DNS) else NO
    if name not in (culprit.caller, culprit.callee):
        return _users(change, scene)
    found = [NO]
    replicas = change.edits.get("spec.replicas")
    if replicas and name == culprit.callee:
        found.append(_scaled(replicas, scene))
    paths = [path for path in change.edits if path.startswith("spec.template.spec")]
    if paths and name == culprit.callee:
        found.append(_rolled_out(name, scene))
    if paths and name == culprit.caller:
        found.append(_configured(change, paths, culprit))
    return max(found)


def _scaled(replicas: tuple[Any, Any], scene: Scene) -> int:
    before, after = int(replicas[0] or 0), int(replicas[1] or 0)
    if after >= before:
        return NO
    if not after:
        return PROVEN
    return FITS if scene.culprit.is_slow or scene.is_down(scene.culprit.callee) else MAY


def _rolled_out(name: str, scene: Scene) -> int:
    if scene.trouble(name):
        return PROVEN if scene.is_down(name) else FITS
    is_inner = name in scene.symptoms.inner or name in scene.symptoms.slow_inner
    if is_inner or not scene.culprit.says(UNREACHABLE):
        return FITS
    return FITS if scene.is_down(name) else MAY


def _configured(change: Candidate, paths: list[str], culprit: Culprit) -> int:
    """Judge an edit of the caller: its resolver, the address it asks for, its time limits, retries and pool."""
    if any(".dns" in path for path in paths):
        is_silent = all(not text or text.startswith("response code") for text in culprit.calls.messages)
        return PROVEN if culprit.says(_DNS) else FITS if is_silent else NO
    values = [str(value) for path in paths if ".env[" in path for value in change.edits[path]]
    if any(culprit.callee in value for value in values):
        return PROVEN
    if values and culprit.says(f"{_TIMEOUT}|{_POOL}"):
        return FITS
    return MAY


def _users(change: Candidate, scene: Scene) -> int:
    """Judge the load generator: more users than can be served, or none who arrive."""
    culprit = scene.culprit
    if re.search(r"load|locust|outside|users", change.own_name) is None:
        return NO
    if not culprit.caller and not culprit.calls.messages and not culprit.is_slow:
        replicas = change.edits.get("spec.replicas")
        return PROVEN if (replicas and not replicas[1]) or scene.is_down(change.own_name) else FITS
    return FITS if culprit.is_slow or culprit.says(f"{_POOL}|{_TIMEOUT}|overload|queue") else NO


def _newcomer(change: Candidate, scene: Scene) -> int:
    trouble = scene.trouble(scene.culprit.callee)
    by = {
        found[1] for reason, text in trouble if reason == "Preempted" and (found := _PREEMPTOR.search(text))
    }
    if any(scene.symptoms.owners.get(uid) == change.own_name for uid in by):
        return PROVEN
    if any(reason == "FailedScheduling" and "Insufficient" in text for reason, text in trouble):
        return FITS if _has_place(change, scene) else MAY
    return NO


def _has_place(change: Candidate, scene: Scene) -> bool:
    return not any(reason == "FailedCreate" for reason, _ in scene.symptoms.pods.get(change.own_name, ()))


def _service(change: Candidate, scene: Scene) -> int:
    if component(change.own_name) != scene.culprit.callee:
        return NO
    if change.what == "gone":
        return PROVEN if scene.culprit.says(UNREACHABLE) or not scene.culprit.calls.messages else MAY
    if any(path.startswith("spec.selector") for path in change.edits):
        return PROVEN if change.own_name in scene.symptoms.lost else NO
    return PROVEN if "spec.ports" in " ".join(change.edits) else NO


def _network_policy(change: Candidate, scene: Scene) -> int:
    if change.what == "gone":
        return NO
    spec, culprit = change.body["spec"], scene.culprit
    if (
        not culprit.says(f"{_TIMEOUT}|{_REFUSED}")
        and not culprit.is_slow
        and not culprit.says("response code")
    ):
        return NO
    types = spec.get("policyTypes") or ["Ingress"]
    sides = (
        ("Ingress", "from", culprit.callee, culprit.caller),
        ("Egress", "to", culprit.caller, culprit.callee),
    )
    is_blocked = any(
        side in types
        and _selects(spec.get("podSelector"), own)
        and (
            not _is_allowed(spec.get(side.lower()) or [], key, peer, culprit.calls.ports)
            or (side == "Egress" and not _knows_names(spec.get("egress") or []))
        )
        for side, key, own, peer in sides
    )
    return PROVEN if is_blocked else NO


def _selects(selector: JsonObject | None, name: str) -> bool:
    """Whether a selector means the pods of a service, judging by the name that its labels have."""
    labels = (selector or {}).get("matchLabels") or {}
    values = [component(str(value)) for value in labels.values()]
    return not labels or any(value == name or name.startswith(f"{value}-") for value in values)


def _knows_names(rules: list[JsonObject]) -> bool:
    """Whether rules of egress let the cluster's DNS server be asked, which lies in another namespace."""
    return any(
        (not rule.get("ports") or any(str(each.get("port")) == "53" for each in rule["ports"]))
        and (
            not rule.get("to") or any("namespaceSelector" in each or "ipBlock" in each for each in rule["to"])
        )
        for rule in rules
    )


def _is_allowed(rules: list[JsonObject], key: str, peer: str, ports: set[str]) -> bool:
    for rule in rules:
        peers = rule.get(key) or []
        is_peer = not peers or any(
            ("namespaceSelector" in each and "podSelector" not in each)
            or ("podSelector" in each and _selects(each["podSelector"], peer))
            for each in peers
        )
        named = {str(each.get("port", "")) for each in rule.get("ports") or ()}
        known = {port for port in ports if port}
        if is_peer and (not named or not known or named & known):
            return True
    return False


def _quota(change: Candidate, scene: Scene) -> int:
    texts = scene.refusals(scene.culprit.callee)
    return PROVEN if any(f"exceeded quota: {change.own_name}," in text for text in texts) else NO


def _limit_range(change: Candidate, scene: Scene) -> int:
    texts = scene.refusals(scene.culprit.callee)
    limits = [
        f"{word} {resource} usage per Container is {value}"
        for limit in change.body.get("spec", {}).get("limits") or ()
        for word, key in (("maximum", "max"), ("minimum", "min"))
        for resource, value in (limit.get(key) or {}).items()
    ]
    return PROVEN if any(limit in text for limit in limits for text in texts) else NO


def _node(change: Candidate, scene: Scene) -> int:
    trouble = scene.trouble(scene.culprit.callee) + scene.trouble(scene.culprit.caller)
    unplaced = " ".join(text for reason, text in trouble if reason == "FailedScheduling")
    taints = (change.edits.get("spec.taints") or (None, None))[1] or []
    if any(
        f"untolerated taint {{{taint['key']}" in unplaced
        for taint in taints
        if taint["effect"] != "PreferNoSchedule"
    ):
        return PROVEN
    is_cordoned = (change.edits.get("spec.unschedulable") or (None, None))[1]
    if is_cordoned and "unschedulable" in unplaced:
        return PROVEN
    is_evicted = any(reason in ("TaintManagerEviction", "Evicted") for reason, _ in trouble)
    if is_evicted and any(taint["effect"] == "NoExecute" for taint in taints):
        return FITS
    return MAY if is_cordoned and scene.is_down(scene.culprit.callee) else NO


def _config_map(change: Candidate, scene: Scene) -> int:
    if change.what != "changed":
        return NO
    culprit = scene.culprit
    if change.name == "kube-system/ConfigMap/coredns":
        return PROVEN if culprit.says(_DNS) else NO
    flags = [name for path, pair in change.edits.items() if path.startswith("data") for name in _flags(*pair)]
    if not flags:
        return FITS if change.own_name.startswith((culprit.caller or "?", culprit.callee)) else NO
    if culprit.says(UNREACHABLE) and scene.is_down(culprit.callee):
        return NO
    words = {
        word for name in flags for word in re.findall(r"[a-z]+", re.sub(r"([A-Z])", r"-\1", name).lower())
    }
    names = f"{culprit.callee} {culprit.calls.words}".lower()
    if any(len(word) > 3 and word in names for word in words - {"failure", "service"}):
        return PROVEN
    return NO if culprit.says(UNREACHABLE) else MAY


def _flags(before: Any, after: Any) -> list[str]:
    """Return the feature flags that differ between two texts of a flag store; none where they are none."""
    try:
        old, new = json.loads(before), json.loads(after)
        names = {*old["flags"], *new["flags"]}
    except (TypeError, ValueError, KeyError):
        return []
    return sorted(name for name in names if old["flags"].get(name) != new["flags"].get(name))


def _autoscaler(change: Candidate, scene: Scene) -> int:
    spec, status = change.body.get("spec", {}), change.body.get("status", {})
    target = spec.get("scaleTargetRef", {}).get("name", "")
    if scene.culprit.callee not in (component(target), change.own_name):
        return NO
    is_largest = bool(status.get("currentReplicas")) and status["currentReplicas"] >= spec.get(
        "maxReplicas", 0
    )
    return FITS if is_largest and (scene.culprit.is_slow or not scene.culprit.calls.messages) else MAY


def _experiment(change: Candidate, scene: Scene) -> int:
    targets = {component(target) for target in change.targets}
    culprit = scene.culprit
    touched = targets & {culprit.caller, culprit.callee}
    if not touched:
        return NO
    kind = (change.edits.get("kind") or ("", change.kind))[1]
    if kind in ("NetworkChaos", "PodNetworkChaos"):
        return PROVEN if culprit.is_slow or culprit.says(f"{_TIMEOUT}|{_RESET}|{_REFUSED}") else MAY
    if kind == "DNSChaos":
        return PROVEN if culprit.says(_DNS) and culprit.caller in touched else NO
    if culprit.callee not in touched:
        return NO
    if kind == "PodChaos":
        return PROVEN if scene.is_down(culprit.callee) or culprit.says(UNREACHABLE) else MAY
    if kind in ("JVMChaos", "HTTPChaos"):
        return PROVEN if not culprit.says(_DNS) else MAY
    if kind == "TimeChaos":
        return PROVEN if culprit.says(_CLOCK) else NO
    return FITS if culprit.is_slow or culprit.says(_TIMEOUT) or scene.trouble(culprit.callee) else MAY


def _secret(change: Candidate, scene: Scene) -> int:
    return (
        PROVEN
        if scene.culprit.says(_AUTH)
        and component(change.targets[0]) in (scene.culprit.caller, scene.culprit.callee)
        else NO
    )


def _inside(change: Candidate, scene: Scene) -> int:
    """Judge something done inside a container, which no object shows: the target's own words must."""
    if component(change.own_name) != scene.culprit.callee:
        return NO
    words = f"{_AUTH}|no space|disk|lock|relation .* does not exist|out of memory|oom|read.?only"
    if scene.culprit.says(words):
        return PROVEN
    return MAY if scene.culprit.is_slow else NO


_RULES: Final[Mapping[str, Callable[[Candidate, Scene], int]]] = {
    "Deployment": _workload,
    "StatefulSet": _workload,
    "DaemonSet": _workload,
    "Service": _service,
    "NetworkPolicy": _network_policy,
    "ResourceQuota": _quota,
    "LimitRange": _limit_range,
    "Node": _node,
    "ConfigMap": _config_map,
    "HorizontalPodAutoscaler": _autoscaler,
    "Schedule": _experiment,
    "Secret": _secret,
    "Inside": _inside,
}
