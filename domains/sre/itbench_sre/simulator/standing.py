"""Alerts that fire in every healthy cluster of this make, and the recorder that polls all alerts."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US
from itbench_sre.world.clock.times import kubernetes_text, microseconds_stamp, prometheus_text
from itbench_sre.world.telemetry.promql import exponent_text

if TYPE_CHECKING:
    from itbench_sre.simulator.rules import Labels
    from itbench_sre.simulator.world import World

_GOLDEN = frozenset(
    {
        "FailedPodsDetected",
        "PendingPodsDetected",
        "RequestLatency",
        "RequestErrorRate",
        "KafkaConnectionClosureRate",
    }
)
_RUNBOOKS = "https://runbooks.prometheus-operator.dev/runbooks"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A standing alert; shown with a chance of `chance` percent in a cluster."""

    labels: dict[str, str]
    summary: str
    runbook: str
    value: float = 1.0
    chance: int = 100


_APISERVER = {"instance": "10.0.185.154:443", "job": "apiserver"}
_STANDING: tuple[Standing, ...] = (
    Standing(
        labels={"alertname": "Watchdog", "severity": "none"},
        summary="Always fires, to show that alerting works.",
        runbook="general/watchdog",
    ),
    Standing(
        labels={
            "alertname": "InfoInhibitor",
            "alertstate": "pending",
            "container": "coredns",
            "instance": "10.0.184.95:10250",
            "namespace": "kube-system",
            "service": "prometheus-kube-prometheus-kubelet",
            "severity": "none",
        },
        summary="Info-level alert inhibition.",
        runbook="general/infoinhibitor",
        chance=70,
    ),
    Standing(
        labels={"alertname": "KubeControllerManagerDown", "severity": "critical"},
        summary="Target disappeared from Prometheus target discovery.",
        runbook="kubernetes/kubecontrollermanagerdown",
        chance=80,
    ),
    Standing(
        labels={"alertname": "KubeSchedulerDown", "severity": "critical"},
        summary="Target disappeared from Prometheus target discovery.",
        runbook="kubernetes/kubeschedulerdown",
        chance=80,
    ),
    Standing(
        labels={
            "alertname": "CPUThrottlingHigh",
            "container": "node-exporter",
            "namespace": "prometheus",
            "severity": "info",
        },
        summary="Processes experience elevated CPU throttling.",
        runbook="kubernetes/cputhrottlinghigh",
        value=0.4122137404580153,
        chance=60,
    ),
    Standing(
        labels={"alertname": "KubeClientCertificateExpiration", **_APISERVER, "severity": "warning"},
        summary="Client certificate is about to expire.",
        runbook="kubernetes/kubeclientcertificateexpiration",
        value=44037.17260273972,
        chance=60,
    ),
    Standing(
        labels={
            "alertname": "PrometheusNotConnectedToAlertmanagers",
            "container": "prometheus",
            "endpoint": "http-web",
            "job": "prometheus-kube-prometheus-prometheus",
            "namespace": "prometheus",
            "severity": "warning",
        },
        summary="Prometheus is not connected to any Alertmanagers.",
        runbook="prometheus/prometheusnotconnectedtoalertmanagers",
        value=0.0,
        chance=70,
    ),
)


class AlertRecorder:
    """Polls the alerts once a minute into files, and writes down the first golden-signal alert after a fault."""

    def __init__(self, world: World, watch_us: int) -> None:
        self.files: dict[str, str] = {}
        self.shown: set[tuple[str, Labels]] = set()
        self._world = world
        self._random = world.random.fork("alerts")
        self._standing = [
            (
                alert,
                (world.start_us - self._random.delay_us(200, 900)) * 1000 + self._random.below(10**9),
            )
            for alert in _STANDING
            if self._random.below(100) < alert.chance
        ]
        self._tries = 0
        world.loop.at(world.start_us + self._random.below(40 * SECOND_US), self._poll)
        world.loop.at(watch_us, self._watch)

    def _poll(self) -> None:
        now_us = self._world.loop.now_us
        items = [_standing_item(alert, active_ns) for alert, active_ns in self._standing]
        firing = self._world.ruler.firing()
        self.shown |= {(alert.rule.name, alert.labels) for alert in firing}
        items += [alert.item() for alert in firing]
        name = f"alerts_at_{microseconds_stamp(now_us, '-')}.json"
        self.files[name] = json.dumps(items, indent=4)
        self._world.loop.after(MINUTE_US + self._random.below(700) - 200, self._poll)

    def _watch(self) -> None:
        now_us = self._world.loop.now_us
        self._tries += 1
        found = [alert.item() for alert in self._world.ruler.firing() if alert.rule.name in _GOLDEN]
        if not found and self._tries < 30:
            self._world.loop.after(15 * SECOND_US + self._random.below(90_000), self._watch)
            return
        content: dict[str, Any] = {
            "data": {"alerts": found},
            "status": "success",
            "timestamp": kubernetes_text(now_us),
        }
        name = f"alerts_in_alerting_state_{microseconds_stamp(now_us, '')}Z.json"
        self.files[name] = json.dumps(content, indent=4, sort_keys=True)


def _standing_item(alert: Standing, active_ns: int) -> dict[str, Any]:
    return {
        "labels": alert.labels,
        "annotations": {
            "description": alert.summary,
            "runbook_url": f"{_RUNBOOKS}/{alert.runbook}",
            "summary": alert.summary,
        },
        "state": "firing",
        "activeAt": prometheus_text(active_ns),
        "value": exponent_text(alert.value),
    }
