"""The requests by which the objects of a cluster come into being, as an API server puts them to admission."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itbench_ciso.engines.inside.objects.decode import UndecodableError, decoded
from itbench_ciso.engines.inside.objects.mutation import mutate_pod
from itbench_ciso.engines.inside.objects.schema import schema

CREATE, UPDATE = "CREATE", "UPDATE"
_EPHEMERAL, _EPHEMERAL_FIELD = "ephemeralcontainers", "ephemeralContainers"
_DEFAULT_NAMESPACE = "default"
_NAME_LABEL = "kubernetes.io/metadata.name"
_CLUSTER_KINDS = frozenset(
    """
    APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle
    CustomResourceDefinition DeviceClass FlowSchema IPAddress IngressClass MutatingAdmissionPolicy
    MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node PersistentVolume PodSecurityPolicy
    PriorityClass PriorityLevelConfiguration ResourceSlice RuntimeClass ServiceCIDR StorageClass StorageVersion
    ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
    VolumeAttributesClass
    """.split()  # noqa: SIM905 - one list of words is easier to read than many quoted ones
)
_ODD_PLURALS = {"Endpoints": "endpoints"}
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request, as an API server would see it.

    Attributes:
        object: the new object, decoded and with defaults, in the namespace that it would get.
        old_object: what it was before; None for a creation.
        group: of its API, such as `apps`, empty for the core.
        version: of its API.
        resource: the plural of its kind, in lower case.
        subresource: the part of it that the request is about, or empty.
        namespace: empty where the object has none; of a namespace its own name.
        namespace_object: that namespace, made up where there is none; None without a namespace.
    """

    object: Mapping[str, Any]
    old_object: Mapping[str, Any] | None = None
    group: str
    version: str
    resource: str
    subresource: str = ""
    namespace: str
    namespace_object: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """The object's name."""
        return str(_metadata(self.object).get("name", ""))

    @property
    def is_namespaced(self) -> bool:
        """Whether the object lives in a namespace."""
        return bool(self.namespace) and (self.group, self.resource) != ("", "namespaces")

    @property
    def operation(self) -> str:
        """Whether the object is created or changed."""
        return CREATE if self.old_object is None else UPDATE

    def as_variable(self) -> dict[str, Any]:
        """Return what expressions see as `request`, without empty fields; the user is made up."""
        kind = {"group": self.group, "version": self.version, "kind": str(self.object.get("kind", ""))}
        resource = {"group": self.group, "version": self.version, "resource": self.resource}
        optional = {
            "subResource": self.subresource,
            "requestSubResource": self.subresource,
            "name": self.name,
            "namespace": self.namespace,
        }
        options = "CreateOptions" if self.operation == CREATE else "UpdateOptions"
        return {
            "kind": kind,
            "resource": resource,
            "requestKind": kind,
            "requestResource": resource,
            "operation": self.operation,
            "userInfo": {
                "username": "itbench",
                "uid": "itbench",
                "groups": ["system:authenticated"],
            },
            "dryRun": False,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": options},
        } | {key: each for key, each in optional.items() if each}


def plural(kind: str) -> str:
    """Return the resource of a kind, by the rules of English that Kubernetes' own names follow."""
    if kind in _ODD_PLURALS:
        return _ODD_PLURALS[kind]
    word = kind.lower()
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def requests(resources: list[Any]) -> list[Request]:
    """Return the requests that make a cluster; what has no kind, or not the fields of its kind, is no object."""
    manifests = [each for each in resources if isinstance(each, dict) and _is_object(each)]
    return [each for manifest in manifests for each in _requests(manifest, _Cluster(manifests))]


def _is_object(manifest: Mapping[str, Any]) -> bool:
    return all(isinstance(manifest.get(key), str) and manifest[key] for key in ("apiVersion", "kind"))


class _Cluster:
    """The manifests of a cluster, to look up what belongs to an object."""

    def __init__(self, manifests: Sequence[Mapping[str, Any]]) -> None:
        self._manifests = manifests

    def namespace(self, name: str) -> dict[str, Any]:
        """Return a namespace, made up where there is no manifest of it."""
        return named_namespace(name, self._find("Namespace", name) or {})

    def mounts_token(self, namespace: str, name: str) -> bool | None:
        """Tell whether a service account mounts its token."""
        found = self._find("ServiceAccount", name, namespace) or {}
        is_mounted = found.get("automountServiceAccountToken")
        return is_mounted if isinstance(is_mounted, bool) else None

    def _find(self, kind: str, name: str, namespace: str | None = None) -> Mapping[str, Any] | None:
        for each in self._manifests:
            metadata = _metadata(each)
            is_there = namespace in {None, metadata.get("namespace") or _DEFAULT_NAMESPACE}
            if each["kind"] == kind and metadata.get("name") == name and is_there:
                return each
        return None


def _requests(manifest: Mapping[str, Any], cluster: _Cluster) -> Iterator[Request]:
    """Yield the creation of one object, and the addition of its ephemeral containers, which are never created with it."""
    try:
        final = _admitted(manifest, cluster)
    except UndecodableError:
        return
    if not _has_ephemeral(final):
        yield _request(final, None, cluster)
        return
    spec = {key: each for key, each in final["spec"].items() if key != _EPHEMERAL_FIELD}
    created = {**final, "spec": spec}
    yield _request(created, None, cluster)
    yield _request(final, created, cluster)


def _has_ephemeral(found: Mapping[str, Any]) -> bool:
    return (found["apiVersion"], found["kind"]) == ("v1", "Pod") and _EPHEMERAL_FIELD in found["spec"]


def _admitted(manifest: Mapping[str, Any], cluster: _Cluster) -> dict[str, Any]:
    """Return an object as validating admission sees it."""
    if not isinstance(manifest.get("metadata") or {}, dict):
        raise UndecodableError("metadata: expected a mapping")
    kind, metadata = str(manifest["kind"]), _metadata(manifest)
    if kind not in _CLUSTER_KINDS:
        metadata = {**metadata, "namespace": metadata.get("namespace") or _DEFAULT_NAMESPACE}
    manifest = {**manifest, "metadata": metadata}
    if f"{manifest.get('apiVersion')} {kind}" in schema().kinds:
        # The status of a new object is never what its manifest says.
        manifest.pop("status", None)
    found = decoded(manifest)
    if (found["apiVersion"], kind) == ("v1", "Pod"):
        mutate_pod(found, cluster.mounts_token)
    return found


def _request(found: dict[str, Any], old: dict[str, Any] | None, cluster: _Cluster) -> Request:
    group, _, version = str(found["apiVersion"]).rpartition("/")
    namespace = str(found["metadata"].get("namespace", ""))
    is_namespace = (found["apiVersion"], found["kind"]) == ("v1", "Namespace")
    return Request(
        object=found,
        old_object=old,
        group=group,
        version=version,
        resource=plural(str(found["kind"])),
        subresource="" if old is None else _EPHEMERAL,
        # A request about a namespace is in that namespace, although the namespace is in none.
        namespace=str(found["metadata"].get("name", "")) if is_namespace else namespace,
        namespace_object=cluster.namespace(namespace) if namespace else None,
    )


def named_namespace(name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a namespace as expressions see it, with the label that the API server gives to each."""
    metadata = {**_metadata(manifest), "name": name}
    metadata.pop("managedFields", None)
    head = {"apiVersion": "v1", "kind": "Namespace"}
    try:
        return decoded(head | {"metadata": metadata, "status": {"phase": "Active"}})
    except UndecodableError:
        return decoded(head | {"metadata": {"name": name}, "status": {"phase": "Active"}})


def labels_of(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels of an object."""
    found = _metadata(manifest).get("labels")
    return found if isinstance(found, dict) else {}


def _metadata(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    found = manifest.get("metadata")
    return found if isinstance(found, dict) else {}
