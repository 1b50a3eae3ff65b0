"""What stands in the configuration files of the standing workloads."""

import yaml

COREFILE = """.:53 {
    errors
    health {
      lameduck 5s
    }
    kubernetes cluster.local. in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
      ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
      max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
"""

KUBE_PROXY = yaml.safe_dump(
    {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "clusterCIDR": "100.96.0.0/11",
        "conntrack": {"maxPerCore": 131072, "min": 131072},
        "kind": "KubeProxyConfiguration",
        "mode": "iptables",
    }
)
_EXPORT = {
    "clickhouse": {
        "endpoint": "http://clickhouse-clickhouse.clickhouse.svc.cluster.local:8123",
        "logs_table_name": "kubernetes_objects_snapshot",
        "password": "",
        "username": "default",
    },
    "debug": {},
}
# API group -> resources of which the whole list is written every five minutes.
_PULLED = {
    "": (
        "pods", "services", "endpoints", "configmaps", "serviceaccounts", "namespaces", "nodes",
        "persistentvolumeclaims", "persistentvolumes", "resourcequotas", "limitranges", "replicationcontrollers",
    ),
    "apps": ("deployments", "daemonsets", "statefulsets", "replicasets"),
    "batch": ("jobs", "cronjobs"),
    "networking.k8s.io": ("ingresses", "networkpolicies"),
    "rbac.authorization.k8s.io": ("roles", "rolebindings", "clusterroles", "clusterrolebindings"),
    "storage.k8s.io": ("storageclasses", "volumeattachments"),
    "autoscaling": ("horizontalpodautoscalers",),
    "policy": ("poddisruptionbudgets",),
    "apiextensions.k8s.io": ("customresourcedefinitions",),
}  # fmt: skip


def _collector(objects: list[dict[str, str]], table: str) -> str:
    exporters = {**_EXPORT, "clickhouse": {**_EXPORT["clickhouse"], "logs_table_name": table}}
    pipeline = {"exporters": ["debug", "clickhouse"], "receivers": ["k8sobjects"]}
    return yaml.safe_dump(
        {
            "exporters": exporters,
            "receivers": {"k8sobjects": {"objects": objects}},
            "service": {"pipelines": {"logs": pipeline}},
        }
    )


OBJECTS_COLLECTOR = _collector(
    [
        ({"group": group} if group else {}) | {"interval": "5m", "mode": "pull", "name": name}
        for group, names in _PULLED.items()
        for name in names
    ],
    "kubernetes_objects_snapshot",
)
EVENTS_COLLECTOR = _collector(
    [
        {"mode": "watch", "name": "events"},
        {"group": "events.k8s.io", "mode": "watch", "name": "events"},
    ],
    "kubernetes_events",
)
PROMETHEUS = yaml.safe_dump(
    {
        "global": {"evaluation_interval": "30s", "scrape_interval": "30s"},
        "rule_files": ["/etc/prometheus/rules/*.yaml"],
        "scrape_configs": [
            {"job_name": name, "kubernetes_sd_configs": [{"role": "endpoints"}]}
            for name in ("kubelet", "kube-state-metrics", "node-exporter", "otel-collector")
        ],
    }
)
CLICKHOUSE = "<clickhouse>\n  <macros>\n    <shard>0</shard>\n    <replica>clickhouse-0</replica>\n  </macros>\n</clickhouse>\n"
ISTIO_MESH = yaml.safe_dump(
    {
        "accessLogFile": "/dev/stdout",
        "defaultConfig": {"discoveryAddress": "istiod.istio-system.svc:15012"},
        "rootNamespace": "istio-system",
        "trustDomain": "cluster.local",
    }
)
