"""The environment variables of a container, resolved when it is created."""

import re
from collections.abc import Mapping

from itbench_sre.world.kubelet.resources import cpu_m, memory
from itbench_sre.world.kubelet.volumes import texts
from itbench_sre.world.store.quantities import thousandths, units
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

_PLACE = re.compile(r"\$(\$|\((?P<name>[\w.-]+)\))")
_KEY = re.compile(r"metadata\.(labels|annotations)\['(.+)'\]")


class ConfigError(Exception):
    """A reference that cannot be resolved; its text is the kubelet's."""


def environment(pod: JsonObject, container: JsonObject, store: Store, node: JsonObject) -> dict[str, str]:
    """Return a container's variables.

    Raises:
        ConfigError: a ConfigMap, a Secret or a key is missing that is not optional.
    """
    made: dict[str, str] = {}
    for source in container.get("envFrom") or ():
        prefix = source.get("prefix", "")
        made.update({f"{prefix}{key}": text for key, text in _all_of(source, pod, store).items()})
    for entry in container.get("env") or ():
        if "valueFrom" not in entry:
            made[entry["name"]] = expanded(entry.get("value", ""), made)
            continue
        text = _value_from(entry["valueFrom"], pod, container, store, node)
        if text is not None:
            made[entry["name"]] = text
    return made


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """Return a text with `$(NAME)` replaced where that is known, and `$$` by `$`."""

    def value(found: re.Match[str]) -> str:
        name = found["name"]
        return "$" if name is None else variables.get(name, found[0])

    return _PLACE.sub(value, text) if "$" in text else text


def command_of(container: JsonObject, variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return command and arguments, expanded; empty where the image's own are used."""
    words = [*(container.get("command") or ()), *(container.get("args") or ())]
    return tuple(expanded(word, variables) for word in words)


def _all_of(source: JsonObject, pod: JsonObject, store: Store) -> dict[str, str]:
    kind = "ConfigMap" if "configMapRef" in source else "Secret"
    wanted = source.get("configMapRef") or source.get("secretRef") or {}
    body = store.get(Ref(kind, pod["metadata"]["namespace"], wanted["name"]))
    if body is not None:
        return texts(body)
    if wanted.get("optional"):
        return {}
    raise ConfigError(f'{kind.lower()} "{wanted["name"]}" not found')


def _value_from(
    source: JsonObject, pod: JsonObject, container: JsonObject, store: Store, node: JsonObject
) -> str | None:
    if "fieldRef" in source:
        return _field(source["fieldRef"]["fieldPath"], pod)
    if "resourceFieldRef" in source:
        return _resource(source["resourceFieldRef"], pod, container, node)
    kind = "ConfigMap" if "configMapKeyRef" in source else "Secret"
    wanted = source.get("configMapKeyRef") or source.get("secretKeyRef") or {}
    namespace = pod["metadata"]["namespace"]
    body = store.get(Ref(kind, namespace, wanted["name"]))
    held = texts(body) if body is not None else {}
    if wanted["key"] in held:
        return held[wanted["key"]]
    if wanted.get("optional"):
        return None
    if body is None:
        raise ConfigError(f'{kind.lower()} "{wanted["name"]}" not found')
    raise ConfigError(f"couldn't find key {wanted['key']} in {kind} {namespace}/{wanted['name']}")


def _field(path: str, pod: JsonObject) -> str:
    found = _KEY.fullmatch(path)
    if found:
        return str((pod["metadata"].get(found[1]) or {}).get(found[2], ""))
    part, _, key = path.partition(".")
    if key in ("podIPs", "hostIPs"):
        return ",".join(each["ip"] for each in pod["status"].get(key) or ())
    return str((pod.get(part) or {}).get(key, ""))


def _resource(wanted: JsonObject, pod: JsonObject, container: JsonObject, node: JsonObject) -> str:
    which, _, resource = wanted["resource"].partition(".")
    name = wanted.get("containerName", "")
    of = next((each for each in pod["spec"]["containers"] if each["name"] == name), container)
    allocatable = (node.get("status") or {}).get("allocatable") or {}
    if resource == "cpu":
        amount = cpu_m(of, which) or thousandths(allocatable.get("cpu", 1))
        unit = thousandths(wanted.get("divisor") or 1) or 1000
        return str(-(-amount // unit))
    amount = memory(of, which) or units(allocatable.get("memory", 0))
    return str(-(-amount // (units(wanted.get("divisor") or 1) or 1)))
