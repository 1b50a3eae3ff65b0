"""What the scheduler asks of a pod's volumes: whether its claims are there and bound, and where they can be used."""

from collections.abc import Iterator

from itbench_sre.world.controllers.nodes_fit import is_term_met
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

SELECTED_NODE = "volume.kubernetes.io/selected-node"


def claims_of(pod: JsonObject) -> Iterator[Ref]:
    """Yield the names of a pod's volume claims."""
    for volume in pod["spec"].get("volumes") or ():
        if "persistentVolumeClaim" in volume:
            name = volume["persistentVolumeClaim"]["claimName"]
            yield Ref("PersistentVolumeClaim", pod["metadata"]["namespace"], name)


def waits_for_consumer(claim: JsonObject, store: Store) -> bool:
    """Return whether a claim's volume is made only once a pod that uses it has a node."""
    storage_class = store.get(Ref("StorageClass", "", claim["spec"].get("storageClassName") or ""))
    return storage_class is not None and storage_class["volumeBindingMode"] == "WaitForFirstConsumer"


def is_bound(claim: JsonObject) -> bool:
    """Return whether a claim has its volume."""
    return bool(claim["spec"].get("volumeName")) and claim["status"].get("phase") == "Bound"


def claims_obstacle(pod: JsonObject, store: Store) -> str:
    """Return why a pod cannot be placed anywhere because of its claims; empty where it can."""
    for ref in claims_of(pod):
        claim = store.get(ref)
        if claim is None:
            return f'persistentvolumeclaim "{ref.name}" not found'
        if "deletionTimestamp" in claim["metadata"]:
            return f'persistentvolumeclaim "{ref.name}" is being deleted'
        if not is_bound(claim) and not waits_for_consumer(claim, store):
            return "pod has unbound immediate PersistentVolumeClaims"
    return ""


def is_reachable(pod: JsonObject, node: JsonObject, store: Store) -> bool:
    """Return whether the bound volumes of a pod can be used on a node."""
    for ref in claims_of(pod):
        claim = store.get(ref)
        name = claim["spec"].get("volumeName") if claim else None
        volume = store.get(Ref("PersistentVolume", "", name)) if name else None
        required = ((volume or {}).get("spec", {}).get("nodeAffinity") or {}).get("required")
        if required and not any(is_term_met(term, node) for term in required["nodeSelectorTerms"]):
            return False
    return True


def unbound_claims(pod: JsonObject, store: Store) -> list[Ref]:
    """Return the claims of a pod that have no volume yet."""
    found = ((ref, store.get(ref)) for ref in claims_of(pod))
    return [ref for ref, claim in found if claim is not None and not is_bound(claim)]
