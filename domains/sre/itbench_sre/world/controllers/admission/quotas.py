"""ResourceQuota: what a namespace may use in all, checked and charged for each new object."""

from itbench_sre.world.controllers.admission.usage import is_in_scope, listed, text_of, usage_of
from itbench_sre.world.controllers.admission.words import forbidden
from itbench_sre.world.controllers.resources import Amounts, added
from itbench_sre.world.store.quantities import thousandths
from itbench_sre.world.store.refs import JsonObject, ref_of
from itbench_sre.world.store.store import Store

_MUST_BE_SAID = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


class QuotaAdmission:
    """Refuses what would exceed a quota, and charges the others with what is admitted."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        """Return an object as it is, its usage charged to the quotas of its namespace.

        Raises:
            Refusal: a quota would be exceeded, or asks for requests or limits that the pod does not have.
        """
        namespace = body["metadata"].get("namespace")
        if not namespace or (old is not None and body["kind"] != "PersistentVolumeClaim"):
            return body
        charged = []
        for quota in self._store.list("ResourceQuota", namespace):
            hard = quota["status"].get("hard") or {}
            if not hard or not is_in_scope(quota, body):
                continue
            change = usage_of(body)
            if old is not None:
                change = {name: more for name, more in added(change, usage_of(old), -1).items() if more > 0}
            change = {name: amount for name, amount in change.items() if name in hard}
            self._check(body, quota, change)
            if change:
                charged.append((quota, change))
        for quota, change in charged:
            self._charge(quota, change)
        return body

    def _check(self, body: JsonObject, quota: JsonObject, change: Amounts) -> None:
        hard = {name: thousandths(amount) for name, amount in quota["status"]["hard"].items()}
        used = {name: thousandths(amount) for name, amount in quota["status"]["used"].items()}
        name = quota["metadata"]["name"]
        if body["kind"] == "Pod" and (unsaid := _unsaid(body, hard)):
            raise forbidden(body, f"failed quota: {name}: must specify {unsaid}")
        exceeded = [each for each, more in change.items() if more and used.get(each, 0) + more > hard[each]]
        if exceeded:
            words = (
                f"requested: {listed(exceeded, change)}, used: {listed(exceeded, used)}, "
                f"limited: {listed(exceeded, hard)}"
            )
            raise forbidden(body, f"exceeded quota: {name}, {words}")

    def _charge(self, quota: JsonObject, change: Amounts) -> None:
        used = dict(quota["status"]["used"])
        for name, more in change.items():
            used[name] = text_of(name, thousandths(used.get(name, 0)) + more)
        self._store.edit(ref_of(quota), {("status", "used"): used}, "kube-apiserver", subresource="status")


def _unsaid(pod: JsonObject, hard: Amounts) -> str:
    """Return which containers lack requests or limits that a quota counts: `limits.cpu for: app`."""
    missing = []
    for name in sorted(each for each in hard if each in _MUST_BE_SAID):
        part = "limits" if name.startswith("limits.") else "requests"
        resource = name.rpartition(".")[2]
        without = [
            container["name"]
            for container in pod["spec"]["containers"]
            if resource not in ((container.get("resources") or {}).get(part) or {})
        ]
        if without:
            missing.append(f"{name} for: {','.join(without)}")
    return "; ".join(missing)
