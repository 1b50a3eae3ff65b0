"""The replica sets of a deployment: which is of its template, how they are numbered, and how a new one is made."""

from collections.abc import Sequence

from itbench_sre.world.controllers.hashes import template_hash
from itbench_sre.world.controllers.plane import MANAGER
from itbench_sre.world.controllers.pods import owner_reference
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Store

REVISION = "deployment.kubernetes.io/revision"
HISTORY = "deployment.kubernetes.io/revision-history"
DESIRED = "deployment.kubernetes.io/desired-replicas"
MOST = "deployment.kubernetes.io/max-replicas"
HASH = "pod-template-hash"
_NOT_COPIED = ("kubectl.kubernetes.io/last-applied-configuration", REVISION, HISTORY, DESIRED, MOST)


def annotations_of(body: JsonObject) -> dict[str, str]:
    """Return the annotations of an object."""
    return body["metadata"].get("annotations") or {}


def revision_of(body: JsonObject) -> int:
    """Return the number of a revision; 0 for none."""
    return int(annotations_of(body).get(REVISION, 0))


def share_of(value: int | str, whole: int, *, round_up: bool) -> int:
    """Return a number that is given as such or as a percentage of `whole`."""
    if isinstance(value, int):
        return value
    if not value.endswith("%"):
        return int(value)
    product = whole * int(value[:-1])
    return -(-product // 100) if round_up else product // 100


def limits_of(deployment: JsonObject) -> tuple[int, int]:
    """Return how many pods a rollout may have too many, and how many may be unavailable."""
    spec = deployment["spec"]
    rolling = spec["strategy"].get("rollingUpdate")
    if spec["strategy"]["type"] != "RollingUpdate" or rolling is None:
        return 0, 0
    surge = share_of(rolling["maxSurge"], spec["replicas"], round_up=True)
    unavailable = share_of(rolling["maxUnavailable"], spec["replicas"], round_up=False)
    if not surge and not unavailable:
        unavailable = 1
    return surge, min(unavailable, spec["replicas"])


def is_of_template(replica_set: JsonObject, deployment: JsonObject) -> bool:
    """Return whether a replica set has the template of its deployment, its hash aside."""
    theirs, ours = replica_set["spec"]["template"], deployment["spec"]["template"]
    if theirs["spec"] != ours["spec"]:
        return False
    first, second = dict(theirs["metadata"]), dict(ours["metadata"])
    first["labels"] = {k: v for k, v in (first.get("labels") or {}).items() if k != HASH}
    second["labels"] = {k: v for k, v in (second.get("labels") or {}).items() if k != HASH}
    return {k: v for k, v in first.items() if v} == {k: v for k, v in second.items() if v}


def set_annotations(deployment: JsonObject, replica_set: JsonObject, revision: int) -> dict[str, str]:
    """Return the annotations that a replica set of the newest revision should have."""
    made = dict(annotations_of(replica_set))
    made.update({k: v for k, v in annotations_of(deployment).items() if k not in _NOT_COPIED})
    before = int(made.get(REVISION, 0))
    if before < revision:
        if before:
            history = [each for each in made.get(HISTORY, "").split(",") if each]
            made[HISTORY] = ",".join([*history, str(before)])
        made[REVISION] = str(revision)
    made.update(size_annotations(deployment))
    return made


def size_annotations(deployment: JsonObject) -> dict[str, str]:
    """Return the annotations by which a change of a deployment's size is noticed."""
    replicas = deployment["spec"]["replicas"]
    return {DESIRED: str(replicas), MOST: str(replicas + limits_of(deployment)[0])}


def new_replica_set(deployment: JsonObject, replicas: int, revision: int, store: Store) -> JsonObject:
    """Return a replica set of a deployment's template, not yet stored."""
    spec, metadata = deployment["spec"], deployment["metadata"]
    text = template_hash(spec["template"], "".join(_collisions(deployment)))
    name = f"{metadata['name']}-{text}"
    if store.get(Ref("ReplicaSet", metadata["namespace"], name)) is not None:
        text = template_hash(spec["template"], metadata["uid"])
        name = f"{metadata['name']}-{text}"
    labels = {**(spec["template"]["metadata"].get("labels") or {}), HASH: text}
    selector = dict(spec["selector"])
    selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: text}
    made: JsonObject = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "metadata": {
            "labels": labels,
            "name": name,
            "namespace": metadata["namespace"],
            "ownerReferences": [owner_reference(deployment)],
        },
        "spec": {
            "replicas": replicas,
            "selector": selector,
            "template": {**spec["template"], "metadata": {**spec["template"]["metadata"], "labels": labels}},
        },
    }
    if spec.get("minReadySeconds"):
        made["spec"]["minReadySeconds"] = spec["minReadySeconds"]
    made["metadata"]["annotations"] = set_annotations(deployment, made, revision)
    return made


def _collisions(deployment: JsonObject) -> Sequence[str]:
    count = (deployment.get("status") or {}).get("collisionCount")
    return [str(count)] if count else []


def clean_up(deployment: JsonObject, old: Sequence[JsonObject], store: Store) -> None:
    """Delete old replica sets beyond the history that is kept."""
    empty = [
        each
        for each in old
        if not each["spec"]["replicas"]
        and not each["status"].get("replicas")
        and "deletionTimestamp" not in each["metadata"]
        and each["status"].get("observedGeneration", 0) >= each["metadata"]["generation"]
    ]
    surplus = len(old) - deployment["spec"]["revisionHistoryLimit"]
    if surplus > 0:
        for each in sorted(empty, key=revision_of)[:surplus]:
            store.delete(ref_of(each), MANAGER)
