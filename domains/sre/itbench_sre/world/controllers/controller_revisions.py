"""ControllerRevisions: the templates that a stateful set or a daemon set has had."""

from itbench_sre.world.controllers.hashes import template_hash
from itbench_sre.world.controllers.plane import MANAGER
from itbench_sre.world.controllers.pods import owner_reference
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of
from itbench_sre.world.store.store import Store

HASH = "controller-revision-hash"


def _data(body: JsonObject) -> JsonObject:
    return {"spec": {"template": {"$patch": "replace", **body["spec"]["template"]}}}


def history(body: JsonObject, store: Store) -> list[JsonObject]:
    """Return the revisions of a workload, the oldest first."""
    found = store.owned(body["metadata"]["uid"], "ControllerRevision")
    return sorted(found, key=lambda each: (each["revision"], each["metadata"]["name"]))


def current_revision(body: JsonObject, store: Store) -> JsonObject:
    """Return the revision of a workload's template; made, or numbered anew where an earlier one is back."""
    revisions = history(body, store)
    data = _data(body)
    number = revisions[-1]["revision"] + 1 if revisions else 1
    for each in revisions:
        if each["data"] == data:
            if each is revisions[-1]:
                return each
            return store.edit(ref_of(each), {("revision",): number}, MANAGER)
    text = template_hash(body["spec"]["template"])
    metadata = body["metadata"]
    name = f"{metadata['name']}-{text}"
    if store.get(Ref("ControllerRevision", metadata["namespace"], name)) is not None:
        text = template_hash(body["spec"]["template"], metadata["uid"])
        name = f"{metadata['name']}-{text}"
    made = {
        "apiVersion": "apps/v1",
        "data": data,
        "kind": "ControllerRevision",
        "metadata": {
            "labels": {**(body["spec"]["template"]["metadata"].get("labels") or {}), HASH: text},
            "name": name,
            "namespace": metadata["namespace"],
            "ownerReferences": [owner_reference(body)],
        },
        "revision": number,
    }
    return store.create(made, MANAGER)


def template_of(revision: JsonObject) -> JsonObject:
    """Return the pod template that a revision keeps."""
    return {key: value for key, value in revision["data"]["spec"]["template"].items() if key != "$patch"}


def clean_up(body: JsonObject, store: Store, used: set[str]) -> None:
    """Delete revisions beyond the history that is kept, except for those in use."""
    revisions = history(body, store)
    unused = [each for each in revisions[:-1] if each["metadata"]["name"] not in used]
    for each in unused[: max(len(unused) - body["spec"]["revisionHistoryLimit"], 0)]:
        store.delete(ref_of(each), MANAGER)
