"""Namespaces: what each new one is given, and how one goes with all that is in it."""

from base64 import b64encode

from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.controllers.plane import MANAGER, Plane
from itbench_sre.world.controllers.pods import is_terminating
from itbench_sre.world.controllers.queue import Queue
from itbench_sre.world.store.kinds import KINDS
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Change

_AUTHORITY = "kube-root-ca.crt"
_DESCRIPTION = (
    "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
    "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes "
    "clusters."
)


class Namespaces:
    """Keeps the default account and the certificate of each namespace, and empties those that go.

    Attributes:
        certificate: text of the cluster's certificate authority.
    """

    def __init__(self, plane: Plane, certificate: str = "") -> None:
        self._store = plane.store
        self.certificate = certificate or _certificate(plane.seed)
        self._queue = Queue(plane.loop, plane.seed, "namespace-controller", self._sync, 20_000)
        plane.store.watch("Namespace", self._on_namespace)
        plane.store.watch("*", self._on_object)

    def _on_namespace(self, change: Change) -> None:
        if change.type != "DELETED":
            self._queue.add(change.ref)

    def _on_object(self, change: Change) -> None:
        if change.type != "DELETED" or change.ref.kind == "Event":
            return
        is_standing = change.ref.kind in ("ServiceAccount", "ConfigMap") and change.ref.name in (
            "default",
            _AUTHORITY,
        )
        namespace = self._store.get(Ref("Namespace", "", change.ref.namespace))
        if namespace is not None and (is_standing or is_terminating(namespace)):
            self._queue.add(ref_of(namespace))

    def _sync(self, ref: Ref) -> None:
        body = self._store.get(ref)
        if body is None:
            return
        if is_terminating(body):
            self._empty(body)
            return
        self._give(ref.name, "ServiceAccount", "default", {})
        annotations = {"kubernetes.io/description": _DESCRIPTION}
        parts = {"data": {"ca.crt": self.certificate}, "annotations": annotations}
        self._give(ref.name, "ConfigMap", _AUTHORITY, parts)

    def _give(self, namespace: str, kind: str, name: str, parts: JsonObject) -> None:
        if self._store.get(Ref(kind, namespace, name)) is not None:
            return
        metadata: JsonObject = {"name": name, "namespace": namespace}
        if "annotations" in parts:
            metadata["annotations"] = parts["annotations"]
        body: JsonObject = {"apiVersion": "v1", "kind": kind, "metadata": metadata}
        if "data" in parts:
            body["data"] = parts["data"]
        self._store.create(body, MANAGER)

    def _empty(self, body: JsonObject) -> None:
        name, is_empty = body["metadata"]["name"], True
        for kind in list(self._store.kinds()):
            known = KINDS.get(kind)
            if known is not None and not known.is_namespaced:
                continue
            for each in self._store.list(kind, name):
                if not is_terminating(each):
                    self._store.delete(ref_of(each), MANAGER)
                is_empty = is_empty and self._store.get(ref_of(each)) is None
        if is_empty and body["spec"].get("finalizers"):
            self._store.edit(ref_of(body), {("spec", "finalizers"): []}, MANAGER, subresource="finalize")


def _certificate(seed: int) -> str:
    random = Randomness(mixed(seed, "certificate authority"))
    text = b64encode(bytes(random.below(256) for _ in range(747))).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
