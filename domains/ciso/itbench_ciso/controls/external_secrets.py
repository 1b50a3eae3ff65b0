"""5.4.2: Secrets are kept in an external store."""

from itbench.interfaces.json import JsonObject
from itbench.made.randomness import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.exceptions import exempt_namespaces
from itbench_ciso.controls.scene import Scene

_STORES = ("central-vault", "estate-vault", "company-safe", "key-house")
_CODED: JsonObject = {"password": "Y29ycmVjdC1ob3JzZQ=="}  # a made-up value
_PLAIN: JsonObject = {"password": "correct-horse"}


def _parameters(random: Randomness) -> Parameters:
    return {**exempt_namespaces(random), "approved_store": random.pick(_STORES)}


def _secret(**fields: object) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        _add_secret(scene, None, dict(fields))

    return change


def _add_secret(scene: Scene, namespace: str | None, fields: JsonObject) -> None:
    metadata = scene.metadata(namespace=namespace)
    scene.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata} | fields)


def _beside_exempt(scene: Scene, given: Parameters) -> None:
    _add_secret(scene, f"{scene.random.pick(given['exempt_namespaces'])}-dev", {"data": dict(_CODED)})


def _in_exempt(scene: Scene, given: Parameters) -> None:
    _add_secret(scene, scene.random.pick(given["exempt_namespaces"]), {"data": dict(_CODED)})


def _external(reference: JsonObject, *, is_exempt: bool = False) -> Change:
    """Return the change that adds an ExternalSecret; a reference without a name names the approved store."""

    def change(scene: Scene, given: Parameters) -> None:
        namespace = scene.random.pick(given["exempt_namespaces"]) if is_exempt else None
        _add_external(scene, namespace, {"name": given["approved_store"]} | reference)

    return change


def _add_external(scene: Scene, namespace: str | None, reference: JsonObject) -> None:
    metadata = scene.metadata(namespace=namespace)
    spec = {
        "refreshInterval": "1h",
        "secretStoreRef": reference,
        "target": {"name": metadata["name"]},
        "data": [{"secretKey": "password", "remoteRef": {"key": f"apps/{metadata['name']}"}}],
    }
    scene.add(
        {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": metadata, "spec": spec}
    )


def _similar_store(scene: Scene, given: Parameters) -> None:
    _add_external(scene, None, _CLUSTER | {"name": f"{given['approved_store']}-dev"})


def _sealed(scene: Scene, _given: Parameters) -> None:
    scene.custom_object(
        "bitnami.com/v1alpha1", "SealedSecret", {"encryptedData": {"password": "AgBy3i4OJSWK"}}
    )


def _mounted_by_driver(scene: Scene, _given: Parameters) -> None:
    spec = {"provider": "vault", "parameters": {"roleName": "apps"}}
    scene.custom_object("secrets-store.csi.x-k8s.io/v1", "SecretProviderClass", spec)


def _in_text(scene: Scene, _given: Parameters) -> None:
    scene.config_map({"secret.yaml": "apiVersion: v1\nkind: Secret\nstringData:\n  password: example\n"})


def _foreign(scene: Scene, _given: Parameters) -> None:
    found = scene.custom_object("safes.meridian.example/v1", "Secret", {})
    del found["spec"]
    found["data"] = dict(_CODED)


_CLUSTER: JsonObject = {"kind": "ClusterSecretStore"}
_TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - the name of a type

CONTROL = Control(
    number="5.4.2",
    title="Secrets are kept in the approved external store",
    parameters=_parameters,
    is_admission=True,
    ways=(
        violates("a Secret has coded values", _secret(type="Opaque", data=_CODED)),
        violates("a Secret has plain values", _secret(type="Opaque", stringData=_PLAIN)),
        violates("a Secret without a type has values", _secret(data=_CODED)),
        violates("a Secret has no coded but plain values", _secret(data={}, stringData=_PLAIN)),
        violates(
            "a certificate is in a Secret", _secret(type="kubernetes.io/tls", data={"tls.key": "TUlJRXZR"})
        ),
        violates("a login is in a Secret", _secret(type="kubernetes.io/basic-auth", stringData=_PLAIN)),
        violates("the only value is empty", _secret(data={"password": ""})),
        violates("an immutable Secret has values", _secret(immutable=True, data=_CODED)),
        violates("a Secret in a namespace whose name only begins like an exempt one", _beside_exempt),
        violates("another store of the cluster", _external(_CLUSTER | {"name": "team-vault"})),
        violates("a store whose name only begins like the approved one's", _similar_store),
        violates("a namespace's own store has the approved one's name", _external({"kind": "SecretStore"})),
        violates("the reference has no kind", _external({})),
        complies("the approved store", _external(_CLUSTER)),
        complies("another store in an exempt namespace", _external({"name": "team-vault"}, is_exempt=True)),
        complies("a Secret in an exempt namespace", _in_exempt),
        complies("a Secret without values", _secret(type="Opaque")),
        complies("a Secret with empty values", _secret(type="Opaque", data={}, stringData=None)),
        complies("Kubernetes fills the Secret", _secret(type=_TOKEN_TYPE, data={"token": "ZXhhbXBsZQ=="})),
        complies("a sealed secret", _sealed),
        complies("a driver mounts what the store has", _mounted_by_driver),
        complies("a ConfigMap holds a Secret as text", _in_text),
        complies("what looks like a Secret belongs to another API group", _foreign),
    ),
)
