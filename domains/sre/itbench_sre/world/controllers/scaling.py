"""How many replicas an autoscaler wants: from use against requests, and within limits, windows and speeds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.controllers.pods import condition, is_terminating, time_us
from itbench_sre.world.controllers.resources import Amounts, amounts_of
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject

# Returns what a pod uses, in thousandths of a core and of a byte, as the metrics server has it; None where it has none.
Usage = Callable[[JsonObject], Amounts | None]

_INITIALIZATION_US = 5 * MINUTE_US
_READINESS_US = 30 * SECOND_US
_RULES: dict[str, JsonObject] = {
    "scaleUp": {
        "policies": [
            {"type": "Pods", "value": 4, "periodSeconds": 15},
            {"type": "Percent", "value": 100, "periodSeconds": 15},
        ],
        "selectPolicy": "Max",
        "stabilizationWindowSeconds": 0,
    },
    "scaleDown": {
        "policies": [{"type": "Percent", "value": 100, "periodSeconds": 15}],
        "selectPolicy": "Max",
        "stabilizationWindowSeconds": 300,
    },
}


class MetricsMissing(Exception):  # noqa: N818 - what the metrics server answers, in its words
    """A metric of which no replica count can be computed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one metric asks for.

    Attributes:
        utilization: percentage of requests in use.
        average: use of one pod, in thousandths.
    """

    replicas: int
    utilization: int
    average: int


@dataclass(slots=True)
class _Groups:
    """Pods with their use, and those that count with an assumed one."""

    used: dict[str, int] = field(default_factory=dict)
    unready: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def proposed(
    resource: str, target: JsonObject, pods: Sequence[JsonObject], current: int, usage: Usage, now_us: int
) -> Proposal:
    """Return the replicas that keep the use of a resource at its target.

    Raises:
        MetricsMissing: pods have no request, or no metrics are there.
    """
    groups = _grouped(resource, pods, usage, now_us)
    wants = {pod["metadata"]["name"]: amounts_of(pod).get(resource, 0) for pod in pods}
    is_share = target["type"] == "Utilization"
    if is_share:
        _check_requests(resource, pods)
    if not groups.used and not any(usage(pod) for pod in pods):
        words = (
            f"unable to get metrics for resource {resource}: no metrics returned from resource metrics API"
        )
        raise MetricsMissing(words)
    if not groups.used:
        raise MetricsMissing("did not receive metrics for targeted pods (pods might be unready)")
    goal = target["averageUtilization"] if is_share else thousandths(target["averageValue"])
    level = _level(groups.used, wants, is_share=is_share)
    average = sum(groups.used.values()) // len(groups.used)
    share = sum(groups.used.values()) * 100 // (sum(wants[name] for name in groups.used) or 1)
    replicas = _replicas(groups, wants, goal, level, current, is_share=is_share)
    return Proposal(replicas, share, average)


def _check_requests(resource: str, pods: Sequence[JsonObject]) -> None:
    for pod in pods:
        for container in pod["spec"]["containers"]:
            if resource not in ((container.get("resources") or {}).get("requests") or {}):
                name = pod["metadata"]["name"]
                raise MetricsMissing(
                    f"missing request for {resource} in container {container['name']} of Pod {name}"
                )


def _level(used: Mapping[str, int], wants: Mapping[str, int], *, is_share: bool) -> int:
    total = sum(used.values())
    if not is_share:
        return total // len(used)
    return total * 100 // (sum(wants[name] for name in used) or 1)


def _is_near(level: int, goal: int) -> bool:
    return abs(level - goal) * 10 <= goal


def _replicas(
    groups: _Groups, wants: Mapping[str, int], goal: int, level: int, current: int, *, is_share: bool
) -> int:
    rebalances = bool(groups.unready) and level > goal
    if not rebalances and not groups.missing:
        return current if _is_near(level, goal) else -(-level * len(groups.used) // goal)
    used = dict(groups.used)
    for name in groups.missing:
        # What is not known speaks against a change: as much as allowed when fewer are wanted, nothing when more.
        full = wants[name] * max(100, goal) // 100 if is_share else goal
        used[name] = full if level < goal else 0
    if rebalances:
        used.update(dict.fromkeys(groups.unready, 0))
    again = _level(used, wants, is_share=is_share)
    if _is_near(again, goal) or (level < goal < again) or (again < goal < level):
        return current
    replicas = -(-again * len(used) // goal)
    if (again < goal and replicas > current) or (again > goal and replicas < current):
        return current
    return replicas


def _grouped(resource: str, pods: Sequence[JsonObject], usage: Usage, now_us: int) -> _Groups:
    groups = _Groups()
    for pod in pods:
        name, phase = pod["metadata"]["name"], pod["status"].get("phase")
        if is_terminating(pod) or phase == "Failed":
            continue
        amounts = usage(pod)
        if phase == "Pending":
            groups.unready.append(name)
        elif amounts is None or resource not in amounts:
            groups.missing.append(name)
        elif resource == "cpu" and _is_starting(pod, now_us):
            groups.unready.append(name)
        else:
            groups.used[name] = amounts[resource]
    return groups


def _is_starting(pod: JsonObject, now_us: int) -> bool:
    ready, started = condition(pod, "Ready"), time_us(pod["status"].get("startTime"))
    if ready is None or not started:
        return True
    since_us = time_us(ready.get("lastTransitionTime"))
    if started + _INITIALIZATION_US > now_us:
        return ready["status"] == "False" or since_us + _READINESS_US > now_us
    return ready["status"] == "False" and started + _READINESS_US > since_us


def rules_of(autoscaler: JsonObject, direction: str) -> JsonObject:
    """Return the rules for `scaleUp` or `scaleDown`, completed as the API server completes them."""
    given = (autoscaler["spec"].get("behavior") or {}).get(direction) or {}
    return {**_RULES[direction], **{key: value for key, value in given.items() if value is not None}}


@dataclass(slots=True)
class History:
    """What an autoscaler remembers: recommendations, and changes made, each with its time."""

    recommended: list[tuple[int, int]] = field(default_factory=list)
    grown: list[tuple[int, int]] = field(default_factory=list)
    shrunk: list[tuple[int, int]] = field(default_factory=list)

    def note_change(self, before: int, after: int, now_us: int) -> None:
        """Remember a change of size."""
        (self.grown if after > before else self.shrunk).append((now_us, abs(after - before)))


def stabilized(
    autoscaler: JsonObject, history: History, current: int, wanted: int, now_us: int
) -> tuple[int, str, str]:
    """Return the size after looking back at recent recommendations, with the condition's reason and message."""
    up_us = rules_of(autoscaler, "scaleUp")["stabilizationWindowSeconds"] * SECOND_US
    down_us = rules_of(autoscaler, "scaleDown")["stabilizationWindowSeconds"] * SECOND_US
    longest_us = max(up_us, down_us)
    history.recommended = [each for each in history.recommended if each[0] > now_us - longest_us]
    lowest = min([wanted, *(size for at, size in history.recommended if at > now_us - up_us)])
    highest = max([wanted, *(size for at, size in history.recommended if at > now_us - down_us)])
    history.recommended.append((now_us, wanted))
    size = min(max(current, lowest), highest)
    if size < wanted:
        words = (
            "recent recommendations were lower than current one, applying the lowest recent recommendation"
        )
        return size, "ScaleUpStabilized", words
    if size > wanted:
        words = (
            "recent recommendations were higher than current one, applying the highest recent recommendation"
        )
        return size, "ScaleDownStabilized", words
    return size, "ReadyForNewScale", "recommended size matches current size"


def limited(
    autoscaler: JsonObject, history: History, current: int, wanted: int, now_us: int
) -> tuple[int, str, str, str]:
    """Return the size within limits and speeds, with status, reason and message of the condition ScalingLimited."""
    spec = autoscaler["spec"]
    least, most = spec["minReplicas"], spec["maxReplicas"]
    if wanted > current:
        speed = _most_now(rules_of(autoscaler, "scaleUp"), history.grown, current, now_us)
        if wanted > min(speed, most):
            if speed < most:
                words = "the desired replica count is increasing faster than the maximum scale rate"
                return max(speed, current), "True", "ScaleUpLimit", words
            words = "the desired replica count is more than the maximum replica count"
            return most, "True", "TooManyReplicas", words
    elif wanted < current:
        speed = _least_now(rules_of(autoscaler, "scaleDown"), history.shrunk, current, now_us)
        if wanted < max(speed, least):
            if speed > least:
                words = "the desired replica count is decreasing faster than the maximum scale rate"
                return min(speed, current), "True", "ScaleDownLimit", words
            words = "the desired replica count is less than the minimum replica count"
            return least, "True", "TooFewReplicas", words
    elif wanted > most:
        words = "the desired replica count is more than the maximum replica count"
        return most, "True", "TooManyReplicas", words
    elif wanted < least:
        words = "the desired replica count is less than the minimum replica count"
        return least, "True", "TooFewReplicas", words
    return wanted, "False", "DesiredWithinRange", "the desired count is within the acceptable range"


def _recent(changes: Sequence[tuple[int, int]], period_s: int, now_us: int) -> int:
    return sum(count for at, count in changes if at > now_us - period_s * SECOND_US)


def _most_now(rules: JsonObject, grown: Sequence[tuple[int, int]], current: int, now_us: int) -> int:
    if rules["selectPolicy"] == "Disabled":
        return current
    sizes: list[int] = []
    for policy in rules["policies"]:
        start = current - _recent(grown, policy["periodSeconds"], now_us)
        more = policy["value"] if policy["type"] == "Pods" else -(-start * policy["value"] // 100)
        sizes.append(start + more)
    return min(sizes) if rules["selectPolicy"] == "Min" else max(sizes)


def _least_now(rules: JsonObject, shrunk: Sequence[tuple[int, int]], current: int, now_us: int) -> int:
    if rules["selectPolicy"] == "Disabled":
        return current
    sizes: list[int] = []
    for policy in rules["policies"]:
        start = current + _recent(shrunk, policy["periodSeconds"], now_us)
        left = start - policy["value"] if policy["type"] == "Pods" else start * (100 - policy["value"]) // 100
        sizes.append(left)
    return max(sizes) if rules["selectPolicy"] == "Min" else min(sizes)
