"""5.1.6: tokens of service accounts in pods."""

from itbench.interfaces.json import JsonObject, JsonValue
from itbench_ciso.controls.control import Change, Control, Parameters, complies, violates
from itbench_ciso.controls.exceptions import exempt_workload, workload_ways
from itbench_ciso.controls.pod_ways import HARDENED, edited, foreign_look_alikes, pod_edit, text_look_alikes
from itbench_ciso.controls.scene import Scene
from itbench_ciso.controls.workload import Workload

_FIELD = "automountServiceAccountToken"
_MOUNTED = pod_edit(**{_FIELD: True})
_TOKEN = {"serviceAccountToken": {"path": "token", "expirationSeconds": 3600}}
_OTHER_SOURCES: list[JsonObject] = [
    {"configMap": {"name": "settings"}},
    {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
]


def _silent(workload: Workload) -> None:
    del workload.spec[_FIELD]


def _with_account(settings: JsonObject, edit: JsonObject) -> Change:
    """Return the change that adds a workload with a new account.

    Args:
        settings: fields of the account.
        edit: fields of the pod; a null one is left out.
    """

    def change(scene: Scene, _given: Parameters) -> None:
        workload = scene.workload()
        metadata = scene.metadata(namespace=str(workload.metadata["namespace"]))
        scene.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata} | settings)
        workload.spec["serviceAccountName"] = metadata["name"]
        workload.spec.update(edit)
        if edit.get(_FIELD, "") is None and scene.random.below(2):
            _silent(workload)

    return change


def _unknown_account(scene: Scene, _given: Parameters) -> None:
    workload = scene.workload()
    _silent(workload)
    workload.spec["serviceAccountName"] = scene.name()


def _account_elsewhere(scene: Scene, _given: Parameters) -> None:
    here, there = scene.namespaces
    workload = scene.workload(namespace=here)
    _silent(workload)
    workload.spec["serviceAccountName"] = f"{there}-runtime"


def _old_field(workload: Workload) -> None:
    _silent(workload)
    workload.spec["serviceAccount"] = workload.spec.pop("serviceAccountName")


def _unused_account(scene: Scene, _given: Parameters) -> None:
    scene.add({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": scene.metadata(), _FIELD: True})


def _volume(workload: Workload, name: str, source: JsonObject) -> None:
    workload.spec["volumes"].append({"name": name} | source)
    workload.container["volumeMounts"].append(
        {"name": name, "mountPath": f"/var/run/{name}", "readOnly": True}
    )


def _projected(*sources: JsonObject) -> Change:
    return edited(lambda workload: _volume(workload, "bundle", {"projected": {"sources": list(sources)}}))


def _secret_volume(kind: str, *, is_near: bool) -> Change:
    def change(scene: Scene, _given: Parameters) -> None:
        here, there = scene.namespaces
        workload = scene.workload(namespace=here)
        metadata = scene.metadata(namespace=here if is_near else there)
        metadata["annotations"] = {"kubernetes.io/service-account.name": f"{metadata['namespace']}-runtime"}
        scene.add({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": kind})
        _volume(workload, "credentials", {"secret": {"secretName": metadata["name"]}})

    return change


def _says(value: JsonValue) -> JsonObject:
    return {_FIELD: value}


_TOKEN_TYPE = "kubernetes.io/service-account-token"  # noqa: S105 - the name of a type

CONTROL = Control(
    number="5.1.6",
    title="Tokens of service accounts are mounted only where they are needed",
    parameters=exempt_workload,
    ways=(
        violates("the pod says yes, its account says no", edited(_MOUNTED)),
        violates("a Pod says yes", edited(_MOUNTED, "Pod")),
        violates("a CronJob says yes", edited(_MOUNTED, "CronJob")),
        violates("a StatefulSet says yes", edited(_MOUNTED, "StatefulSet")),
        violates("the pod is silent, its account says yes", _with_account(_says(True), _says(None))),
        violates("the pod and its account are silent", _with_account({}, _says(None))),
        violates("the pod is silent, its account's field is null", _with_account(_says(None), _says(None))),
        violates("the pod is silent, its account is not in the files", _unknown_account),
        violates("the pod is silent, an account of that name elsewhere says no", _account_elsewhere),
        violates("a projected volume has a token", _projected(_TOKEN)),
        violates("a projected volume has a token after other things", _projected(*_OTHER_SOURCES, _TOKEN)),
        violates("a volume is a Secret with a token", _secret_volume(_TOKEN_TYPE, is_near=True)),
        *workload_ways("mounts its token", _MOUNTED),
        *HARDENED,
        complies("the pod says no, its account says yes", _with_account(_says(True), {})),
        complies("the pod says no, its account is silent", _with_account({}, {})),
        complies("the pod is silent, its account says no", edited(_silent)),
        complies("the pod is silent, its account by the old field says no", edited(_old_field)),
        complies("an account that no workload uses says yes", _unused_account),
        complies("a projected volume has other things", _projected(*_OTHER_SOURCES)),
        complies("a volume is a Secret without a token", _secret_volume("Opaque", is_near=True)),
        complies(
            "a Secret with a token lies in another namespace", _secret_volume(_TOKEN_TYPE, is_near=False)
        ),
        *text_look_alikes(_FIELD, f"  {_FIELD}: true\n"),
        *foreign_look_alikes({_FIELD: True}),
    ),
)
