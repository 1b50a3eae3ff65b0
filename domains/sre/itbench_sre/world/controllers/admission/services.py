"""Addresses of services: each new one gets a cluster address, and ports on the nodes where it asks for them."""

from itbench_sre.world.store.pod_defaults import filled
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.store import Store


class ServiceAdmission:
    """Gives out addresses of 100.64.0.0/13 and node ports from 30000 to 32767."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def admit(self, body: JsonObject, old: JsonObject | None, manager: str) -> JsonObject:
        """Return a service with its addresses."""
        if body["kind"] != "Service" or body["spec"]["type"] == "ExternalName":
            return body
        spec = filled(body["spec"], {"ipFamilies": ["IPv4"], "ipFamilyPolicy": "SingleStack"})
        if not spec.get("clusterIP"):
            spec = {**spec, "clusterIP": self._address(str(body["metadata"]["name"]))}
        spec = filled(spec, {"clusterIPs": [spec["clusterIP"]]})
        if spec["type"] in ("NodePort", "LoadBalancer"):
            name = body["metadata"]["name"]
            spec = {**spec, "ports": [self._with_node_port(port, name) for port in spec.get("ports") or ()]}
        return {**body, "spec": spec}

    def _address(self, name: str) -> str:
        taken = {each["spec"].get("clusterIP") for each in self._store.list("Service")}
        while True:
            random = self._store.stream("address", name)
            address = f"100.{64 + random.below(8)}.{random.below(256)}.{1 + random.below(254)}"
            if address not in taken:
                return address

    def _with_node_port(self, port: JsonObject, name: str) -> JsonObject:
        if port.get("nodePort"):
            return port
        return {**port, "nodePort": 30000 + self._store.stream("node port", name).below(2768)}
