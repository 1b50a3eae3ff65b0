"""ConfigMaps and Secrets: keys that containers ask for and that are not there, files and variables with other values."""

import re
from collections.abc import Iterator
from typing import Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Edit
from itbench_sre.world.mechanisms.depth import above, below, draw_depth
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import container_path, edit, with_strategy
from itbench_sre.world.store.paths import REMOVED, Item, value_at
from itbench_sre.world.store.refs import JsonObject, Ref, ref_of

_VARIABLES = ("RELEASE_CHANNEL", "SERVICE_REGION", "AUDIT_MODE", "TENANT_ID", "REPORT_TOKEN", "BUILD_INFO")
_NUMBER = re.compile(r"(?<=[=:\s])(\d{1,9})(?=(?:ms|s|m|MiB|Mi|M)?\s*$)", re.MULTILINE)
_PORT = re.compile(r"(?<=[A-Za-z0-9]):(\d{2,5})\b")


class EnvironmentReference(Mechanism):
    """Gives a container a variable from a key of a ConfigMap or Secret: one that is there, that may be missing, or that is missing."""

    name = "environment-reference"
    family = "configuration"
    waits = True
    faults = ("fault 35",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload, and a key."""
        body = scene.pick(random, scene.workloads)
        held = [*_held(scene, "ConfigMap"), *_held(scene, "Secret")]
        if body is None or not held:
            return None
        ref, container = ref_of(body), scene.container(body)
        kind, source, key = random.pick(held)
        way = random.pick(
            ("there", "there", "optional", "other key", "other key", "other name", "other name")
        )
        if way == "other key":
            key = f"{key.rpartition('.')[0] or key}-{random.pick(('v2', 'next', 'default'))}"
        if way in ("other name", "optional"):
            source = f"{source}-{random.pick(('v2', 'shared', ref.name))}"
        field = "configMapKeyRef" if kind == "ConfigMap" else "secretKeyRef"
        where: JsonObject = {"name": source, "key": key}
        if way == "optional":
            where["optional"] = True
        variable = random.pick(_VARIABLES)
        entry = {"name": variable, "valueFrom": {field: where}}
        changes = with_strategy(body, {container_path(container, "env", Item(variable)): entry}, random)
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=edit(body, changes, hand),
            condition=f"its variable {variable} comes from the key {key} of the {kind} {source}"
            + (", which may be missing" if way == "optional" else ""),
            solution=f"take {variable} from {ref.name}, or create what it refers to",
        )


def _held(scene: Scene, kind: str) -> list[tuple[str, str, str]]:
    return [
        (kind, body["metadata"]["name"], key)
        for body in scene.store.list(kind, scene.namespace)
        for key in sorted(body.get("data") or {})
        if len(key) < 60
    ]


class ConfigMapEdit(Mechanism):
    """Edits a ConfigMap that pods read as files or variables, most of them at their start only.

    The edit is a comment, another number, another port, a text that is cut off, or a key that is renamed or gone.
    """

    name = "config-map-edit"
    family = "configuration"
    waits = True
    faults = ("fault 35",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a ConfigMap and an edit."""
        fits = [
            (body, readers)
            for body in scene.store.list("ConfigMap", scene.namespace)
            if body.get("data")
            and (readers := [each for each in scene.workloads if reads(each, ref_of(body).name)])
        ]
        if not fits:
            return None
        body, readers = random.pick(fits)
        ref = ref_of(body)
        key = random.pick(sorted(body["data"]))
        depth = draw_depth(random.fork("depth"))
        changes, words = random.pick(list(_edits(key, str(body["data"][key]), depth, random.fork("edit"))))
        places = tuple((("data", each), value) for each, value in changes.items())
        return Plan(
            target=ref,
            affects=tuple(each["metadata"]["name"] for each in readers),
            depth=depth,
            actions=(Edit(ref, places, hand),),
            condition=f"the key {key} of the ConfigMap {words}",
            solution=f"give the ConfigMap {ref.name} its old content, and restart its readers",
        )


class ServerConnections(Mechanism):
    """Changes how many connections a database or cache takes, in its configuration file, which it reads at its next start."""

    name = "server-connections"
    family = "pools"
    waits = True

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a server, and a number about as large as the connections that it has."""
        fits = [(body, *found) for body in scene.workloads if (found := _bound(scene, body)) is not None]
        if not fits:
            return None
        body, ref, key, place = random.pick(fits)
        depth = draw_depth(random.fork("depth"))
        used = max((process.connections for process in scene.processes(body)), default=0)
        number = below(used + 4, depth)
        text = place.string
        changed = f"{text[: place.start(1)]}{number}{text[place.end(1) :]}"
        return Plan(
            target=ref,
            affects=(body["metadata"]["name"],),
            depth=depth,
            actions=(Edit(ref, ((("data", key), changed),), hand),),
            condition=f"{body['metadata']['name']} takes {number} connections after its next start, and no longer {place[1]}",
            solution=f"let the ConfigMap {ref.name} allow {place[1]} connections again, and restart the server",
        )


def _bound(scene: Scene, body: JsonObject) -> tuple[Ref, str, re.Match[str]] | None:
    """Return ConfigMap, key and place of the number of connections that a server takes."""
    program = scene.program(body)
    setting = program.settings.get("max_connections") if program else None
    if setting is None or not setting.file:
        return None
    path, _, name = setting.file.partition("#")
    key = path.rpartition("/")[2]
    for volume in body["spec"]["template"]["spec"].get("volumes", ()):
        ref = Ref("ConfigMap", scene.namespace, value_at(volume, ("configMap", "name"), ""))
        found = re.search(rf"{re.escape(name)}[ =:]+(\d+)", str(scene.value(ref, "data", key, default="")))
        if found is not None:
            return ref, key, found
    return None


def _edits(key: str, text: str, depth: int, random: Randomness) -> Iterator[tuple[dict[str, Any], str]]:
    """Yield what an edit changes, and what is so afterwards."""
    end = "" if text.endswith("\n") or "\n" not in text else "\n"
    # A file of JSON takes no comment; blank lines do no harm anywhere.
    more = "\n" if text.lstrip().startswith("{") or "\n" not in text else "# reviewed\n"
    if "\n" in text:
        yield {key: f"{text}{end}{more}"}, "has a further line"
        yield {key: text[: len(text) * random.between(30, 80) // 100]}, "is cut off"
    else:
        yield {key: text, f"{key}_PREVIOUS": text}, "is there twice, under two names"
    yield {key: REMOVED, f"{key}.bak": text}, "has another name"
    yield {f"{key}.bak": text}, "is there twice, under two names"
    numbers = list(_NUMBER.finditer(f" {text}" if text.isdigit() else text))
    for _ in range(3 if numbers else 0):
        found = random.pick(numbers)
        now = int(found[1])
        value = (
            below(max(now // random.pick((2, 8, 30)), 1), depth) if random.below(3) else above(now * 2, depth)
        )
        place = found.start() - (1 if text.isdigit() else 0)
        line = text[:place].rpartition("\n")[2].strip(" :=\t")
        yield (
            {key: f"{text[:place]}{value}{text[place + len(found[1]) :]}"},
            f"says {value} where {line or key} was {now}",
        )
    ports = list(_PORT.finditer(text))
    if ports:
        found = random.pick(ports)
        other = int(found[1]) + 1
        yield (
            {key: f"{text[: found.start(1)]}{other}{text[found.end(1) :]}"},
            f"says port {other} instead of {found[1]}",
        )


def reads(workload: JsonObject, name: str) -> bool:
    """Whether a workload's pods read a ConfigMap, as files or as variables."""
    spec = workload["spec"]["template"]["spec"]
    for container in [*spec["containers"], *spec.get("initContainers", ())]:
        for entry in container.get("env", ()):
            if value_at(entry, ("valueFrom", "configMapKeyRef", "name")) == name:
                return True
        if any(value_at(each, ("configMapRef", "name")) == name for each in container.get("envFrom", ())):
            return True
    return any(value_at(volume, ("configMap", "name")) == name for volume in spec.get("volumes", ()))
