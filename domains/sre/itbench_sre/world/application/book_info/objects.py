"""BookInfo's objects: those of Istio's sample, its gateway and waypoint, policies of the mesh, and the load."""

from collections.abc import Mapping

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.store.refs import JsonObject

SPACE = "bookinfo"
TAG = "1.20.3"
ISTIO = "docker.io/istio/proxyv2:1.27.1"
WAYPOINT = "docker.io/istio/proxyv2-waypoint:1.27.1"
CURL = "registry.access.redhat.com/ubi10-minimal:10.1-1764604111"
STORES = {
    "mysql": "docker.io/istio/examples-bookinfo-mysqldb:1.20.3",
    "mongodb": "docker.io/istio/examples-bookinfo-mongodb:1.20.3",
}
_AMBIENT = {"istio.io/dataplane-mode": "ambient"}
_GATEWAY_API = "gateway.networking.k8s.io/v1"
_SECURITY = "security.istio.io/v1"


def image(name: str) -> str:
    """Return the image of a workload such as `reviews-v2`."""
    return f"docker.io/istio/examples-bookinfo-{name}:{TAG}"


def objects(database: str) -> list[JsonObject]:
    """Return everything, in the order in which it is applied; `database` is `mysql`, `mongodb` or empty."""
    made = [
        k8s.namespace(
            SPACE, {**_AMBIENT, "istio.io/use-waypoint": "waypoint", "it-bench/monitoring": "true"}
        ),
        k8s.limit_range(
            "default-resources", SPACE, {"cpu": "500m", "memory": "512Mi"}, {"cpu": "50m", "memory": "96Mi"}
        ),
    ]
    for app, versions in (
        ("details", ("v1",)),
        ("ratings", ("v1",)),
        ("reviews", ("v1", "v2", "v3")),
        ("productpage", ("v1",)),
    ):
        made += [_service(app), k8s.service_account(f"bookinfo-{app}", SPACE, {"account": app})]
        if app == "ratings" and database:
            made.append(_ratings_with(database))
        else:
            made += [_deployment(app, version) for version in versions]
    if database:
        made += _store(database)
    return [*made, *_gateway(), *_waypoint(), *_policies(), _load()]


def _service(app: str, number: int = 9080, name: str = "http") -> JsonObject:
    return k8s.service(
        app, SPACE, [k8s.port(number, name)], {"app": app}, labels={"app": app, "service": app}
    )


def _deployment(
    app: str, version: str, *, name: str = "", variables: Mapping[str, str | tuple[str, ...]] | None = None
) -> JsonObject:
    labels = {"app": app, "version": version}
    mounts, volumes = [], []
    if app in ("productpage", "reviews"):
        mounts.append({"mountPath": "/tmp", "name": "tmp"})  # noqa: S108 - a path in a container
        volumes.append({"emptyDir": {}, "name": "tmp"})
    if app == "reviews":
        mounts.append({"mountPath": "/opt/ibm/wlp/output", "name": "wlp-output"})
        volumes.insert(0, {"emptyDir": {}, "name": "wlp-output"})
        variables = {"LOG_DIR": "/tmp/logs"}  # noqa: S108 - a path in a container
    workload = name or f"{app}-{version}"
    container = k8s.container(
        app,
        image(f"{app}-{version}"),
        variables=k8s.env(variables or {}),
        mounts=mounts,
    )
    container["ports"] = [{"containerPort": 9080, "protocol": "TCP"}]
    scraped = {"prometheus.io/path": "/metrics", "prometheus.io/port": "9080", "prometheus.io/scrape": "true"}
    pod = template(
        {**labels, **_AMBIENT},
        k8s.pod_spec([container], volumes=volumes, account=f"bookinfo-{app}"),
        scraped if app == "productpage" else None,
    )
    return k8s.deployment(workload, SPACE, pod, labels, labels=labels)


def _ratings_with(database: str) -> JsonObject:
    if database == "mongodb":
        return _deployment(
            "ratings", "v2", name="ratings-v2", variables={"MONGO_DB_URL": "mongodb://mongodb:27017/test"}
        )
    variables: dict[str, str | tuple[str, ...]] = {
        "DB_TYPE": "mysql",
        "MYSQL_DB_HOST": "mysqldb",
        "MYSQL_DB_PORT": "3306",
        "MYSQL_DB_USER": "root",
        "MYSQL_DB_PASSWORD": ("secret", "mysql-credentials", "rootpasswd"),
    }
    return _deployment("ratings", "v2", name="ratings-v2-mysql", variables=variables)


def _store(database: str) -> list[JsonObject]:
    app, number = ("mysqldb", 3306) if database == "mysql" else ("mongodb", 27017)
    labels = {"app": app, "version": "v1"}
    variables: dict[str, str | tuple[str, ...]] = {}
    made: list[JsonObject] = []
    if database == "mysql":
        made.append(k8s.secret("mysql-credentials", SPACE, {"rootpasswd": "password"}))
        variables = {"MYSQL_ROOT_PASSWORD": ("secret", "mysql-credentials", "rootpasswd")}
    path = "/var/lib/mysql" if database == "mysql" else "/data/db"
    container = k8s.container(
        app,
        STORES[database],
        variables=k8s.env(variables),
        mounts=[{"mountPath": path, "name": "data"}],
        resource=k8s.resources("100m", "384Mi", "1", "768Mi"),
    )
    container["ports"] = [{"containerPort": number, "protocol": "TCP"}]
    claim = {"name": "data", "persistentVolumeClaim": {"claimName": f"{app}-data"}}
    pod = template({**labels, **_AMBIENT}, k8s.pod_spec([container], volumes=[claim]))
    return [
        *made,
        _service(app, number, "tcp" if database == "mysql" else "mongo"),
        k8s.persistent_volume_claim(f"{app}-data", SPACE, "5Gi"),
        k8s.deployment(f"{app}-v1", SPACE, pod, labels, labels=labels, strategy={"type": "Recreate"}),
    ]


def _gateway() -> list[JsonObject]:
    listener = {
        "allowedRoutes": {"namespaces": {"from": "Same"}},
        "name": "http",
        "port": 80,
        "protocol": "HTTP",
    }
    matches = [
        {"path": {"type": kind, "value": value}}
        for kind, value in (
            ("Exact", "/"), ("Exact", "/productpage"), ("PathPrefix", "/static"), ("Exact", "/login"), ("Exact", "/logout"),
            ("PathPrefix", "/api/v1/products"),
        )
    ]  # fmt: skip
    route = {
        "parentRefs": [{"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "bookinfo-gateway"}],
        "rules": [
            {
                "backendRefs": [
                    {"group": "", "kind": "Service", "name": "productpage", "port": 9080, "weight": 1}
                ],
                "matches": matches,
            }
        ],
    }
    gateway = {"gatewayClassName": "istio", "listeners": [listener]}
    return [
        _custom(
            "Gateway",
            "bookinfo-gateway",
            _GATEWAY_API,
            gateway,
            {"networking.istio.io/service-type": "ClusterIP"},
        ),
        _custom("HTTPRoute", "bookinfo", _GATEWAY_API, route),
        *_proxy("bookinfo-gateway", "bookinfo-gateway-istio", ISTIO, {"status-port": 15021, "http": 80}, 2),
    ]


def _waypoint() -> list[JsonObject]:
    spec = {
        "gatewayClassName": "istio-waypoint",
        "listeners": [{"name": "mesh", "port": 15008, "protocol": "HBONE"}],
    }
    return [
        _custom("Gateway", "waypoint", _GATEWAY_API, spec),
        *_proxy("waypoint", "waypoint", WAYPOINT, {"status-port": 15021, "mesh": 15008}, 1),
    ]


def _proxy(
    gateway: str, name: str, reference: str, ports: Mapping[str, int], replicas: int
) -> list[JsonObject]:
    """Return what Istio makes of a Gateway."""
    own = {
        "gateway.istio.io/managed": "istio.io-gateway-controller",
        "gateway.networking.k8s.io/gateway-name": gateway,
    }
    selector = {"gateway.networking.k8s.io/gateway-name": gateway}
    container = k8s.container(
        "istio-proxy",
        reference,
        ports={"metrics": 15020, **ports} if name != "waypoint" else ports,
        arguments=["proxy", "router"] if name != "waypoint" else ["proxy", "waypoint"],
        resource=k8s.resources("100m", "128Mi", "2", "1Gi"),
        probes={"readinessProbe": k8s.tcp_probe(15021, periodSeconds=15, failureThreshold=4)},
    )
    container["args"] = ["--domain", "$(POD_NAMESPACE).svc.cluster.local", *container["args"]]
    pod = template(
        {**own, "service.istio.io/canonical-name": name, "sidecar.istio.io/inject": "false"},
        k8s.pod_spec([container], account=name),
    )
    return [
        k8s.service_account(name, SPACE, own),
        k8s.service(
            name, SPACE, [k8s.port(number, key) for key, number in ports.items()], selector, labels=own
        ),
        k8s.deployment(name, SPACE, pod, selector, replicas=replicas, labels=own),
        k8s.disruption_budget(name, SPACE, selector, most_missing=1, labels=own),
    ]


def _policies() -> list[JsonObject]:
    """Return the policies of the mesh: both plain and encrypted traffic is taken; services may only be read."""
    made = [_custom("PeerAuthentication", "default", _SECURITY, {"mtls": {"mode": "PERMISSIVE"}})]
    for app in ("details", "ratings", "reviews"):
        rules = [{"from": [{"source": {"namespaces": [SPACE]}}], "to": [{"operation": {"methods": ["GET"]}}]}]
        spec = {"action": "ALLOW", "rules": rules, "selector": {"matchLabels": {"app": app}}}
        made.append(_custom("AuthorizationPolicy", f"{app}-viewer", _SECURITY, spec))
    return made


def _load() -> JsonObject:
    labels = {
        "app.kubernetes.io/component": "load-generator",
        "app.kubernetes.io/managed-by": "ITBench",
        "app.kubernetes.io/part-of": "bookinfo",
    }
    script = "while true; do curl http://bookinfo-gateway-istio:80/productpage; sleep 5; done"
    container = k8s.container("generator", CURL, command=["/bin/sh"], arguments=["-c", script])
    pod = template(labels, k8s.pod_spec([container]))
    return k8s.deployment("load-generator-product-page", SPACE, pod, labels, replicas=3, labels=labels)


def _custom(
    kind: str, name: str, api_version: str, spec: JsonObject, annotations: Mapping[str, str] | None = None
) -> JsonObject:
    body = k8s.thing(kind, name, api_version=api_version, namespace=SPACE, annotations=annotations, spec=spec)
    body["metadata"]["generation"] = 1
    return body
