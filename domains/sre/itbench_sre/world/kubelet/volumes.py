"""Volumes made of ConfigMaps and Secrets: what must be there, and which files containers see."""

import base64
import posixpath
from collections.abc import Iterator

from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store

# Made by a controller in each namespace; clusters that leave it out are not refused pods for that.
_ROOT_CERTIFICATE = "kube-root-ca.crt"


def sources(volume: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Yield (kind, what is said of it) of each ConfigMap and Secret that a volume holds."""
    if "configMap" in volume:
        yield "ConfigMap", volume["configMap"]
    elif "secret" in volume:
        yield "Secret", {**volume["secret"], "name": volume["secret"].get("secretName", "")}
    for part in (volume.get("projected") or {}).get("sources") or ():
        if "configMap" in part:
            yield "ConfigMap", part["configMap"]
        elif "secret" in part:
            yield "Secret", part["secret"]


def references(pod: JsonObject) -> dict[Ref, None]:
    """Return the ConfigMaps and Secrets that a pod mounts."""
    namespace = pod["metadata"]["namespace"]
    return {
        Ref(kind, namespace, source["name"]): None
        for volume in pod["spec"].get("volumes") or ()
        for kind, source in sources(volume)
    }


def mount_problem(pod: JsonObject, store: Store) -> tuple[str, str] | None:
    """Return (volume, why it cannot be set up) of the first volume that cannot, or None."""
    namespace = pod["metadata"]["namespace"]
    for volume in pod["spec"].get("volumes") or ():
        for kind, source in sources(volume):
            if source.get("optional") or source["name"] == _ROOT_CERTIFICATE:
                continue
            body = store.get(Ref(kind, namespace, source["name"]))
            if body is None:
                return volume["name"], f'{kind.lower()} "{source["name"]}" not found'
            held = texts(body)
            for item in source.get("items") or ():
                if item["key"] not in held:
                    word = "config" if kind == "ConfigMap" else "secret"
                    return volume["name"], f"references non-existent {word} key: {item['key']}"
    return None


def texts(body: JsonObject) -> dict[str, str]:
    """Return the keys of a ConfigMap or Secret with their texts; bytes that are no text are replaced."""
    if body["kind"] == "ConfigMap":
        return {str(key): str(value) for key, value in (body.get("data") or {}).items()}
    return {
        key: base64.b64decode(value).decode(errors="replace")
        for key, value in (body.get("data") or {}).items()
    }


def files(
    pod: JsonObject, container: JsonObject, store: Store, *, with_sub_paths: bool = True
) -> dict[str, str]:
    """Return path -> text of what a container sees now; without sub paths, only what is renewed after an edit."""
    namespace = pod["metadata"]["namespace"]
    volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
    made: dict[str, str] = {}
    for mount in container.get("volumeMounts") or ():
        sub_path = mount.get("subPath", "")
        if mount["name"] not in volumes or (sub_path and not with_sub_paths):
            continue
        held = _held(volumes[mount["name"]], namespace, store)
        place = mount["mountPath"]
        for name, text in held.items():
            if not sub_path:
                made[posixpath.join(place, name)] = text
            elif name == sub_path:
                made[place] = text
            elif name.startswith(f"{sub_path}/"):
                made[posixpath.join(place, name[len(sub_path) + 1 :])] = text
    return made


def _held(volume: JsonObject, namespace: str, store: Store) -> dict[str, str]:
    made: dict[str, str] = {}
    for kind, source in sources(volume):
        body = store.get(Ref(kind, namespace, source["name"]))
        if body is None:
            continue
        held = texts(body)
        items = source.get("items")
        if items is None:
            made.update(held)
        else:
            made.update({item["path"]: held[item["key"]] for item in items if item["key"] in held})
    return made
