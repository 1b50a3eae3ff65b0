"""The demo's objects as Helm applies chart 0.38.6, with the sizes that ITBench's clusters give it."""

import json
from collections.abc import Mapping

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.application.otel_demo.environments import ENVIRONMENTS
from itbench_sre.world.application.otel_demo.flags import FLAG_FILE
from itbench_sre.world.application.otel_demo.sizes import SIZES, USERS
from itbench_sre.world.application.otel_demo.vocabulary import PRODUCTS
from itbench_sre.world.store.refs import JsonObject

NAMESPACE = "otel-demo"
VERSION = "2.1.3"
REPOSITORY = "ghcr.io/open-telemetry/demo"
IMAGES = {
    "flagd": "ghcr.io/open-feature/flagd:v0.12.8",
    "valkey-cart": "valkey/valkey:8.1.3-alpine",
    "otel-collector": "otel/opentelemetry-collector-contrib:0.135.0",
}
_RELEASE = {"meta.helm.sh/release-name": "otel-demo", "meta.helm.sh/release-namespace": NAMESPACE}
_CHART = {
    "app.kubernetes.io/managed-by": "Helm",
    "app.kubernetes.io/part-of": "opentelemetry-demo",
    "app.kubernetes.io/version": VERSION,
    "helm.sh/chart": "opentelemetry-demo-0.38.6",
}
_SCC = {"openshift.io/required-scc": "restricted-v2"}
# Pods that listen: name -> ports by name. The others have no Service.
_PORTS: Mapping[str, Mapping[str, int]] = {
    **{
        name: {"service": 8080}
        for name in (
            "ad", "cart", "checkout", "currency", "email", "frontend", "frontend-proxy", "payment", "product-catalog",
            "quote", "recommendation", "shipping",
        )
    },
    "flagd": {"rpc": 8013, "ofrep": 8016},
    "image-provider": {"service": 8081},
    "kafka": {"plaintext": 9092, "controller": 9093},
    "load-generator": {"service": 8089},
    "postgresql": {"service": 5432},
    "valkey-cart": {"valkey-cart": 6379},
}  # fmt: skip
_WAITS = {
    "accounting": ("kafka", 9092),
    "cart": ("valkey-cart", 6379),
    "checkout": ("kafka", 9092),
    "fraud-detection": ("kafka", 9092),
}
_NAMES = (
    "accounting", "ad", "cart", "checkout", "currency", "email", "flagd", "fraud-detection", "frontend",
    "frontend-proxy", "image-provider", "kafka", "load-generator", "payment", "postgresql", "product-catalog", "quote",
    "recommendation", "shipping", "valkey-cart",
)  # fmt: skip


def labels(name: str) -> dict[str, str]:
    """Return the labels of a component's own objects."""
    return {
        "app.kubernetes.io/component": name,
        "app.kubernetes.io/name": name,
        "opentelemetry.io/name": name,
        **_CHART,
    }


def objects() -> list[JsonObject]:
    """Return everything, in the order in which the release tool creates it."""
    return [
        k8s.namespace(
            NAMESPACE,
            {"istio.io/dataplane-mode": "ambient", "it-bench/monitoring": "true"},
            {
                "openshift.io/sa.scc.mcs": "s0:c30,c10",
                "openshift.io/sa.scc.supplemental-groups": "1/1000",
                "openshift.io/sa.scc.uid-range": "1/2000",
            },
        ),
        k8s.service_account("otel-demo", NAMESPACE, _CHART, _RELEASE),
        *_configuration(),
        *(_service(name) for name in _NAMES if name in _PORTS),
        *(_deployment(name) for name in _NAMES),
        *(
            k8s.autoscaler(name, NAMESPACE, name, 1, 10, cpu_per_cent=70)
            for name in ("frontend", "recommendation")
        ),
    ]


def image_of(name: str) -> str:
    """Return the image that a component runs."""
    return IMAGES.get(name, f"{REPOSITORY}:{VERSION}-{name}")


def _configuration() -> list[JsonObject]:
    products = {
        "products": [
            {
                "id": product,
                "name": name,
                "categories": list(categories),
                "picture": picture,
                "priceUsd": {"currencyCode": "USD", "units": cents // 100, "nanos": cents % 100 * 10_000_000},
            }
            for product, name, categories, picture, cents in PRODUCTS
        ]
    }
    return [
        k8s.config_map("flagd-config", NAMESPACE, {"demo.flagd.json": FLAG_FILE}, _CHART, _RELEASE),
        k8s.config_map(
            "product-catalog-products",
            NAMESPACE,
            {"products.json": json.dumps(products, indent=2) + "\n"},
            _CHART,
            _RELEASE,
        ),
    ]


def _service(name: str) -> JsonObject:
    ports = [
        k8s.port(number, "tcp-service" if key == "service" else key) for key, number in _PORTS[name].items()
    ]
    if name == "flagd":
        ports.append(k8s.port(4000, "tcp-service-0"))
    return k8s.service(
        name,
        NAMESPACE,
        ports,
        {"opentelemetry.io/name": name},
        labels=labels(name),
        annotations=_RELEASE,
    )


def _deployment(name: str) -> JsonObject:
    of_pods = {
        "app.kubernetes.io/component": name,
        "app.kubernetes.io/name": name,
        "opentelemetry.io/name": name,
    }
    containers = [_container(name)]
    if name == "flagd":
        containers.append(_container("flagd-ui"))
    pod = k8s.pod_spec(
        containers,
        init=_init(name),
        volumes=_volumes(name),
        account="otel-demo",
        security={"runAsNonRoot": True, "runAsUser": USERS[name]}
        if name in ("accounting", "image-provider")
        else {},
    )
    return k8s.deployment(
        name,
        NAMESPACE,
        template(of_pods, pod, _SCC),
        {"opentelemetry.io/name": name},
        labels=labels(name),
        annotations=_RELEASE,
    )


def _container(name: str) -> JsonObject:
    ports = {"service": 4000} if name == "flagd-ui" else _PORTS.get(name, {})
    mounts = {
        "flagd": [{"mountPath": "/etc/flagd", "name": "config-rw"}],
        "flagd-ui": [{"mountPath": "/app/data", "name": "config-rw"}],
        "product-catalog": [{"mountPath": "/usr/src/app/products", "name": "product-catalog-products"}],
    }
    user = USERS.get(name, 0) if name not in _BY_POD else 0
    return k8s.container(
        name,
        image_of(name),
        ports=ports,
        variables=k8s.env(_variables(name)),
        resource=k8s.resources(*SIZES[name]),
        command=_COMMANDS.get(name, ()),
        mounts=mounts.get(name, ()),
        security={"runAsGroup": user, "runAsNonRoot": True, "runAsUser": user} if user else {},
    )


_BY_POD = ("accounting", "image-provider")  # their user stands in the pod's security context
_COMMANDS = {
    "flagd": (
        "/flagd-build", "start", "--port", "8013", "--ofrep-port", "8016", "--uri",
        "file:./etc/flagd/demo.flagd.json",
    ),
}  # fmt: skip


def _variables(name: str) -> dict[str, str | tuple[str, ...]]:
    return {
        "OTEL_SERVICE_NAME": ("field", "metadata.labels['app.kubernetes.io/component']"),
        "OTEL_COLLECTOR_NAME": "otel-collector",
        "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE": "cumulative",
        **ENVIRONMENTS.get(name, {}),
        "OTEL_RESOURCE_ATTRIBUTES": "service.name=$(OTEL_SERVICE_NAME),service.namespace=opentelemetry-demo,"
        f"service.version={VERSION}",
    }


def _init(name: str) -> list[JsonObject]:
    if name == "flagd":
        script = "cp /config-ro/demo.flagd.json /config-rw/demo.flagd.json && cat /config-rw/demo.flagd.json"
        mounts = [
            {"mountPath": "/config-ro", "name": "config-ro"},
            {"mountPath": "/config-rw", "name": "config-rw"},
        ]
        return [
            k8s.container(
                "init-config", "busybox", command=("sh", "-c", script), mounts=mounts, pull="Always"
            )
        ]
    if name not in _WAITS:
        return []
    host, port = _WAITS[name]
    script = f"until nc -z -v -w30 {host} {port}; do echo waiting for {host}; sleep 2; done;"
    return [k8s.container(f"wait-for-{host}", "busybox:latest", command=("sh", "-c", script), pull="Always")]


def _volumes(name: str) -> list[JsonObject]:
    if name == "flagd":
        return [
            {"emptyDir": {}, "name": "config-rw"},
            {"configMap": {"defaultMode": 420, "name": "flagd-config"}, "name": "config-ro"},
        ]
    if name == "product-catalog":
        source = {"defaultMode": 420, "name": "product-catalog-products"}
        return [{"configMap": source, "name": "product-catalog-products"}]
    return []
