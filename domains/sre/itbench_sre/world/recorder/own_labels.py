"""The labels that Prometheus itself adds to what it sends on."""

PROMETHEUS = {
    "prometheus": "prometheus/prometheus-kube-prometheus-prometheus",
    "prometheus_replica": "prometheus-prometheus-kube-prometheus-prometheus-0",
}
