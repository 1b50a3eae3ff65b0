"""5.1.6: which of two accounts counts, and volumes with tokens wherever they are mounted."""

from collections.abc import Callable

from itbench import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Parameters, Way, complies, violates
from itbench_ciso.controls.manifests.scene import Scene
from itbench_ciso.controls.manifests.workload import Workload
from itbench_ciso.controls.ways.pods import bad

FIELD = "automountServiceAccountToken"
TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - the name of a type
TOKEN: JsonObject = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}
_FOR_OTHERS: JsonObject = {"serviceAccountToken": {"path": "token", "audience": "vault"}}
_SETTINGS: JsonObject = {"configMap": {"name": "settings"}}
_Holder = Callable[[Workload], JsonObject | None]
_HOLDERS: tuple[tuple[str, _Holder, str | None], ...] = (
    ("by a container after the first", Workload.second_container, None),
    ("by an init container only", Workload.init_container, None),
    ("by a sidecar only", Workload.sidecar, None),
    ("by an ephemeral container only", Workload.ephemeral_container, "Pod"),
    ("by no container", lambda _workload: None, None),
)


def add_volume(workload: Workload, name: str, source: JsonObject, holder: JsonObject | None) -> None:
    """Add a volume between others, and let a container mount it."""
    volumes = workload.spec["volumes"]
    volumes += [{"name": name} | source, {"name": "more", "emptyDir": {}}]
    if holder is not None:
        mount = {"name": name, "mountPath": f"/var/run/{name}", "readOnly": True}
        holder.setdefault("volumeMounts", []).append(mount)


def _first(workload: Workload) -> JsonObject:
    return workload.container


def _project(source: JsonObject, holder: _Holder = _first) -> Callable[[Workload], None]:
    return lambda workload: add_volume(
        workload, "bundle", {"projected": {"sources": [source]}}, holder(workload)
    )


def _mount_secret(
    scene: Scene, workload: Workload, kind: str, more: JsonObject, holder: _Holder = _first
) -> None:
    metadata = scene.metadata(namespace=str(workload.metadata["namespace"]))
    metadata["annotations"] = {"kubernetes.io/service-account.name": f"{metadata['namespace']}-runtime"}
    scene.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind})
    source = {"secret": {"secretName": metadata["name"]} | more}
    add_volume(workload, "credentials", source, holder(workload))


def _secret(
    kind: str, more: JsonObject, holder: _Holder = _first, workload_kind: str | None = None
) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        _mount_secret(scene, scene.workload(workload_kind), kind, more, holder)

    return change


def _secret_way(
    name: str, more: JsonObject, holder: _Holder = _first, workload_kind: str | None = None
) -> Way:
    return violates(
        name,
        _secret(TOKEN_TYPE, more, holder, workload_kind),
        _secret("Opaque", more, holder, workload_kind),
    )


def _two_names(names: Callable[[str, str], JsonObject], *, first: bool, second: bool) -> Change:
    """Return the change of a silent pod beside two accounts.

    Args:
        names: gives the fields of the pod that name the accounts.
        first: what the first account says.
        second: what the second one says.
    """

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload()
        del workload.spec[FIELD]
        del workload.spec["serviceAccountName"]
        found = []
        for says in (first, second):
            metadata = scene.metadata(namespace=str(workload.metadata["namespace"]))
            account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata, FIELD: says}
            found.append(str(scene.add(account)["metadata"]["name"]))
        workload.spec.update(names(*found))

    return change


def _names_way(name: str, names: Callable[[str, str], JsonObject]) -> Way:
    return violates(
        name, _two_names(names, first=True, second=False), _two_names(names, first=False, second=True)
    )


def _beside_old_name(value: JsonValue) -> Callable[[str, str], JsonObject]:
    return lambda first, _second: {"serviceAccountName": value, "serviceAccount": first}


def _exempt(edit: Callable[[Scene, Workload], None]) -> Change:
    def change(scene: Scene, given: Parameters) -> None:
        namespace, name = given["exempt_namespace"], given["exempt_name"]
        edit(scene, scene.workload(given["exempt_kind"], namespace=namespace, name=name))

    return change


def _silent(_scene: Scene, workload: Workload) -> None:
    del workload.spec[FIELD]
    workload.spec["serviceAccountName"] = "unknown"


ACCOUNT_WAYS = (
    _names_way(
        "both fields name an account, that of the new field says yes and that of the old one no",
        lambda first, second: {"serviceAccountName": first, "serviceAccount": second},
    ),
    _names_way("the new field is empty, the old one's account says yes", _beside_old_name("")),
    _names_way("the new field is null, the old one's account says yes", _beside_old_name(None)),
)
"""Ways in which the fields that name an account do not agree."""
PLACE_WAYS = (
    *(
        bad(f"a projected volume with a token is mounted {where}", _project(TOKEN, holder), _project(_SETTINGS, holder), kind)
        for where, holder, kind in _HOLDERS
    ),
    *(
        _secret_way(f"a Secret with a token is mounted {where}", {}, holder, kind)
        for where, holder, kind in _HOLDERS
    ),
    bad("a projected volume has a token for others", _project(_FOR_OTHERS), _project(_SETTINGS)),
    _secret_way("a volume is an optional Secret with a token", {"optional": True}),
    _secret_way("a volume is a part of a Secret with a token", {"items": [{"key": "token", "path": "t"}]}),
    _secret_way("a volume is a Secret with a token and a mode", {"defaultMode": 256, "optional": False}),
    complies("the exempt workload is silent, its account is not in the files", _exempt(_silent)),
    complies(
        "the exempt workload has a projected volume with a token",
        _exempt(lambda _scene, workload: _project(TOKEN)(workload)),
    ),
    complies(
        "the exempt workload mounts a Secret with a token",
        _exempt(lambda scene, workload: _mount_secret(scene, workload, TOKEN_TYPE, {})),
    ),
)  # fmt: skip
"""Ways that differ in where a token is mounted, and how."""
