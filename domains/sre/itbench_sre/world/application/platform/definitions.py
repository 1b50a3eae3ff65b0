"""Classes and definitions without a namespace: custom resources, storage, priorities, ingress, gateways."""

from itbench_sre.world.application.manifests import priority_class, thing
from itbench_sre.world.store.refs import JsonObject

# Group -> version, then kind: plural of what is always defined, and of what is from scale 2 on.
_CUSTOM: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "chaos-mesh.org": (
        "v1alpha1",
        {
            "Schedule": "schedules", "NetworkChaos": "networkchaos", "PodChaos": "podchaos", "StressChaos": "stresschaos",
            "HTTPChaos": "httpchaos", "JVMChaos": "jvmchaos", "IOChaos": "iochaos", "DNSChaos": "dnschaos",
            "TimeChaos": "timechaos",
        },
        {"KernelChaos": "kernelchaos", "Workflow": "workflows", "WorkflowNode": "workflownodes",
         "PodNetworkChaos": "podnetworkchaos", "BlockChaos": "blockchaos"},
    ),
    "monitoring.coreos.com": (
        "v1",
        {"PrometheusRule": "prometheusrules", "ServiceMonitor": "servicemonitors", "PodMonitor": "podmonitors",
         "Prometheus": "prometheuses"},
        {"Alertmanager": "alertmanagers", "Probe": "probes", "ThanosRuler": "thanosrulers"},
    ),
    "security.istio.io": (
        "v1",
        {"PeerAuthentication": "peerauthentications", "AuthorizationPolicy": "authorizationpolicies"},
        {"RequestAuthentication": "requestauthentications"},
    ),
    "networking.istio.io": (
        "v1",
        {"VirtualService": "virtualservices", "DestinationRule": "destinationrules"},
        {"ServiceEntry": "serviceentries", "Sidecar": "sidecars", "WorkloadEntry": "workloadentries",
         "EnvoyFilter": "envoyfilters"},
    ),
    "gateway.networking.k8s.io": (
        "v1",
        {"Gateway": "gateways", "GatewayClass": "gatewayclasses", "HTTPRoute": "httproutes"},
        {"GRPCRoute": "grpcroutes", "ReferenceGrant": "referencegrants"},
    ),
    "opentelemetry.io": (
        "v1beta1", {"OpenTelemetryCollector": "opentelemetrycollectors"}, {"Instrumentation": "instrumentations"},
    ),
    "clickhouse.altinity.com": ("v1", {"ClickHouseInstallation": "clickhouseinstallations"}, {}),
    "cilium.io": ("v2", {"CiliumNode": "ciliumnodes", "CiliumEndpoint": "ciliumendpoints"},
                  {"CiliumNetworkPolicy": "ciliumnetworkpolicies", "CiliumIdentity": "ciliumidentities"}),
}  # fmt: skip
_WIDE = ("GatewayClass", "CiliumNode", "CiliumIdentity")


def definitions(scale: int) -> list[JsonObject]:
    """Return the objects."""
    made = [
        _definition(group, version, kind, plural)
        for group, (version, always, more) in _CUSTOM.items()
        for kind, plural in {**always, **(more if scale > 1 else {})}.items()
    ]
    return [*made, *_storage(), *_priorities(), *_gateways()]


def _definition(group: str, version: str, kind: str, plural: str) -> JsonObject:
    names = {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    body = thing(
        "CustomResourceDefinition",
        f"{plural}.{group}",
        api_version="apiextensions.k8s.io/v1",
        annotations={"controller-gen.kubebuilder.io/version": "v0.17.3"},
        spec={
            "conversion": {"strategy": "None"},
            "group": group,
            "names": names,
            "scope": "Cluster" if kind in _WIDE else "Namespaced",
            "versions": [{"name": version, "schema": schema, "served": True, "storage": True}],
        },
        status={"acceptedNames": names, "conditions": [], "storedVersions": [version]},
    )
    body["metadata"]["generation"] = 1
    return body


def _storage() -> list[JsonObject]:
    """Return the storage classes; the first is the default."""
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    return [
        thing(
            "StorageClass",
            name,
            api_version="storage.k8s.io/v1",
            annotations=default if name == "gp2" else None,
            allowVolumeExpansion=True,
            parameters={"encrypted": "true", "type": kind},
            provisioner="ebs.csi.aws.com",
            reclaimPolicy="Delete",
            volumeBindingMode="WaitForFirstConsumer",
        )
        for name, kind in (("gp2", "gp2"), ("kops-ssd-1-17", "gp2"), ("kops-csi-1-21", "gp3"))
    ]


def _priorities() -> list[JsonObject]:
    return [
        priority_class("system-node-critical", 2_000_001_000, "Used for system critical pods that must not be moved "
                       "from their current node."),
        priority_class("system-cluster-critical", 2_000_000_000, "Used for system critical pods that must run in the "
                       "cluster, but can be moved to another node if necessary."),
        priority_class("batch-low", -100, "Batch work that gives way to everything else."),
        priority_class("business-critical", 100_000, "Workloads that earn money."),
    ]  # fmt: skip


def _gateways() -> list[JsonObject]:
    classes = (
        ("istio", "istio.io/gateway-controller", "The default Istio GatewayClass"),
        ("istio-waypoint", "istio.io/mesh-controller", "The default Istio waypoint GatewayClass"),
    )
    made = [
        thing(
            "GatewayClass",
            name,
            api_version="gateway.networking.k8s.io/v1",
            spec={"controllerName": controller, "description": text},
            status={"conditions": []},
        )
        for name, controller, text in classes
    ]
    made.append(
        thing(
            "IngressClass",
            "nginx",
            api_version="networking.k8s.io/v1",
            labels={"app.kubernetes.io/name": "ingress-nginx"},
            spec={"controller": "k8s.io/ingress-nginx"},
        )
    )
    return made
