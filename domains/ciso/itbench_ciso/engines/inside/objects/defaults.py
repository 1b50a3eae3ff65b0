"""The values that an API server fills in when it decodes an object.

Source: the `SetDefaults_` functions of https://github.com/kubernetes/kubernetes/tree/v1.35.0/pkg/apis, of the kinds
and structures that `kinds.txt` knows.
"""

import base64
from collections.abc import Callable
from typing import Any

Structure = dict[str, Any]

_RBAC = "rbac.authorization.k8s.io"
_POD_SPEC = {
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "securityContext": {},
    "terminationGracePeriodSeconds": 30,
    "schedulerName": "default-scheduler",
}
_CONTAINER = {
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
}
_MODE = {"defaultMode": 0o644}
_JOB = {"backoffLimit": 6, "completionMode": "NonIndexed", "suspend": False, "manualSelector": False}

# Where the manifest has nothing, or an empty value in a field that is no pointer.
FIXED: dict[str, Structure] = {
    "core.PodSpec": _POD_SPEC,
    "core.Container": _CONTAINER,
    "core.EphemeralContainer": _CONTAINER,
    "core.ContainerPort": {"protocol": "TCP"},
    "core.Probe": {"timeoutSeconds": 1, "periodSeconds": 10, "successThreshold": 1, "failureThreshold": 3},
    "core.HTTPGetAction": {"path": "/", "scheme": "HTTP"},
    "core.GRPCAction": {"service": ""},
    "core.SecretVolumeSource": _MODE,
    "core.ConfigMapVolumeSource": _MODE,
    "core.DownwardAPIVolumeSource": _MODE,
    "core.ProjectedVolumeSource": _MODE,
    "core.ServiceAccountTokenProjection": {"expirationSeconds": 3600},
    "core.HostPathVolumeSource": {"type": ""},
    "core.ObjectFieldSelector": {"apiVersion": "v1"},
    "core.Secret": {"type": "Opaque"},
    "core.ServicePort": {"protocol": "TCP"},
    "core.ServiceSpec": {
        "sessionAffinity": "None",
        "type": "ClusterIP",
        "internalTrafficPolicy": "Cluster",
    },
    "core.EndpointPort": {"protocol": "TCP"},
    "core.PersistentVolumeSpec": {"persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem"},
    "core.PersistentVolumeClaimSpec": {"volumeMode": "Filesystem"},
    "core.ReplicationControllerSpec": {"replicas": 1},
    "core.NamespaceSpec": {"finalizers": ["kubernetes"]},
    "core.ISCSIVolumeSource": {"iscsiInterface": "default"},
    "core.AzureDiskVolumeSource": {
        "cachingMode": "ReadWrite",
        "fsType": "ext4",
        "readOnly": False,
        "kind": "Shared",
    },
    "core.ScaleIOVolumeSource": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
    "core.RBDVolumeSource": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "apps.DeploymentSpec": {"replicas": 1, "revisionHistoryLimit": 10, "progressDeadlineSeconds": 600},
    "apps.DeploymentStrategy": {"type": "RollingUpdate"},
    "apps.RollingUpdateDeployment": {"maxUnavailable": "25%", "maxSurge": "25%"},
    "apps.ReplicaSetSpec": {"replicas": 1},
    "apps.DaemonSetSpec": {"revisionHistoryLimit": 10},
    "apps.DaemonSetUpdateStrategy": {"type": "RollingUpdate"},
    "apps.RollingUpdateDaemonSet": {"maxUnavailable": 1, "maxSurge": 0},
    "apps.StatefulSetSpec": {
        "podManagementPolicy": "OrderedReady",
        "replicas": 1,
        "revisionHistoryLimit": 10,
        "persistentVolumeClaimRetentionPolicy": {},
    },
    "apps.StatefulSetUpdateStrategy": {"type": "RollingUpdate"},
    "apps.RollingUpdateStatefulSetStrategy": {"partition": 0},
    "apps.StatefulSetPersistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
    "batch.JobSpec": _JOB,
    "batch.CronJobSpec": {
        "concurrencyPolicy": "Allow",
        "suspend": False,
        "successfulJobsHistoryLimit": 3,
        "failedJobsHistoryLimit": 1,
    },
    "rbac.RoleRef": {"apiGroup": _RBAC},
    "networking.NetworkPolicyPort": {"protocol": "TCP"},
    "storage.StorageClass": {"reclaimPolicy": "Delete", "volumeBindingMode": "Immediate"},
    "discovery.EndpointPort": {"name": "", "protocol": "TCP"},
    "scheduling.PriorityClass": {"preemptionPolicy": "PreemptLowerPriority"},
    "admissionregistration.ValidatingWebhook": {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
    },
    "admissionregistration.MutatingWebhook": {
        "failurePolicy": "Fail",
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
        "timeoutSeconds": 10,
        "reinvocationPolicy": "Never",
    },
    "admissionregistration.ServiceReference": {"port": 443},
    "admissionregistration.Rule": {"scope": "*"},
    "admissionregistration.RuleWithOperations": {"scope": "*"},
    "admissionregistration.NamedRuleWithOperations": {"scope": "*"},
    "admissionregistration.ValidatingAdmissionPolicySpec": {"failurePolicy": "Fail"},
    "admissionregistration.MatchResources": {
        "matchPolicy": "Equivalent",
        "namespaceSelector": {},
        "objectSelector": {},
    },
}
_VOLUME_SOURCES_BESIDE = {"name"}


def image_pull_policy(image: str) -> str:
    """Return when an image is fetched where a container does not say so."""
    name, _, digest = image.partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    return "Always" if tag == "latest" or (not tag and not digest) else "IfNotPresent"


def _container(container: Structure) -> None:
    if not container.get("imagePullPolicy"):
        container["imagePullPolicy"] = image_pull_policy(str(container.get("image") or ""))


def _pod_spec(spec: Structure) -> None:
    # The old name of the field is kept in step with the new one.
    account = spec.get("serviceAccountName") or spec.get("serviceAccount")
    if account:
        spec |= {"serviceAccountName": account, "serviceAccount": account}


def _volume(volume: Structure) -> None:
    if not set(volume) - _VOLUME_SOURCES_BESIDE:
        volume["emptyDir"] = {}


def _pod(pod: Structure) -> None:
    spec = pod.setdefault("spec", {})
    spec.setdefault("enableServiceLinks", True)
    containers = [*(spec.get("containers") or []), *(spec.get("initContainers") or [])]
    for container in containers:
        _requests_from_limits(container)
    if spec.get("hostNetwork"):
        for port in (port for container in containers for port in container.get("ports") or []):
            port["hostPort"] = port.get("hostPort") or port.get("containerPort", 0)


def _requests_from_limits(container: Structure) -> None:
    resources = container.get("resources") or {}
    if resources.get("limits"):
        resources["requests"] = {**resources["limits"], **(resources.get("requests") or {})}


def _service_port(port: Structure) -> None:
    port["targetPort"] = port.get("targetPort") or port.get("port", 0)


def _service_spec(spec: Structure) -> None:
    kind = spec.get("type") or "ClusterIP"
    if kind == "ExternalName":
        spec.setdefault("internalTrafficPolicy", None)
    if kind in {"NodePort", "LoadBalancer"} or spec.get("externalIPs"):
        spec["externalTrafficPolicy"] = spec.get("externalTrafficPolicy") or "Cluster"
    if kind == "LoadBalancer":
        spec.setdefault("allocateLoadBalancerNodePorts", True)


def _namespace(namespace: Structure) -> None:
    metadata = namespace.setdefault("metadata", {})
    if metadata.get("name"):
        metadata["labels"] = {
            **(metadata.get("labels") or {}),
            "kubernetes.io/metadata.name": metadata["name"],
        }


def _secret(secret: Structure) -> None:
    """Put `stringData` into `data`, as decoding a Secret does; encoding it never writes `stringData`."""
    texts = secret.pop("stringData", None) or {}
    if texts and isinstance(texts, dict) and isinstance(secret.get("data", {}), dict):
        encoded = {key: base64.b64encode(str(text or "").encode()).decode() for key, text in texts.items()}
        secret["data"] = {**secret.get("data", {}), **encoded}


def _replication_controller(controller: Structure) -> None:
    _labels_of_template(controller)
    spec = controller.get("spec") or {}
    labels = ((spec.get("template") or {}).get("metadata") or {}).get("labels")
    if labels and not spec.get("selector"):
        spec["selector"] = labels


def _labels_of_template(owner: Structure) -> None:
    template = (owner.get("spec") or {}).get("template") or {}
    labels = (template.get("metadata") or {}).get("labels")
    metadata = owner.setdefault("metadata", {})
    if labels and not metadata.get("labels"):
        metadata["labels"] = labels


def _job_spec(spec: Structure) -> None:
    if spec.get("completions") is None and spec.get("parallelism") is None:
        spec["completions"] = 1
    if spec.get("parallelism") is None:
        spec["parallelism"] = 1


def _rolling_update(strategy: Structure) -> None:
    if (strategy.get("type") or "RollingUpdate") == "RollingUpdate":
        strategy.setdefault("rollingUpdate", {})


def _stateful_update(strategy: Structure) -> None:
    if not strategy.get("type"):
        strategy.setdefault("rollingUpdate", {})


def _subject(subject: Structure) -> None:
    if not subject.get("apiGroup") and subject.get("kind") in {"User", "Group"}:
        subject["apiGroup"] = _RBAC


def _network_policy(spec: Structure) -> None:
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", *(["Egress"] if spec.get("egress") else [])]


COMPUTED: dict[str, Callable[[Structure], None]] = {
    "core.Container": _container,
    "core.EphemeralContainer": _container,
    "core.PodSpec": _pod_spec,
    "core.Volume": _volume,
    "core.Pod": _pod,
    "core.ServicePort": _service_port,
    "core.ServiceSpec": _service_spec,
    "core.Namespace": _namespace,
    "core.Secret": _secret,
    "core.ReplicationController": _replication_controller,
    "batch.Job": _labels_of_template,
    "batch.JobSpec": _job_spec,
    "apps.DeploymentStrategy": _rolling_update,
    "apps.DaemonSetUpdateStrategy": _rolling_update,
    "apps.StatefulSetUpdateStrategy": _stateful_update,
    "rbac.Subject": _subject,
    "networking.NetworkPolicySpec": _network_policy,
}
