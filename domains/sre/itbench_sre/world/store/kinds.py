"""The kinds of objects that the cluster knows: their API, and what the API server does with them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of object.

    Attributes:
        api_version: with its group, such as `apps/v1`.
        plural: name of the resource, such as `deployments`.
        short_names: that kubectl takes.
        has_generation: whether `metadata.generation` counts the changes of its specification.
        is_custom: whether a CustomResourceDefinition brings it.
    """

    name: str
    api_version: str
    plural: str
    is_namespaced: bool = True
    short_names: tuple[str, ...] = ()
    has_generation: bool = False
    is_custom: bool = False

    @property
    def group(self) -> str:
        """Return the API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def resource(self) -> str:
        """Return the plural with its group, as the API server's messages have it: `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural


def _core(
    name: str, plural: str, *short_names: str, namespaced: bool = True, generation: bool = False
) -> Kind:
    return Kind(name, "v1", plural, namespaced, short_names, generation)


def _chaos(name: str, plural: str) -> Kind:
    return Kind(name, "chaos-mesh.org/v1alpha1", plural, has_generation=True, is_custom=True)


def _policy(name: str, plural: str, *short_names: str) -> Kind:
    return Kind(name, "security.istio.io/v1", plural, True, short_names, True, is_custom=True)


def _gateway(name: str, plural: str, *short_names: str, namespaced: bool = True) -> Kind:
    return Kind(name, "gateway.networking.k8s.io/v1", plural, namespaced, short_names, True, is_custom=True)


_RBAC = "rbac.authorization.k8s.io/v1"
_MONITORING = "monitoring.coreos.com/v1"

_ALL = (
    _core("Pod", "pods", "po", generation=True),
    _core("Service", "services", "svc"),
    _core("Endpoints", "endpoints", "ep"),
    _core("ConfigMap", "configmaps", "cm"),
    _core("Secret", "secrets"),
    _core("ServiceAccount", "serviceaccounts", "sa"),
    _core("Namespace", "namespaces", "ns", namespaced=False),
    _core("Node", "nodes", "no", namespaced=False),
    _core("PersistentVolumeClaim", "persistentvolumeclaims", "pvc"),
    _core("PersistentVolume", "persistentvolumes", "pv", namespaced=False),
    _core("ResourceQuota", "resourcequotas", "quota"),
    _core("LimitRange", "limitranges", "limits"),
    _core("ReplicationController", "replicationcontrollers", "rc", generation=True),
    _core("Event", "events", "ev"),
    Kind("Deployment", "apps/v1", "deployments", True, ("deploy",), True),
    Kind("ReplicaSet", "apps/v1", "replicasets", True, ("rs",), True),
    Kind("StatefulSet", "apps/v1", "statefulsets", True, ("sts",), True),
    Kind("DaemonSet", "apps/v1", "daemonsets", True, ("ds",), True),
    Kind("ControllerRevision", "apps/v1", "controllerrevisions"),
    Kind("Job", "batch/v1", "jobs", has_generation=True),
    Kind("CronJob", "batch/v1", "cronjobs", True, ("cj",), True),
    Kind("Ingress", "networking.k8s.io/v1", "ingresses", True, ("ing",), True),
    Kind("IngressClass", "networking.k8s.io/v1", "ingressclasses", False, (), True),
    Kind("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies", True, ("netpol",), True),
    Kind("Role", _RBAC, "roles"),
    Kind("RoleBinding", _RBAC, "rolebindings"),
    Kind("ClusterRole", _RBAC, "clusterroles", False),
    Kind("ClusterRoleBinding", _RBAC, "clusterrolebindings", False),
    Kind("StorageClass", "storage.k8s.io/v1", "storageclasses", False, ("sc",)),
    Kind("VolumeAttachment", "storage.k8s.io/v1", "volumeattachments", False),
    Kind("HorizontalPodAutoscaler", "autoscaling/v2", "horizontalpodautoscalers", True, ("hpa",)),
    Kind("PodDisruptionBudget", "policy/v1", "poddisruptionbudgets", True, ("pdb",), True),
    Kind("PriorityClass", "scheduling.k8s.io/v1", "priorityclasses", False, ("pc",), True),
    Kind("Lease", "coordination.k8s.io/v1", "leases"),
    Kind(
        "CustomResourceDefinition",
        "apiextensions.k8s.io/v1",
        "customresourcedefinitions",
        False,
        ("crd", "crds"),
        has_generation=True,
    ),
    _chaos("Schedule", "schedules"),
    _chaos("NetworkChaos", "networkchaos"),
    _chaos("PodChaos", "podchaos"),
    _chaos("StressChaos", "stresschaos"),
    _chaos("HTTPChaos", "httpchaos"),
    _chaos("JVMChaos", "jvmchaos"),
    _chaos("IOChaos", "iochaos"),
    _chaos("DNSChaos", "dnschaos"),
    _chaos("TimeChaos", "timechaos"),
    _policy("PeerAuthentication", "peerauthentications", "pa"),
    _policy("AuthorizationPolicy", "authorizationpolicies", "ap"),
    Kind("VirtualService", "networking.istio.io/v1", "virtualservices", True, ("vs",), True, is_custom=True),
    Kind(
        "DestinationRule", "networking.istio.io/v1", "destinationrules", True, ("dr",), True, is_custom=True
    ),
    _gateway("Gateway", "gateways", "gtw"),
    _gateway("GatewayClass", "gatewayclasses", "gc", namespaced=False),
    _gateway("HTTPRoute", "httproutes"),
    Kind("PrometheusRule", _MONITORING, "prometheusrules", True, ("promrule",), True, is_custom=True),
    Kind("ServiceMonitor", _MONITORING, "servicemonitors", True, ("smon",), True, is_custom=True),
)

KINDS = {kind.name: kind for kind in _ALL}

# The order in which the recorder's collector lists them.
RECORDED = (
    "Pod",
    "Service",
    "Endpoints",
    "ConfigMap",
    "ServiceAccount",
    "Namespace",
    "Node",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "ResourceQuota",
    "LimitRange",
    "ReplicationController",
    "Deployment",
    "DaemonSet",
    "StatefulSet",
    "ReplicaSet",
    "Job",
    "CronJob",
    "Ingress",
    "NetworkPolicy",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "StorageClass",
    "VolumeAttachment",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "CustomResourceDefinition",
)


def kind_of(word: str) -> Kind | None:
    """Return the kind that a word of kubectl's command line means: a kind, plural, singular or short name."""
    lowered = word.lower().partition(".")[0]
    for kind in _ALL:
        if lowered in (kind.plural, kind.name.lower(), *kind.short_names):
            return kind
    return None


def resource_of(kind: str) -> str:
    """Return how messages of the API server name a kind: `deployments.apps`."""
    known = KINDS.get(kind)
    return known.resource if known else f"{kind.lower()}s"
