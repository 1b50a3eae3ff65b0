"""The demo's OpenTelemetry collector, as its own chart 0.134.0 applies it."""

import yaml

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.application.otel_demo.sizes import SIZES
from itbench_sre.world.store.refs import JsonObject

_NAME = "otel-collector"
_SPACE = "otel-demo"
_IMAGE = "otel/opentelemetry-collector-contrib:0.135.0"
_RELEASE = {"meta.helm.sh/release-name": "otel-demo", "meta.helm.sh/release-namespace": _SPACE}
_LABELS = {
    "app.kubernetes.io/component": "standalone-collector",
    "app.kubernetes.io/instance": "otel-demo",
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/name": "opentelemetry-collector",
    "app.kubernetes.io/part-of": "opentelemetry-collector",
    "app.kubernetes.io/version": "0.135.0",
    "helm.sh/chart": "opentelemetry-collector-0.134.0",
}
_PODS = {
    "app.kubernetes.io/instance": "otel-demo",
    "app.kubernetes.io/name": "opentelemetry-collector",
    "component": "standalone-collector",
}
_PORTS = {
    "demo-metrics": 8889,
    "jaeger-compact/udp": 6831,
    "jaeger-grpc": 14250,
    "jaeger-thrift": 14268,
    "metrics": 8888,
    "otlp": 4317,
    "otlp-http": 4318,
    "zipkin": 9411,
}
_PROCESSORS = ["k8sattributes", "memory_limiter", "resourcedetection", "resource", "batch"]
_RELAY = {
    "connectors": {
        "spanmetrics": {"dimensions": [{"default": _SPACE, "name": "namespace"}]},
    },
    "exporters": {
        "clickhouse": {
            "endpoint": "http://clickhouse-clickhouse.clickhouse.svc.cluster.local:8123",
            "logs_table_name": "otel_demo_logs",
            "password": "",
            "traces_table_name": "otel_demo_traces",
            "username": "default",
        },
        "debug": {},
        "otlp": {
            "endpoint": "jaeger-collector.jaeger.svc.cluster.local:4317",
            "tls": {"insecure": True},
        },
        "prometheus": {"endpoint": "0.0.0.0:8889"},
    },
    "extensions": {"health_check": {"endpoint": "${env:MY_POD_IP}:13133"}},
    "processors": {
        "batch": {},
        "k8sattributes": {
            "extract": {"metadata": ["k8s.namespace.name", "k8s.deployment.name", "k8s.pod.name"]}
        },
        "memory_limiter": {"check_interval": "5s", "limit_percentage": 80, "spike_limit_percentage": 25},
        "resource": {
            "attributes": [
                {"action": "insert", "from_attribute": "k8s.pod.uid", "key": "service.instance.id"}
            ]
        },
        "resourcedetection": {"detectors": ["env", "system"]},
        "transform": {
            "error_mode": "ignore",
            "trace_statements": [
                {
                    "context": "span",
                    "statements": [
                        'replace_pattern(name, "\\\\?.*", "")',
                        'replace_match(name, "GET /api/products/*", "GET /api/products/{productId}")',
                    ],
                }
            ],
        },
    },
    "receivers": {
        "httpcheck/frontend-proxy": {"targets": [{"endpoint": "http://frontend-proxy:8080"}]},
        "nginx": {"collection_interval": "10s", "endpoint": "http://image-provider:8081/status"},
        "otlp": {
            "protocols": {
                "grpc": {"endpoint": "${env:MY_POD_IP}:4317"},
                "http": {"endpoint": "${env:MY_POD_IP}:4318"},
            }
        },
        "postgresql": {
            "endpoint": "postgresql:5432",
            "password": "otel",
            "tls": {"insecure": True},
            "username": "root",
        },
        "redis": {"collection_interval": "10s", "endpoint": "valkey-cart:6379", "username": "valkey"},
    },
    "service": {
        "extensions": ["health_check"],
        "pipelines": {
            "logs": {
                "exporters": ["clickhouse", "debug"],
                "processors": _PROCESSORS,
                "receivers": ["otlp"],
            },
            "metrics": {
                "exporters": ["debug", "prometheus"],
                "processors": _PROCESSORS,
                "receivers": [
                    "httpcheck/frontend-proxy",
                    "nginx",
                    "otlp",
                    "postgresql",
                    "redis",
                    "spanmetrics",
                ],
            },
            "traces": {
                "exporters": ["clickhouse", "debug", "otlp", "spanmetrics"],
                "processors": [*_PROCESSORS[:4], "transform", "batch"],
                "receivers": ["otlp"],
            },
        },
    },
}


def objects() -> list[JsonObject]:
    """Return the collector's objects."""
    return [
        k8s.service_account(_NAME, _SPACE, _LABELS, _RELEASE),
        k8s.config_map(_NAME, _SPACE, {"relay": yaml.safe_dump(_RELAY)}, _LABELS, _RELEASE),
        _cluster_role(),
        k8s.role_binding("ClusterRoleBinding", _NAME, _NAME, _NAME, _SPACE, _LABELS, _RELEASE),
        _service(),
        _deployment(),
    ]


def _cluster_role() -> JsonObject:
    verbs = ["get", "watch", "list"]
    return k8s.thing(
        "ClusterRole",
        _NAME,
        api_version="rbac.authorization.k8s.io/v1",
        labels=_LABELS,
        annotations=_RELEASE,
        rules=[
            {"apiGroups": [""], "resources": ["pods", "namespaces"], "verbs": verbs},
            {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": verbs},
        ],
    )


def _service() -> JsonObject:
    ports = [
        k8s.port(
            number,
            name.removesuffix("/udp"),
            protocol="UDP" if name.endswith("/udp") else "TCP",
            app_protocol="grpc" if name == "otlp" else "",
        )
        for name, number in _PORTS.items()
    ]
    labels = {**_LABELS, "component": "standalone-collector"}
    return k8s.service(_NAME, _SPACE, ports, _PODS, labels=labels, annotations=_RELEASE)


def _deployment() -> JsonObject:
    container = k8s.container(
        "opentelemetry-collector",
        _IMAGE,
        ports=_PORTS,
        arguments=["--config=/conf/relay.yaml"],
        variables=k8s.env({"MY_POD_IP": ("field", "status.podIP"), "GOMEMLIMIT": "240MiB"}),
        resource=k8s.resources(*SIZES[_NAME]),
        mounts=[{"mountPath": "/conf", "name": "opentelemetry-collector-configmap"}],
        probes={
            "livenessProbe": k8s.http_probe("/", 13133),
            "readinessProbe": k8s.http_probe("/", 13133),
        },
    )
    source = {"defaultMode": 420, "items": [{"key": "relay", "path": "relay.yaml"}], "name": _NAME}
    pod = k8s.pod_spec(
        [container],
        volumes=[{"configMap": source, "name": "opentelemetry-collector-configmap"}],
        account=_NAME,
        automountServiceAccountToken=True,
    )
    annotations = {
        "checksum/config": "4fd2c0a1be9377c0b6f1d5e8a2934710c6de58fb0a7f3c92d41e86b57a90cd33",
        "openshift.io/required-scc": "restricted-v2",
    }
    return k8s.deployment(
        _NAME,
        _SPACE,
        template(_PODS, pod, annotations),
        _PODS,
        labels=_LABELS,
        annotations=_RELEASE,
    )
