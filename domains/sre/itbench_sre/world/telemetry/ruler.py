"""Evaluates rule groups as Prometheus does, each at its own moment, and keeps the state of each alert."""

import re
from dataclasses import dataclass, field

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import prometheus_text
from itbench_sre.world.runtime.meters import Labels
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.telemetry.expressions import Selector, selectors_of
from itbench_sre.world.telemetry.promql import exponent_text, template_text
from itbench_sre.world.telemetry.rules import Group, Rule
from itbench_sre.world.telemetry.samples import Samples

PAGE = "page"
"""The severity of rules that call an engineer."""

_LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")


@dataclass(slots=True, kw_only=True)
class Alert:
    """An alert whose condition holds: pending, then firing.

    Attributes:
        value: of the expression when it was last evaluated.
    """

    rule: Rule
    labels: Labels
    active_ns: int
    value: float
    is_firing: bool = False

    def item(self) -> JsonObject:
        """Return the alert as `/api/v1/alerts` shows it."""
        labels = {**dict(self.labels), "alertname": self.rule.alert, "severity": self.rule.severity}
        known = dict(self.labels)
        text = _LABEL.sub(lambda match: known.get(match[1], ""), self.rule.description)
        return {
            "labels": dict(sorted(labels.items())),
            "annotations": {"description": text.replace("{{ $value }}", template_text(self.value))},
            "state": "firing" if self.is_firing else "pending",
            "activeAt": prometheus_text(self.active_ns),
            "value": exponent_text(self.value),
        }


AlertKey = tuple[str, Labels]
"""Name and labels of an alert; rules of one name and different severities are told apart by the severity."""


@dataclass(slots=True)
class Ruler:
    """The state of all alerts.

    Attributes:
        active: pending and firing alerts, by group, place in the group and labels.
        fired: when each alert first fired, in ns, in order; kept for as long as the world lives.
        severity: of the rules that are evaluated; empty for all.
    """

    loop: Loop
    samples: Samples
    groups: tuple[Group, ...]
    seed: int
    active: dict[tuple[int, int, Labels], Alert] = field(default_factory=dict)
    fired: dict[AlertKey, list[int]] = field(default_factory=dict)
    severity: str = ""

    def start(self) -> None:
        """Schedule the groups, each at its own moment of its interval, as Prometheus spreads them."""
        for place, group in enumerate(self.groups):
            interval_ns = group.interval_s * 1_000_000_000
            offset_ns = Randomness(mixed(self.seed, f"rule group {group.name}")).below(interval_ns)
            now_ns = self.loop.now_us * 1000
            self._schedule(place, now_ns - now_ns % interval_ns + interval_ns + offset_ns)

    def only(self, severity: str) -> list[Selector]:
        """Evaluate rules of one severity only from now on; return what they select."""
        self.severity = severity
        rules = [rule for group in self.groups for rule in group.rules if rule.severity == severity]
        return [found for rule in rules for found in selectors_of(rule.expression)]

    def firing(self) -> list[Alert]:
        """Return what fires now, in the order of the groups, their rules and the labels."""
        return [self.active[key] for key in sorted(self.active) if self.active[key].is_firing]

    def _schedule(self, place: int, time_ns: int) -> None:
        self.loop.at(-(-time_ns // 1000), self._evaluate, place, time_ns)

    def _evaluate(self, place: int, time_ns: int) -> None:
        group = self.groups[place]
        rules = [each for each in enumerate(group.rules) if self.severity in ("", each[1].severity)]
        if not rules:
            return
        for number, rule in rules:
            self._apply(place, number, rule, time_ns)
        self._schedule(place, time_ns + group.interval_s * 1_000_000_000)

    def _apply(self, place: int, number: int, rule: Rule, time_ns: int) -> None:
        seen = set()
        for labels, value in rule.expression.evaluate(self.samples, time_ns // 1_000_000):
            key = (place, number, labels)
            seen.add(key)
            alert = self.active.get(key)
            if alert is None:
                alert = Alert(rule=rule, labels=labels, active_ns=time_ns, value=value)
                self.active[key] = alert
            alert.value = value
            if not alert.is_firing and time_ns - alert.active_ns >= rule.for_s * 1_000_000_000:
                alert.is_firing = True
                self.fired.setdefault((rule.alert, labels), []).append(time_ns)
        gone = [key for key in self.active if key[0] == place and key[1] == number and key not in seen]
        for key in gone:
            del self.active[key]
