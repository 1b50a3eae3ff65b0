"""Services, Ingresses and NetworkPolicies."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench_sre.world.application.manifests.objects import Texts, thing
from itbench_sre.world.store.refs import JsonObject


def port(
    number: int, name: str = "", target: int | str = 0, *, protocol: str = "TCP", app_protocol: str = ""
) -> JsonObject:
    """Return a port of a Service."""
    body: JsonObject = {"port": number, "protocol": protocol, "targetPort": target or number}
    if name:
        body["name"] = name
    if app_protocol:
        body["appProtocol"] = app_protocol
    return body


def service(
    name: str,
    space: str,
    ports: Sequence[JsonObject],
    selector: Mapping[str, str],
    *,
    labels: Texts = None,
    annotations: Texts = None,
    type: str = "ClusterIP",  # noqa: A002 - the field's name
    is_headless: bool = False,
) -> JsonObject:
    """Return a Service; its address is given to it when it is created."""
    spec: JsonObject = {
        "internalTrafficPolicy": "Cluster",
        "ipFamilies": ["IPv4"],
        "ipFamilyPolicy": "SingleStack",
        "ports": list(ports),
        "selector": dict(selector),
        "sessionAffinity": "None",
        "type": type,
    }
    if is_headless:
        spec |= {"clusterIP": "None", "clusterIPs": ["None"]}
    if type == "LoadBalancer":
        spec |= {"allocateLoadBalancerNodePorts": True, "externalTrafficPolicy": "Cluster"}
    return thing(
        "Service",
        name,
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec=spec,
        status={"loadBalancer": {}},
    )


def ingress(
    name: str,
    space: str,
    host: str,
    service_name: str,
    service_port: int,
    *,
    labels: Texts = None,
    annotations: Texts = None,
    tls_secret: str = "",
) -> JsonObject:
    """Return an Ingress that sends everything of a host to one Service."""
    backend = {"service": {"name": service_name, "port": {"number": service_port}}}
    spec: JsonObject = {
        "ingressClassName": "nginx",
        "rules": [
            {
                "host": host,
                "http": {"paths": [{"backend": backend, "path": "/", "pathType": "Prefix"}]},
            }
        ],
    }
    if tls_secret:
        spec["tls"] = [{"hosts": [host], "secretName": tls_secret}]
    body = thing(
        "Ingress",
        name,
        api_version="networking.k8s.io/v1",
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec=spec,
        status={"loadBalancer": {}},
    )
    body["metadata"]["generation"] = 1
    return body


def network_policy(
    name: str,
    space: str,
    selector: Mapping[str, str],
    sources: Sequence[Mapping[str, str] | None],
    ports: Sequence[int],
    *,
    labels: Texts = None,
    annotations: Texts = None,
) -> JsonObject:
    """Return a policy that lets only pods with one of the sources' labels (None: every namespace) reach the ports."""
    rule: JsonObject = {}
    if sources:
        rule["from"] = [_peer(source) for source in sources]
    if ports:
        rule["ports"] = [{"port": number, "protocol": "TCP"} for number in ports]
    spec: dict[str, Any] = {
        "ingress": [rule],
        "podSelector": {"matchLabels": dict(selector)} if selector else {},
        "policyTypes": ["Ingress"],
    }
    body = thing(
        "NetworkPolicy",
        name,
        api_version="networking.k8s.io/v1",
        namespace=space,
        labels=labels,
        annotations=annotations,
        spec=spec,
    )
    body["metadata"]["generation"] = 1
    return body


def _peer(source: Mapping[str, str] | None) -> JsonObject:
    if source is None:
        return {"namespaceSelector": {}}
    return {"podSelector": {"matchLabels": dict(source)}}
