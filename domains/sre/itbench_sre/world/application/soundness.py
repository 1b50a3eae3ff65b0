"""Whether an application fits together: the services that programs call exist, every setting has a reader, nothing is without use."""

from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from itbench_sre.world.application.effects import EFFECTS, effects_of
from itbench_sre.world.application.fields import PLACES, places_of
from itbench_sre.world.application.flows import address_of, calls_of, containers_of, noon_rates
from itbench_sre.world.application.model import Application, Image, Line, Operation, Program
from itbench_sre.world.application.reading import host_and_port
from itbench_sre.world.application.settings import SETTINGS
from itbench_sre.world.store.refs import JsonObject

Key = tuple[str, str]
_SPANLESS = ("collector", "shell", "job", "flags")


@dataclass(frozen=True, slots=True)
class Deployed:
    """One container of a workload: its program, variables and mounted files, the labels of its pods, its namespace."""

    program: Program
    container: JsonObject
    environment: Mapping[str, str]
    files: Mapping[str, str]
    labels: Mapping[str, str]
    namespace: str
    workload: JsonObject


def deployed(application: Application) -> list[Deployed]:
    """Return the containers of all workloads whose image the registry holds."""
    images = {image.reference: image.program for image in application.images}
    data = {
        (body["kind"], body["metadata"].get("namespace", ""), body["metadata"]["name"]): body.get("data", {})
        for body in application.objects
        if body["kind"] in ("ConfigMap", "Secret")
    }
    found = []
    for body in application.objects:
        for container in containers_of(body):
            program = images.get(container["image"])
            if program is None:
                continue
            space = body["metadata"].get("namespace", "")
            environment = _environment(container, data, space)
            files = _files(container, body, data, space)
            found.append(Deployed(program, container, environment, files, _labels(body), space, body))
    return found


def targets(application: Application) -> dict[Key, str]:
    """Return (program, dependency) -> program that its address leads to, by Service, selector and port.

    Raises:
        LookupError: an address leads nowhere.
    """
    running = deployed(application)
    return {
        (one.program.name, name): _reached(
            application, running, *address_of(one.program, name, one.environment, one.files), one
        )
        for one in running
        for name in one.program.dependencies
    }


def faults(application: Application) -> list[str]:
    """Return what does not fit together, in words; nothing for a sound application."""
    return list(_faults(application))


def _faults(application: Application) -> Iterator[str]:
    running = deployed(application)
    programs = {one.program.name: one.program for one in running}
    known = {image.reference for image in application.images}
    for body in application.objects:
        for container in containers_of(body):
            if container["image"] not in known:
                yield f"{body['metadata']['name']}: the registry has no {container['image']}"
    try:
        leads = targets(application)
    except LookupError as error:
        yield str(error)
        return
    host, port = host_and_port(application.entrance, 80)
    entrance = _reached(application, running, host, port, None)
    yield from _calls(programs, leads)
    yield from _reachable(application, programs, leads, entrance)
    for image in application.images:
        yield from _image(image)
    for program in programs.values():
        yield from _places(program, application.fields)
        yield from (
            f"{program.name}: setting {key!r} has no reader"
            for key in program.settings
            if key not in SETTINGS
        )


def _calls(programs: Mapping[str, Program], leads: Mapping[Key, str]) -> Iterator[str]:
    for program in programs.values():
        for topic, done in program.consumes.items():
            if done not in program.operations:
                yield f"{program.name}: {topic} is worked on by {done!r}, which is not there"
        for operation in program.operations.values():
            for call in calls_of(operation):
                if call.dependency not in program.dependencies:
                    yield f"{program.name}: {operation.name} calls {call.dependency!r}, which is no dependency"
                    continue
                target = programs[leads[program.name, call.dependency]]
                if call.operation not in target.operations:
                    yield f"{program.name}: {operation.name} calls {target.name} {call.operation!r}, which is not there"


def _reachable(
    application: Application, programs: Mapping[str, Program], leads: Mapping[Key, str], entrance: str
) -> Iterator[str]:
    for journey in application.journeys:
        for operation in journey.operations:
            if operation not in programs[entrance].operations:
                yield f"journey {journey.name}: {entrance} has no {operation!r}"
                return
    try:
        asked = {program for program, _ in noon_rates(application, leads, entrance)}
    except RecursionError as error:
        yield str(error)
        return
    for program in programs.values():
        asks = {leads[program.name, name] for name in program.dependencies}
        if program.role in ("job", "load", "worker"):
            asked |= asks | {program.name}
    for program in programs.values():
        if program.name not in asked and program.role not in _SPANLESS and program.operations:
            yield f"{program.name} is never used"


def _image(image: Image) -> Iterator[str]:
    program = image.program
    for effect in [
        *effects_of(image.defects),
        *(e for acts in image.flags.values() for e in effects_of(acts)),
    ]:
        if effect.name not in EFFECTS:
            yield f"{image.reference}: there is no effect {effect.name!r}"
        if (
            program
            and effect.operation
            and effect.operation not in {*program.operations, *program.dependencies}
        ):
            yield f"{image.reference}: {effect.name} of {effect.operation!r}, which is not there"
    if image.flags and program and "flagd" not in program.dependencies:
        yield f"{image.reference}: has flags, yet asks nobody for them"


def _places(program: Program, fields: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    lines: list[tuple[Operation | None, Line]] = [(None, line) for line in program.lines]
    lines += [(operation, line) for operation in program.operations.values() for line in operation.lines]
    for operation, line in lines:
        # .NET logs its templates as they are.
        if operation is None and program.language == "dotnet":
            continue
        for text in (line.body, *(value for _, value in line.attributes)):
            for place in places_of(text):
                if place not in PLACES and place not in fields:
                    yield f"{program.name}: nobody knows {{{place}}} of {text!r}"


def _reached(
    application: Application, running: list[Deployed], host: str, port: int, asker: Deployed | None
) -> str:
    name, _, rest = host.partition(".")
    space = rest.partition(".")[0] or (asker.namespace if asker else application.namespace)
    who = asker.program.name if asker else "users"
    for body in application.objects:
        metadata = body["metadata"]
        if body["kind"] == "Service" and metadata["name"] == name and metadata.get("namespace") == space:
            return _behind(body, running, port, who)
        # A StatefulSet's pod has a name of its own under its Service.
        if body["kind"] == "Service" and rest and metadata["name"] == space:
            return _behind(body, running, port, who)
    raise LookupError(f"{who} asks {host}:{port}, and there is no such Service")


def _behind(service: Mapping[str, Any], running: list[Deployed], port: int, who: str) -> str:
    name, spec = service["metadata"]["name"], service["spec"]
    entry = next((entry for entry in spec["ports"] if entry["port"] == port), None)
    if entry is None:
        raise LookupError(f"{who} asks {name}:{port}, and the Service has no such port")
    for one in running:
        if one.namespace != service["metadata"].get("namespace") or not _fits(spec["selector"], one.labels):
            continue
        target = entry["targetPort"]
        ports = {p.get("name"): p["containerPort"] for p in one.container.get("ports", ())}
        number = ports.get(target, target)
        if number in one.program.ports.values():
            return one.program.name
    raise LookupError(f"{who} asks {name}:{port}, and no program behind it listens there")


def _fits(selector: Mapping[str, str], labels: Mapping[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _labels(body: Mapping[str, Any]) -> dict[str, str]:
    spec = body["spec"].get("jobTemplate", body)["spec"]
    return dict(spec["template"]["metadata"].get("labels", {}))


def _environment(
    container: JsonObject, data: Mapping[tuple[str, str, str], Mapping[str, str]], space: str
) -> dict[str, str]:
    made: dict[str, str] = {}
    for source in container.get("envFrom", ()):
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            if key in source:
                values = data[kind, space, source[key]["name"]]
                made |= {n: b64decode(v).decode() if kind == "Secret" else v for n, v in values.items()}
    for variable in container.get("env", ()):
        if "value" in variable:
            made[variable["name"]] = _expanded(variable["value"], made)
            continue
        source = variable["valueFrom"]
        for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
            if key in source:
                value = data[kind, space, source[key]["name"]][source[key]["key"]]
                made[variable["name"]] = b64decode(value).decode() if kind == "Secret" else value
    return made


def _files(
    container: JsonObject,
    body: JsonObject,
    data: Mapping[tuple[str, str, str], Mapping[str, str]],
    space: str,
) -> dict[str, str]:
    made: dict[str, str] = {}
    volumes = {volume["name"]: volume for volume in _pod_spec(body).get("volumes", ())}
    for mount in container.get("volumeMounts", ()):
        volume = volumes.get(mount["name"], {})
        if "configMap" in volume:
            values = data["ConfigMap", space, volume["configMap"]["name"]]
        elif "secret" in volume:
            encoded = data["Secret", space, volume["secret"]["secretName"]]
            values = {key: b64decode(value).decode() for key, value in encoded.items()}
        else:
            continue
        made |= {f"{mount['mountPath']}/{key}": value for key, value in values.items()}
    return made


def _pod_spec(body: JsonObject) -> JsonObject:
    spec: JsonObject = body["spec"].get("jobTemplate", body)["spec"]["template"]["spec"]
    return spec


def _expanded(text: str, made: Mapping[str, str]) -> str:
    for name, value in made.items():
        text = text.replace(f"$({name})", value)
    return text
