"""Nothing is made in a namespace that is not there or that is going."""

from itbench_sre.world.controllers.admission.words import forbidden
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.refusal import Refusal
from itbench_sre.world.store.store import Store

_ALWAYS_THERE = ("default", "kube-system", "kube-public", "kube-node-lease")


class NamespaceAdmission:
    """Refuses new objects where there is no namespace for them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        """Return an object as it is.

        Raises:
            Refusal: its namespace is not there, or is being terminated.
        """
        name = body["metadata"].get("namespace")
        if not name or old is not None:
            return body
        namespace = self._store.get(Ref("Namespace", "", name))
        if namespace is None:
            if name in _ALWAYS_THERE:
                return body
            raise Refusal(404, "NotFound", f'namespaces "{name}" not found')
        if "deletionTimestamp" in namespace["metadata"] and body["kind"] != "Event":
            words = f"unable to create new content in namespace {name} because it is being terminated"
            raise forbidden(body, words)
        return body
