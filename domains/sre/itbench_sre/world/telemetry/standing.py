"""Alerts that fire in every healthy cluster of this make: of monitoring itself, and of its control plane."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from itbench_sre.world.clock.loop import SECOND_US
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.clock.times import prometheus_text
from itbench_sre.world.store.paths import value_at
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.promql import exponent_text

_RUNBOOKS = "https://runbooks.prometheus-operator.dev/runbooks"
_PLACE = re.compile(r"\{([a-z -]+)\}")
_APISERVER = (("instance", "{control-plane}:443"), ("job", "apiserver"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A standing alert.

    Attributes:
        per_cent: of clusters that have it.
        goes_with: the alert whose chance decides about this one too, for those that come together; empty for its own.
        first_s: seconds of the recording after which it begins at the earliest, and at the latest; negative where that was
            before it.
        labels: with places such as `{control-plane}`, an address of this cluster.
        values: least and most of its expression, in millionths at the start; it falls by `falls` of them a second.
        gap_per_cent: how often it is away, as what it watches comes and goes.
    """

    alert: str
    severity: str
    summary: str
    description: str
    runbook: str
    labels: tuple[tuple[str, str], ...] = ()
    per_cent: int = 100
    goes_with: str = ""
    first_s: tuple[int, int] = (-900, -360)
    values: tuple[int, int] = (1_000_000, 1_000_000)
    falls: int = 0
    wobbles: int = 0
    gap_per_cent: int = 0


_STANDING: tuple[Standing, ...] = (
    Standing(
        alert="Watchdog",
        severity="none",
        summary="Alerting works.",
        description="Fires always, so that its absence shows that alerts no longer arrive.",
        runbook="general/watchdog",
    ),
    Standing(
        alert="InfoInhibitor",
        severity="none",
        summary="Alerts of level info are held back.",
        description="Fires while an alert of level info does and no worse one of the same namespace.",
        runbook="general/infoinhibitor",
        labels=(
            ("alertstate", "pending"),
            ("container", "metrics-server"),
            ("instance", "{metrics-server host}:10250"),
            ("namespace", "metrics-server"),
            ("pod", "{metrics-server}"),
            ("service", "prometheus-kube-prometheus-kubelet"),
        ),
        per_cent=85,
    ),
    Standing(
        alert="CPUThrottlingHigh",
        severity="info",
        summary="Processes are throttled more than they should be.",
        description="The container metrics-server of pod {metrics-server} in namespace metrics-server is throttled "
        "in more than 25% of its periods.",
        runbook="kubernetes/cputhrottlinghigh",
        labels=(
            ("container", "metrics-server"),
            ("instance", "{metrics-server host}:10250"),
            ("namespace", "metrics-server"),
            ("pod", "{metrics-server}"),
            ("service", "prometheus-kube-prometheus-kubelet"),
        ),
        per_cent=65,
        goes_with="InfoInhibitor",
        first_s=(480, 900),
        values=(270_000, 520_000),
        wobbles=40_000,
    ),
    Standing(
        alert="KubeClientCertificateExpiration",
        severity="warning",
        summary="A client's certificate expires soon.",
        description="A certificate that a client of the API server uses expires in less than 7.0 days.",
        runbook="kubernetes/kubeclientcertificateexpiration",
        labels=_APISERVER,
        per_cent=70,
        values=(9_000_000_000, 84_000_000_000),
        falls=1_000_000,
        wobbles=90_000_000,
        gap_per_cent=35,
    ),
    Standing(
        alert="KubeClientCertificateExpiration",
        severity="critical",
        summary="A client's certificate expires soon.",
        description="A certificate that a client of the API server uses expires in less than 24.0 hours.",
        runbook="kubernetes/kubeclientcertificateexpiration",
        labels=_APISERVER,
        per_cent=70,
        values=(9_000_000_000, 84_000_000_000),
        falls=1_000_000,
        wobbles=90_000_000,
        gap_per_cent=35,
    ),
    Standing(
        alert="PrometheusNotConnectedToAlertmanagers",
        severity="warning",
        summary="Prometheus has no Alertmanager.",
        description="Prometheus prometheus/prometheus-prometheus-kube-prometheus-prometheus-0 reaches no Alertmanager.",
        runbook="prometheus/prometheusnotconnectedtoalertmanagers",
        labels=(
            ("container", "prometheus"),
            ("endpoint", "http-web"),
            ("instance", "{prometheus address}:9090"),
            ("job", "prometheus-kube-prometheus-prometheus"),
            ("namespace", "prometheus"),
            ("pod", "prometheus-prometheus-kube-prometheus-prometheus-0"),
            ("service", "prometheus-kube-prometheus-prometheus"),
        ),
        first_s=(500, 800),
        values=(0, 0),
    ),
    Standing(
        alert="KubeControllerManagerDown",
        severity="critical",
        summary="A target is no longer found.",
        description="KubeControllerManager is not among the targets of Prometheus.",
        runbook="kubernetes/kubecontrollermanagerdown",
        first_s=(900, 960),
        per_cent=80,
    ),
    Standing(
        alert="KubeSchedulerDown",
        severity="critical",
        summary="A target is no longer found.",
        description="KubeScheduler is not among the targets of Prometheus.",
        runbook="kubernetes/kubeschedulerdown",
        first_s=(900, 960),
        per_cent=80,
    ),
)


class StandingAlerts:
    """Those of one cluster; `since_us` is when recording begins."""

    def __init__(self, seed: int, since_us: int, store: Store) -> None:
        self._seed = mixed(seed, "standing alerts")
        self._since_us = since_us
        self._places = _places(store)
        self._chosen = [alert for alert in _STANDING if self._is_chosen(alert)]

    def items(self, now_us: int) -> list[JsonObject]:
        """Return what fires at a time, as `/api/v1/alerts` shows it."""
        return list(self._items(now_us))

    def _is_chosen(self, alert: Standing) -> bool:
        # One draw a name: the two severities of a certificate come together.
        return Randomness(mixed(self._seed, alert.goes_with or alert.alert)).below(100) < alert.per_cent

    def _items(self, now_us: int) -> Iterator[JsonObject]:
        for alert in self._chosen:
            random = Randomness(mixed(self._seed, f"{alert.alert} began"))
            began_us = self._since_us + random.delay_us(*alert.first_s)
            began_ns = began_us * 1000 + random.below(1000)
            minute = now_us // (60 * SECOND_US)
            noise = Randomness(mixed(self._seed, f"{alert.alert} {minute}"))
            is_away = noise.below(100) < alert.gap_per_cent
            if now_us < began_us or is_away:
                continue
            fallen = alert.falls * ((now_us - self._since_us) // SECOND_US)
            start = Randomness(mixed(self._seed, f"{alert.alert} value")).between(*alert.values)
            value = start - fallen + (noise.below(alert.wobbles) if alert.wobbles else 0)
            yield _item(alert, self._places, began_ns, value / 1_000_000)


def _places(store: Store) -> dict[str, str]:
    """Return what the places of labels stand for; empty texts for what a cluster does not have."""
    made = {}
    for node in store.list("Node"):
        if "node-role.kubernetes.io/control-plane" in node["metadata"].get("labels", {}):
            addresses = value_at(node, ("status", "addresses"), ())
            made["control-plane"] = next((item["address"] for item in addresses), "")
    for namespace, name in (
        ("metrics-server", "metrics-server"),
        ("prometheus", "prometheus-prometheus-kube"),
    ):
        for pod in store.list("Pod", namespace):
            if pod["metadata"]["name"].startswith(name):
                made[namespace] = pod["metadata"]["name"]
                made[f"{namespace} host"] = value_at(pod, ("status", "hostIP"), "")
                made[f"{namespace} address"] = value_at(pod, ("status", "podIP"), "")
    return made


def _item(alert: Standing, places: Mapping[str, str], active_ns: int, value: float) -> JsonObject:
    labels = {"alertname": alert.alert, "severity": alert.severity}
    labels |= {key: _in_place(text, places) for key, text in alert.labels}
    return {
        "labels": dict(sorted(labels.items())),
        "annotations": {
            "description": _in_place(alert.description, places),
            "runbook_url": f"{_RUNBOOKS}/{alert.runbook}",
            "summary": alert.summary,
        },
        "state": "firing",
        "activeAt": prometheus_text(active_ns),
        "value": exponent_text(value),
    }


def _in_place(text: str, places: Mapping[str, str]) -> str:
    return _PLACE.sub(lambda found: places.get(found[1], ""), text)
