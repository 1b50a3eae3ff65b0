"""5.4.2: Secrets are kept in an external store."""

from collections.abc import Callable

from itbench import JsonObject
from itbench.kit import Randomness
from itbench_ciso.controls.control import Change, Control, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.ways.exceptions import ORDINALS, exempt_namespaces, other_system_namespace

_STORES = ("central-vault", "estate-vault", "company-safe", "key-house")
_CODED: JsonObject = {"password": "Y29ycmVjdC1ob3JzZQ=="}  # a made-up value
_PLAIN: JsonObject = {"password": "correct-horse"}


def _parameters(random: Randomness) -> Parameters:
    return {**exempt_namespaces(random), "approved_store": random.pick(_STORES)}


def _secret(**fields: object) -> Change:
    return lambda scene, _given: _add_secret(scene, None, dict(fields))


def _add_secret(scene: Scene, namespace: str | None, fields: JsonObject) -> JsonObject:
    metadata = scene.metadata(namespace=namespace)
    return scene.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata} | fields)


def _bad(name: str, **fields: object) -> Way:
    """Return the violating way of a Secret; the repaired one is as it, but without values."""
    fine = {key: {} if key in {"data", "stringData"} else value for key, value in fields.items()}
    return violates(name, _secret(**fields), _secret(**fine))


def _unplaced_secret(data: JsonObject) -> Change:
    return lambda scene, _given: scene.unplace(_add_secret(scene, "default", {"data": data}))


def _in_place(pick: Callable[[Scene, Parameters], str], data: JsonObject) -> Change:
    return lambda scene, given: _add_secret(scene, pick(scene, given), {"data": data})


def _beside_exempt(changed: Callable[[str], str]) -> Callable[[Scene, Parameters], str]:
    return lambda scene, given: changed(scene.random.pick(given["exempt_namespaces"]))


def _external_in_place(pick: Callable[[Scene, Parameters], str], kind: str) -> Change:
    return lambda scene, given: _add_external(
        scene, pick(scene, given), {"kind": kind, "name": given["approved_store"]}
    )


def _in_exempt(scene: Scene, given: Parameters) -> None:
    for name in given["exempt_namespaces"]:
        _add_secret(scene, name, {"data": dict(_CODED)})
        _add_external(scene, name, {"name": "team-vault"})


def _token(data: JsonObject | None, kind: str) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        found = _add_secret(scene, None, {"type": kind, "data": data})
        metadata = found["metadata"]
        metadata["annotations"] = {"kubernetes.io/service-account.name": f"{metadata['namespace']}-runtime"}

    return change


def _external(reference: JsonObject | None, *, version: str = "v1") -> Change:
    """Return the change that adds an ExternalSecret; a reference without a name names the approved store."""

    def change(scene: Scene, given: Parameters) -> None:
        named = None if reference is None else {"name": given["approved_store"]} | reference
        _add_external(scene, None, named, version)

    return change


def _bad_external(name: str, reference: JsonObject | None, version: str = "v1") -> Way:
    return violates(name, _external(reference, version=version), _external(_CLUSTER, version=version))


def _nameless(*, has_name: bool) -> Change:
    def change(scene: Scene, given: Parameters) -> None:
        name = {"name": given["approved_store"]} if has_name else {}
        _add_external(scene, None, _CLUSTER | name)

    return change


def _unplaced_external(reference: JsonObject) -> Change:
    def change(scene: Scene, given: Parameters) -> None:
        named = {"name": given["approved_store"]} | reference
        scene.unplace(_add_external(scene, "default", named))

    return change


def _add_external(
    scene: Scene,
    namespace: str | None,
    reference: JsonObject | None,
    version: str = "v1",
) -> JsonObject:
    metadata = scene.metadata(namespace=namespace)
    spec = {
        "refreshInterval": "1h",
        "target": {"name": metadata["name"]},
        "data": [{"secretKey": "password", "remoteRef": {"key": f"apps/{metadata['name']}"}}],
    } | ({} if reference is None else {"secretStoreRef": reference})
    head = {"apiVersion": f"external-secrets.io/{version}", "kind": "ExternalSecret"}
    return scene.add({**head, "metadata": metadata, "spec": spec})


def _named_store(changed: Callable[[str], str]) -> Change:
    """Return the change that reads from a store of the cluster whose name is made of the approved one's."""

    def change(scene: Scene, given: Parameters) -> None:
        _add_external(scene, None, _CLUSTER | {"name": changed(given["approved_store"])})

    return change


def _stores(scene: Scene, _given: Parameters) -> None:
    """The stores themselves, and what has to do with Secrets but reads none."""
    for kind in ("SecretStore", "PushSecret", "ClusterExternalSecret"):
        scene.custom_object("external-secrets.io/v1", kind, {"provider": {"vault": {"path": "secret"}}})


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
    for group in ("safes.meridian.example", "external-secrets.io.meridian.example", "my.external-secrets.io"):
        found = scene.custom_object(f"{group}/v1", "Secret", {})
        del found["spec"]
        found["data"] = dict(_CODED)
        scene.custom_object(f"{group}/v1", "ExternalSecret", {"secretStoreRef": {"name": "team-vault"}})


_CLUSTER: JsonObject = {"kind": "ClusterSecretStore"}
_TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - the name of a type
_TOKEN_DATA: JsonObject = {"token": "ZXhhbXBsZQ=="}

CONTROL = Control(
    number="5.4.2",
    title="Secrets are kept in the approved external store",
    parameters=_parameters,
    is_admission=True,
    ways=(
        _bad("a Secret has coded values", type="Opaque", data=_CODED),
        _bad("a Secret has plain values", type="Opaque", stringData=_PLAIN),
        _bad("a Secret without a type has values", data=_CODED),
        _bad("a Secret has no coded but plain values", data={}, stringData=_PLAIN),
        _bad("a Secret has coded but no plain values", data=_CODED, stringData={}),
        _bad(
            "a certificate is in a Secret",
            type="kubernetes.io/tls",
            data={"tls.crt": "TUlJQw==", "tls.key": "TUlJRQ=="},
        ),
        _bad("a login is in a Secret", type="kubernetes.io/basic-auth", stringData=_PLAIN),
        _bad("the only value is empty", data={"password": ""}),
        _bad("an immutable Secret has values", immutable=True, data=_CODED),
        violates(
            "a Secret of another type has values that look like a token's",
            _token(_TOKEN_DATA, "meridian.example/service-account-token"),
            _token(_TOKEN_DATA, _TOKEN_TYPE),
        ),
        *(
            violates(
                f"a Secret has values, and a type whose name {relation} that of Kubernetes' own tokens",
                _token(_TOKEN_DATA, near(_TOKEN_TYPE)),
                _token(_TOKEN_DATA, _TOKEN_TYPE),
            )
            for relation, near in NEAR
        ),
        violates("a Secret without a namespace has values", _unplaced_secret(_CODED), _unplaced_secret({})),
        *(
            violates(
                f"a Secret in a namespace whose name {relation} an exempt one's",
                _in_place(_beside_exempt(near), _CODED),
                _in_place(_beside_exempt(near), {}),
            )
            for relation, near in NEAR
        ),
        *(
            violates(
                f"a Secret in the {ordinal} system namespace that is not exempt",
                _in_place(other_system_namespace(place), _CODED),
                _in_place(other_system_namespace(place), {}),
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        _bad_external("another store of the cluster", _CLUSTER | {"name": "team-vault"}),
        _bad_external(
            "another store of the cluster, by an older version of the API",
            _CLUSTER | {"name": "team-vault"},
            "v1beta1",
        ),
        *(
            violates(
                f"a store whose name {relation} the approved one's", _named_store(near), _named_store(str)
            )
            for relation, near in NEAR
        ),
        _bad_external("a namespace's own store has the approved one's name", {"kind": "SecretStore"}),
        _bad_external("the reference has no kind", {}),
        _bad_external("there is no reference", None),
        violates("the reference has no name", _nameless(has_name=False), _nameless(has_name=True)),
        violates(
            "an ExternalSecret without a namespace reads from another store",
            _unplaced_external({"kind": "SecretStore"}),
            _unplaced_external(_CLUSTER),
        ),
        *(
            violates(
                f"an ExternalSecret in a namespace whose name {relation} an exempt one's reads from another store",
                _external_in_place(_beside_exempt(near), "SecretStore"),
                _external_in_place(_beside_exempt(near), "ClusterSecretStore"),
            )
            for relation, near in NEAR
        ),
        *(
            violates(
                f"an ExternalSecret in the {ordinal} system namespace that is not exempt reads from another store",
                _external_in_place(other_system_namespace(place), "SecretStore"),
                _external_in_place(other_system_namespace(place), "ClusterSecretStore"),
            )
            for place, ordinal in enumerate(ORDINALS)
        ),
        complies("the approved store", _external(_CLUSTER)),
        complies(
            "the approved store, by an older version of the API", _external(_CLUSTER, version="v1beta1")
        ),
        complies("Secrets and other stores in exempt namespaces", _in_exempt),
        complies("a Secret without values", _secret(type="Opaque")),
        complies("a Secret with empty values", _secret(type="Opaque", data={}, stringData=None)),
        complies("a Secret with values that are null", _secret(type="Opaque", data=None, stringData={})),
        complies("Kubernetes fills the Secret", _token(_TOKEN_DATA, _TOKEN_TYPE)),
        complies("a sealed secret", _sealed),
        complies("a driver mounts what the store has", _mounted_by_driver),
        complies("stores are declared", _stores),
        complies("a ConfigMap holds a Secret as text", _in_text),
        complies("what looks like Secrets belongs to other API groups", _foreign),
    ),
)
