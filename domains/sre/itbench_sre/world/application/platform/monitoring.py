"""Objects that tell Prometheus what to scrape and when to alert, and budgets of the standing workloads."""

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.platform.parts import Standing
from itbench_sre.world.store.refs import JsonObject

_MONITORING = "monitoring.coreos.com/v1"
_LABELS = {"app": "kube-prometheus-stack", "release": "prometheus"}
# Group of rules -> (alert, expression, how long, severity).
_RULES: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "general.rules": (
        ("TargetDown", "100 * (count by (job) (up == 0) / count by (job) (up)) > 10", "10m", "warning"),
        ("Watchdog", "vector(1)", "", "none"),
        ("InfoInhibitor", 'ALERTS{severity="info"} == 1', "", "none"),
    ),
    "kubernetes-apps": (
        ("KubePodCrashLooping",
         'max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1', "15m", "warning"),
        ("KubePodNotReady",
         'sum by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown"}) > 0', "15m", "warning"),
        ("KubeHpaMaxedOut", ("kube_horizontalpodautoscaler_status_current_replicas == "
          "kube_horizontalpodautoscaler_spec_max_replicas"), "15m", "warning"),
        ("KubeContainerWaiting", "kube_pod_container_status_waiting_reason > 0", "1h", "warning"),
    ),
    "kubernetes-resources": (
        ("CPUThrottlingHigh", ("increase(container_cpu_cfs_throttled_periods_total[5m]) / "
          "increase(container_cpu_cfs_periods_total[5m]) > 0.25"), "15m", "info"),
        ("KubeQuotaFullyUsed", 'kube_resourcequota{type="used"} / ignoring(type) kube_resourcequota{type="hard"} == 1',
         "15m", "info"),
    ),
    "kubernetes-system": (
        ("KubeClientCertificateExpiration", "apiserver_client_certificate_expiration_seconds_count > 0", "", "warning"),
        ("KubeControllerManagerDown", 'absent(up{job="kube-controller-manager"} == 1)', "15m", "critical"),
        ("KubeSchedulerDown", 'absent(up{job="kube-scheduler"} == 1)', "15m", "critical"),
    ),
    "prometheus": (
        ("PrometheusNotConnectedToAlertmanagers",
         "max_over_time(prometheus_notifications_alertmanagers_discovered[5m]) < 1", "10m", "warning"),
    ),
}  # fmt: skip
_BUDGETS = ("coredns", "istiod", "opensearch-master", "metrics-server")


def monitoring(rows: tuple[Standing, ...]) -> list[JsonObject]:
    """Return the objects for these workloads."""
    made = [_rule(name, rules) for name, rules in _RULES.items()]
    for row in rows:
        if row.service and row.release[1]:
            made.append(_monitor(row))
        if row.name in _BUDGETS:
            made.append(
                k8s.disruption_budget(
                    row.service_name or row.name,
                    row.namespace,
                    row.labels,
                    most_missing=1,
                    labels=row.own_labels,
                )
            )
    return made


def _rule(group: str, rules: tuple[tuple[str, str, str, str], ...]) -> JsonObject:
    written = []
    for alert, expression, long, severity in rules:
        rule: JsonObject = {"alert": alert, "expr": expression, "labels": {"severity": severity}}
        if long:
            rule["for"] = long
        written.append(rule)
    body = k8s.thing(
        "PrometheusRule",
        f"prometheus-kube-prometheus-{group}",
        api_version=_MONITORING,
        namespace="prometheus",
        labels=_LABELS,
        spec={"groups": [{"name": group, "rules": written}]},
    )
    body["metadata"]["generation"] = 1
    return body


def _monitor(row: Standing) -> JsonObject:
    body = k8s.thing(
        "ServiceMonitor",
        row.name,
        api_version=_MONITORING,
        namespace=row.namespace,
        labels=_LABELS,
        spec={
            "endpoints": [{"port": next(iter(row.service)).removesuffix("/udp")}],
            "selector": {"matchLabels": row.labels},
        },
    )
    body["metadata"]["generation"] = 1
    return body
