"""Containers, probes and pod specs."""

from collections.abc import Mapping, Sequence
from typing import Any

from itbench_sre.world.store.refs import JsonObject


def env(values: Mapping[str, str | tuple[str, ...]]) -> list[JsonObject]:
    """Return variables; a value is text, ("field", path), ("secret", name, key), ("config", name, key)."""
    return [_variable(name, value) for name, value in values.items()]


def env_from(*, config: Sequence[str] = (), secrets: Sequence[str] = ()) -> list[JsonObject]:
    """Return sources of variables: each key of these ConfigMaps and Secrets."""
    return [{"configMapRef": {"name": name}} for name in config] + [
        {"secretRef": {"name": name}} for name in secrets
    ]


def resources(
    cpu: str = "", memory: str = "", cpu_limit: str = "", memory_limit: str = ""
) -> dict[str, dict[str, str]]:
    """Return requests and limits; what is empty is not asked for."""
    limits = {key: value for key, value in (("cpu", cpu_limit), ("memory", memory_limit)) if value}
    requests = {key: value for key, value in (("cpu", cpu), ("memory", memory)) if value}
    return {key: value for key, value in (("limits", limits), ("requests", requests)) if value}


def container(
    name: str,
    image: str,
    *,
    ports: Mapping[str, int] | None = None,
    variables: Sequence[JsonObject] = (),
    sources: Sequence[JsonObject] = (),
    resource: Mapping[str, Any] | None = None,
    command: Sequence[str] = (),
    arguments: Sequence[str] = (),
    mounts: Sequence[JsonObject] = (),
    pull: str = "IfNotPresent",
    security: Mapping[str, Any] | None = None,
    probes: Mapping[str, JsonObject] | None = None,
) -> JsonObject:
    """Return a container; `probes` are by name: `readinessProbe`, `livenessProbe`, `startupProbe`."""
    body: JsonObject = {
        "image": image,
        "imagePullPolicy": pull,
        "name": name,
        "resources": dict(resource or {}),
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    optional: dict[str, Any] = {
        "args": list(arguments),
        "command": list(command),
        "env": list(variables),
        "envFrom": list(sources),
        "ports": [
            {
                "containerPort": number,
                "name": port.removesuffix("/udp"),
                "protocol": "UDP" if port.endswith("/udp") else "TCP",
            }
            for port, number in (ports or {}).items()
        ],
        "securityContext": dict(security or {}),
        "volumeMounts": list(mounts),
        **(probes or {}),
    }
    return body | {key: value for key, value in optional.items() if value}


def http_probe(path: str, port: int | str, **timing: int) -> JsonObject:
    """Return a probe by HTTP; `timing` are its fields, such as `periodSeconds`."""
    return _probe({"httpGet": {"path": path, "port": port, "scheme": "HTTP"}}, timing)


def tcp_probe(port: int | str, **timing: int) -> JsonObject:
    """Return a probe that opens a connection."""
    return _probe({"tcpSocket": {"port": port}}, timing)


def grpc_probe(port: int, **timing: int) -> JsonObject:
    """Return a probe by gRPC's health service."""
    return _probe({"grpc": {"port": port, "service": ""}}, timing)


def exec_probe(command: Sequence[str], **timing: int) -> JsonObject:
    """Return a probe that runs a command in the container."""
    return _probe({"exec": {"command": list(command)}}, timing)


def pod_spec(
    containers: Sequence[JsonObject],
    *,
    init: Sequence[JsonObject] = (),
    volumes: Sequence[JsonObject] = (),
    account: str = "",
    restart: str = "Always",
    grace_s: int = 30,
    security: Mapping[str, Any] | None = None,
    **rest: Any,
) -> JsonObject:
    """Return the spec of a pod's template; `rest` are its other fields."""
    spec: JsonObject = {
        "containers": list(containers),
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": restart,
        "schedulerName": "default-scheduler",
        "securityContext": dict(security or {}),
        "terminationGracePeriodSeconds": grace_s,
        **rest,
    }
    if init:
        spec["initContainers"] = list(init)
    if volumes:
        spec["volumes"] = list(volumes)
    if account:
        spec |= {"serviceAccount": account, "serviceAccountName": account}
    return spec


def _variable(name: str, value: str | tuple[str, ...]) -> JsonObject:
    if isinstance(value, str):
        return {"name": name, "value": value}
    source, *rest = value
    if source == "field":
        return {"name": name, "valueFrom": {"fieldRef": {"apiVersion": "v1", "fieldPath": rest[0]}}}
    kind = {"secret": "secretKeyRef", "config": "configMapKeyRef"}[source]
    return {"name": name, "valueFrom": {kind: {"key": rest[1], "name": rest[0]}}}


def _probe(action: JsonObject, timing: Mapping[str, int]) -> JsonObject:
    return (
        {"failureThreshold": 3, "periodSeconds": 10, "successThreshold": 1, "timeoutSeconds": 1}
        | action
        | dict(timing)
    )
