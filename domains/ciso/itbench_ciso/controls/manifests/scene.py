"""A small hardened cluster as manifests: it complies with every control until a way changes it."""

from enum import Enum

from itbench import JsonObject, JsonValue
from itbench.kit import Randomness
from itbench_ciso.controls.manifests.access import harmless_access
from itbench_ciso.controls.manifests.names import (
    APPLICATIONS,
    NAMESPACE_ENDINGS,
    NAMESPACES,
    OWNER_LABEL,
    PLAIN_LABELS,
    ROLES,
    TEAMS,
)
from itbench_ciso.controls.manifests.workload import WORKLOAD_KINDS, Workload, new_workload

_DEFAULT = "default"


class Spelling(Enum):
    """How an object says that it lies in the namespace `default`."""

    NAMED = "named"
    NULL = "null"
    ABSENT = "absent"


class Scene:
    """The objects of a cluster, in the order in which they were added.

    Attributes:
        random: what everything in the scene is drawn from.
        objects: the manifests.
        namespaces: the names of the namespaces that users' workloads live in; no task exempts one of them.
    """

    def __init__(self, random: Randomness) -> None:
        self.random = random
        self.objects: list[JsonObject] = []
        self.namespaces: list[str] = random.shuffled(NAMESPACES)[:2]
        self._names: set[str] = set()
        self._taken_namespaces: set[str] = set()
        for name in self.namespaces:
            self.namespace(name)
        for name in self.namespaces:
            self.workload(namespace=name)
        self._add_bystanders()

    def add(self, manifest: JsonObject) -> JsonObject:
        """Add one object; it takes the place of one with the same kind, namespace and name, as with kubectl apply."""
        identity = _identity(manifest)
        self.objects = [each for each in self.objects if _identity(each) != identity]
        self.objects.append(manifest)
        return manifest

    def settled(self) -> list[JsonObject]:
        """Return the objects; of several with the same kind, namespace and name, the last one."""
        return list({_identity(each): each for each in self.objects}.values())

    def remove(self, manifest: JsonObject) -> None:
        """Remove one object."""
        self.objects = [each for each in self.objects if each is not manifest]

    def find(self, kind: str, name: str, namespace: str | None = None) -> JsonObject | None:
        """Return an object by kind, name and, where it has one, namespace; `default` stands for none."""
        for manifest in self.objects:
            found = (manifest["kind"], manifest["metadata"]["name"], _place(manifest))
            if found == (kind, name, namespace or _DEFAULT):
                return manifest
        return None

    def name(self) -> str:
        """Return a name that nothing in the scene has yet."""
        while True:
            name = f"{self.random.pick(APPLICATIONS)}-{self.random.pick(ROLES)}"
            if name not in self._names:
                self._names.add(name)
                return name

    def namespace_name(self, beginning: str | None = None) -> str:
        """Return a name that no namespace has yet; it begins like one of the users' own, unless told otherwise."""
        beginning = self.random.pick(self.namespaces) if beginning is None else beginning
        for ending in self.random.shuffled(NAMESPACE_ENDINGS):
            name = f"{beginning}-{ending}"
            if name not in self._taken_namespaces:
                self._taken_namespaces.add(name)
                return name
        raise LookupError(f"all names that begin with {beginning!r} are taken")

    def namespace(self, name: str) -> JsonObject:
        """Return the Namespace of that name, made with all that a hardened one has where it is missing."""
        found = self.find("Namespace", name)
        return found if found is not None else self._new_namespace(name)

    def bare_namespace(self, name: str) -> JsonObject:
        """Add a Namespace with the labels of a hardened one, and nothing in it."""
        self._taken_namespaces.add(name)
        labels = {
            "kubernetes.io/metadata.name": name,
            "pod-security.kubernetes.io/enforce": "restricted",
            OWNER_LABEL: self.random.pick(TEAMS),
        }
        # How many labels there are in all must not tell that one is missing.
        for label, values in self.random.shuffled(PLAIN_LABELS)[: self.random.below(len(PLAIN_LABELS) + 1)]:
            labels[label] = self.random.pick(values)
        return self.add(
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
        )

    def metadata(self, name: str | None = None, namespace: str | None = None) -> JsonObject:
        """Return the metadata of a new object; the namespace is made where it is missing."""
        namespace = self.random.pick(self.namespaces) if namespace is None else namespace
        name = self.name() if name is None else name
        owner = self.namespace(namespace)["metadata"]["labels"].get(OWNER_LABEL)
        labels = {"app": name} | ({} if owner is None else {OWNER_LABEL: owner})
        return {"name": name, "namespace": namespace, "labels": labels}

    def move(self, manifest: JsonObject, namespace: str) -> None:
        """Put an object into another namespace, which is made where it is missing, under the owner of that one."""
        metadata = manifest["metadata"]
        metadata["namespace"] = namespace
        owner = self.namespace(namespace)["metadata"]["labels"].get(OWNER_LABEL)
        if owner is not None:
            metadata["labels"][OWNER_LABEL] = owner

    def workload(
        self, kind: str | None = None, *, namespace: str | None = None, name: str | None = None
    ) -> Workload:
        """Add a hardened workload, of any kind, anywhere in the users' namespaces, unless told otherwise."""
        kind = self.random.pick(WORKLOAD_KINDS) if kind is None else kind
        metadata = self.metadata(name, namespace)
        workload = new_workload(kind, metadata, f"{metadata['namespace']}-runtime", self.random)
        self.add(workload.object)
        return workload

    def unplaced_workload(self, kind: str | None = None, spelling: Spelling | None = None) -> Workload:
        """Add a hardened workload that names no namespace and so lies in `default`, which is declared and hardened."""
        workload = self.workload(kind, namespace=_DEFAULT)
        self.unplace(workload.object, spelling)
        return workload

    def unplace(self, manifest: JsonObject, spelling: Spelling | None = None) -> JsonObject:
        """Let an object lie in `default`: by leaving its namespace out or setting it to null, unless told how."""
        self.namespace(_DEFAULT)
        if spelling is None:
            spelling = self.random.pick((Spelling.ABSENT, Spelling.NULL))
        metadata = manifest["metadata"]
        metadata.pop("namespace", None)
        if spelling is not Spelling.ABSENT:
            metadata["namespace"] = None if spelling is Spelling.NULL else _DEFAULT
        return manifest

    def config_map(self, data: JsonObject) -> JsonObject:
        """Add a ConfigMap with these texts."""
        return self.add({"apiVersion": "v1", "kind": "ConfigMap", "metadata": self.metadata(), "data": data})

    def custom_object(self, api_version: str, kind: str, spec: JsonValue) -> JsonObject:
        """Add an object of a kind that Kubernetes itself does not know."""
        return self.add({"apiVersion": api_version, "kind": kind, "metadata": self.metadata(), "spec": spec})

    def _new_namespace(self, name: str) -> JsonObject:
        namespace = self.bare_namespace(name)
        owner = {OWNER_LABEL: namespace["metadata"]["labels"][OWNER_LABEL]}
        for account in ("default", f"{name}-runtime"):
            metadata = {"name": account, "namespace": name, "labels": dict(owner)}
            self.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}).update(
                {"automountServiceAccountToken": False}
            )
        metadata = {"name": "default-deny", "namespace": name, "labels": dict(owner)}
        spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        self.add(
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": metadata,
                "spec": spec,
            }
        )
        return namespace

    def _add_bystanders(self) -> None:
        """Add what every cluster has and no control minds."""
        harmless_access(self)
        metadata = self.metadata()
        ports = [{"name": "http", "port": 80, "targetPort": "http"}]
        spec = {"selector": {"app": metadata["name"]}, "ports": ports}
        self.add({"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})
        self.config_map(
            {"LOG_LEVEL": self.random.pick(("info", "warn")), "PAGE_SIZE": str(self.random.between(10, 99))}
        )


def _identity(manifest: JsonObject) -> tuple[str, str, str]:
    kind = f"{manifest['apiVersion']} {manifest['kind']}"
    return kind, _place(manifest), manifest["metadata"]["name"]


def _place(manifest: JsonObject) -> str:
    return manifest["metadata"].get("namespace") or _DEFAULT
