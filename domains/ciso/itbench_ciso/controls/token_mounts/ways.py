"""5.1.6: tokens of service accounts in pods."""

from collections.abc import Callable

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.manifests.names import NEAR
from itbench_ciso.controls.manifests.scene import Scene, Spelling
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.token_mounts.token_places import (
    ACCOUNT_WAYS,
    FIELD,
    PLACE_WAYS,
    TOKEN,
    TOKEN_TYPE,
    add_volume,
)
from itbench_ciso.controls.ways.exceptions import exempt_workload, workload_ways
from itbench_ciso.controls.ways.pods import (
    HARDENED,
    Edit,
    bad,
    edited,
    every_kind,
    foreign_look_alikes,
    pod_edit,
    text_look_alikes,
)

_MOUNTED = pod_edit(**{FIELD: True})
_OTHER_SOURCES: list[JsonObject] = [
    {"configMap": {"name": "settings"}},
    {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
]


def _silent(workload: Workload) -> None:
    del workload.spec[FIELD]


def _null(workload: Workload) -> None:
    workload.spec[FIELD] = None


def _with_account(
    account: JsonObject, pod: JsonObject | None = None, field: str = "serviceAccountName"
) -> Change:
    """Return the change that adds a workload with a new account.

    Args:
        account: fields of the account.
        pod: fields of the pod; without them it is silent.
        field: of the pod that names the account.
    """

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload()
        _use(scene, workload, account, field)
        _silent(workload)
        workload.spec.update(pod or {})

    return change


def _use(scene: Scene, workload: Workload, account: JsonObject, field: str) -> JsonObject:
    """Add an account and let the workload use it."""
    metadata = scene.metadata(namespace=str(workload.metadata["namespace"]))
    manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata} | account
    del workload.spec["serviceAccountName"]
    workload.spec[field] = metadata["name"]
    return scene.add(manifest)


def _default_says(default: bool, old: bool) -> Change:
    """Return the change of a silent pod that names its account by the old field, in a namespace of its own."""

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload(namespace=scene.namespace_name())
        _use(scene, workload, _says(old), "serviceAccount")
        _silent(workload)
        found = scene.find("ServiceAccount", "default", str(workload.metadata["namespace"]))
        assert found is not None
        found[FIELD] = default

    return change


def _without_account(value: bool, names: JsonObject | None = None) -> Change:
    """Return the change of a silent pod whose account is the default one of its namespace."""

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload(namespace=scene.namespace_name())
        _silent(workload)
        del workload.spec["serviceAccountName"]
        workload.spec.update(names or {})
        found = scene.find("ServiceAccount", "default", str(workload.metadata["namespace"]))
        assert found is not None
        found[FIELD] = value

    return change


def _unknown_account(*, is_known: bool) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload()
        _use(scene, workload, _says(False), "serviceAccountName")
        _silent(workload)
        if not is_known:
            workload.spec["serviceAccountName"] = scene.name()

    return change


def _near_account(changed: Callable[[str], str], *, is_fine: bool, in_place: bool = False) -> Change:
    """Return the change of a silent pod; the account that says no has another name, or lies in another namespace."""

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload()
        account = _use(scene, workload, _says(False), "serviceAccountName")
        _silent(workload)
        near = changed(account["metadata"]["namespace" if in_place else "name"])
        if in_place:
            # In either case, so that the namespace tells nothing.
            scene.namespace(near)
        if not is_fine and in_place:
            scene.move(account, near)
        elif not is_fine:
            account["metadata"]["name"] = near

    return change


def _account_elsewhere(*, is_near: bool) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        here, there = scene.namespaces
        workload = scene.workload(namespace=here)
        _silent(workload)
        workload.spec["serviceAccountName"] = f"{here if is_near else there}-runtime"

    return change


def _foreign_account(kind_group: str) -> Change:
    """Return the change of a silent pod; what refuses the token is an account of this API version."""

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload()
        account = _use(scene, workload, _says(False), "serviceAccountName")
        account["apiVersion"] = kind_group
        _silent(workload)

    return change


def _unplaced(*, account_says: bool, is_account_placed: bool = False) -> Change:
    """Return the change of a silent pod and its account that both lie in `default`, which the pod does not name.

    Nor do the two say it in the same words.
    """

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload(namespace="default")
        account = _use(scene, workload, _says(account_says), "serviceAccountName")
        _silent(workload)
        scene.unplace(workload.object, Spelling.NULL)
        if not is_account_placed:
            scene.unplace(account, Spelling.ABSENT)

    return change


def _unused_account(scene: Scene, _given: Parameters) -> None:
    for value in (True, None):
        manifest = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": scene.metadata()}
        scene.add(manifest | _says(value))


def _volume(workload: Workload, name: str, source: JsonObject) -> None:
    add_volume(workload, name, source, workload.container)


def _projected(*sources: JsonObject) -> Edit:
    return lambda workload: _volume(workload, "bundle", {"projected": {"sources": list(sources)}})


def _secret_volume(kind: str, *, is_near: bool = True, is_secret: bool = True) -> Change:
    """Return the change that mounts a Secret of this type, or one that only seems to be the mounted one."""

    def change(scene: Scene, _given: Parameters) -> None:
        here, there = scene.namespaces
        workload = scene.workload(namespace=here)
        metadata = scene.metadata(namespace=here if is_near else there)
        metadata["annotations"] = {"kubernetes.io/service-account.name": f"{metadata['namespace']}-runtime"}
        version = "v1" if is_secret else "zones.meridian.example/v1"
        scene.add({"apiVersion": version, "kind": "Secret", "metadata": metadata, "type": kind})
        _volume(workload, "credentials", {"secret": {"secretName": metadata["name"]}})

    return change


def _near_secrets(scene: Scene, _given: Parameters) -> None:
    """Mount Secrets with a token whose names or namespaces are nearly those of what is there."""
    for _, changed in NEAR:
        for field in ("name", "namespace"):
            workload = scene.workload()
            metadata = scene.metadata(namespace=str(workload.metadata["namespace"]))
            _volume(workload, "credentials", {"secret": {"secretName": metadata["name"]}})
            if field == "name":
                metadata["name"] = changed(metadata["name"])
            else:
                metadata = scene.metadata(metadata["name"], changed(metadata["namespace"]))
            metadata["annotations"] = {"kubernetes.io/service-account.name": "default"}
            scene.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": TOKEN_TYPE})


def _unplaced_secret_volume(kind: str) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.unplaced_workload(spelling=Spelling.NULL)
        metadata = scene.metadata(namespace="default")
        metadata["annotations"] = {"kubernetes.io/service-account.name": "default-runtime"}
        secret = scene.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind})
        scene.unplace(secret, Spelling.ABSENT)
        _volume(workload, "credentials", {"secret": {"secretName": metadata["name"]}})

    return change


def _says(value: JsonValue) -> JsonObject:
    return {FIELD: value}


CONTROL = Control(
    number="5.1.6",
    title="Tokens of service accounts are mounted only where they are needed",
    parameters=exempt_workload,
    ways=(
        *every_kind("says yes, its account says no", _MOUNTED),
        violates(
            "the pod is silent, its account says yes", _with_account(_says(True)), _with_account(_says(False))
        ),
        violates("the pod and its account are silent", _with_account({}), _with_account(_says(False))),
        violates(
            "the pod is silent, its account's field is null",
            _with_account(_says(None)),
            _with_account(_says(False)),
        ),
        violates(
            "the pod's field is null, its account says yes",
            _with_account(_says(True), _says(None)),
            _with_account(_says(False), _says(None)),
        ),
        violates(
            "the pod is silent, its account by the old field says yes",
            _default_says(default=False, old=True),
            _default_says(default=False, old=False),
        ),
        violates(
            "the pod is silent and names no account, the default one says yes",
            _without_account(True),
            _without_account(False),
        ),
        violates(
            "the pod is silent and both its account's names are empty, the default one says yes",
            _without_account(True, {"serviceAccountName": "", "serviceAccount": ""}),
            _without_account(False, {"serviceAccountName": "", "serviceAccount": ""}),
        ),
        violates(
            "the pod is silent, its account is not in the files",
            _unknown_account(is_known=False),
            _unknown_account(is_known=True),
        ),
        violates(
            "the pod is silent, an account of that name elsewhere says no",
            _account_elsewhere(is_near=False),
            _account_elsewhere(is_near=True),
        ),
        violates(
            "the pod is silent, what says no is no account of Kubernetes",
            _foreign_account("zones.meridian.example/v1"),
            _foreign_account("v1"),
        ),
        violates(
            "the pod and its account name no namespace, the account says yes",
            _unplaced(account_says=True),
            _unplaced(account_says=False),
        ),
        *(
            violates(
                f"the pod is silent, only an account whose {what} {relation} that of its own says no",
                _near_account(changed, is_fine=False, in_place=in_place),
                _near_account(changed, is_fine=True, in_place=in_place),
            )
            for what, in_place in (("name", False), ("namespace", True))
            for relation, changed in NEAR
        ),
        bad("a projected volume has a token", _projected(TOKEN), _projected(_OTHER_SOURCES[0])),
        bad(
            "a projected volume has a token between other things",
            _projected(_OTHER_SOURCES[0], TOKEN, _OTHER_SOURCES[1]),
            _projected(_OTHER_SOURCES[0], _OTHER_SOURCES[0], _OTHER_SOURCES[1]),
        ),
        violates("a volume is a Secret with a token", _secret_volume(TOKEN_TYPE), _secret_volume("Opaque")),
        violates(
            "a volume is a Secret with a token, and no namespace is named",
            _unplaced_secret_volume(TOKEN_TYPE),
            _unplaced_secret_volume("Opaque"),
        ),
        *ACCOUNT_WAYS,
        *PLACE_WAYS,
        *workload_ways("mounts its token", _MOUNTED),
        *HARDENED,
        complies("the pod says no, its account says yes", _with_account(_says(True), _says(False))),
        complies("the pod says no, its account is silent", _with_account({}, _says(False))),
        complies("the pod is silent, its account says no", edited(_silent)),
        complies("the pod's field is null, its account says no", edited(_null)),
        complies(
            "the pod is silent, its account by the old field says no, the default one yes",
            _default_says(default=True, old=False),
        ),
        complies("the pod is silent, the default account says no", _without_account(False)),
        complies(
            "the pod and its account name no namespace, the account says no", _unplaced(account_says=False)
        ),
        complies("accounts that no workload uses do not say no", _unused_account),
        complies("a projected volume has other things", edited(_projected(*_OTHER_SOURCES))),
        complies(
            "a source of a projected volume is null",
            edited(_projected(_OTHER_SOURCES[0] | {"serviceAccountToken": None})),
        ),
        complies("a volume is a Secret without a token", _secret_volume("Opaque")),
        complies(
            "a Secret with a token lies in another namespace", _secret_volume(TOKEN_TYPE, is_near=False)
        ),
        complies("Secrets with a token and similar names are not mounted", _near_secrets),
        *(
            complies(
                f"a mounted Secret's type {relation} that of tokens", _secret_volume(changed(TOKEN_TYPE))
            )
            for relation, changed in NEAR
        ),
        complies(
            "the pod names no namespace, its account in `default` says no",
            _unplaced(account_says=False, is_account_placed=True),
        ),
        complies(
            "what looks like a Secret with a token is none", _secret_volume(TOKEN_TYPE, is_secret=False)
        ),
        *text_look_alikes(FIELD, f"  {FIELD}: true\n"),
        *foreign_look_alikes(_MOUNTED),
    ),
)
