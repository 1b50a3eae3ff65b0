"""How often each operation is asked for at noon: what follows from the journeys, before anything breaks."""

from collections.abc import Mapping
from typing import Any

from itbench_sre.world.application.model import Application, Call, Operation, Program
from itbench_sre.world.application.reading import file_text, host_and_port, variable_text
from itbench_sre.world.store.refs import JsonObject

Key = tuple[str, str]
_USUAL = {"sql": 5432, "redis": 6379, "kafka": 9092}


def programs_of(application: Application) -> dict[str, Program]:
    """Return the programs that workloads of the application run, by the label or name of their container."""
    images = {image.reference: image.program for image in application.images}
    found: dict[str, Program] = {}
    for body in application.objects:
        for container in containers_of(body):
            program = images.get(container["image"])
            if program is not None:
                found.setdefault(program.name, program)
    return found


def containers_of(body: Mapping[str, Any]) -> list[JsonObject]:
    """Return the containers, init ones included, of a workload's manifest; none for other objects."""
    spec = body.get("spec")
    for key in ("jobTemplate", "spec", "template", "spec"):
        if isinstance(spec, dict) and key in spec:
            spec = spec[key]
    if not isinstance(spec, dict) or "containers" not in spec:
        return []
    return [*spec.get("initContainers", ()), *spec["containers"]]


def noon_rates(application: Application, targets: Mapping[Key, str], entrance: str) -> dict[Key, int]:
    """Return calls per thousand minutes of (program, operation); `targets` is (program, dependency) -> program."""
    programs = programs_of(application)
    rates: dict[Key, int] = {}
    weight = sum(journey.weight for journey in application.journeys)
    for journey in application.journeys:
        visits = application.visits_per_minute * 1000 * journey.weight // weight
        for operation in journey.operations:
            _add(programs, targets, (entrance, operation), visits, rates, 0)
    return rates


def _add(
    programs: Mapping[str, Program],
    targets: Mapping[Key, str],
    key: Key,
    amount: int,
    rates: dict[Key, int],
    depth: int,
) -> None:
    program, operation = programs[key[0]], key[1]
    rates[key] = rates.get(key, 0) + amount
    if depth > 20:
        raise RecursionError(f"calls go round in a circle at {key}")
    for call in calls_of(program.operations[operation]):
        target = targets[key[0], call.dependency]
        _add(programs, targets, (target, call.operation), amount * call.count, rates, depth + 1)
        for reader in programs.values():
            if call.operation in reader.consumes and programs[target].role == "broker":
                read = (reader.name, reader.consumes[call.operation])
                _add(programs, targets, read, amount * call.count, rates, depth + 1)


def calls_of(operation: Operation) -> list[Call]:
    """Return the calls among an operation's steps."""
    return [step for step in operation.steps if isinstance(step, Call)]


def address_of(
    program: Program, dependency: str, environment: Mapping[str, str], files: Mapping[str, str]
) -> tuple[str, int]:
    """Return host and port that a program asks a dependency under, with these variables and mounted files."""
    setting = program.dependencies[dependency].address
    text = variable_text(setting.variable, environment) if setting.variable else None
    if text is None and setting.file:
        text = file_text(setting.file, files)
    text = text or str(setting.default)
    return host_and_port(text, _USUAL.get(program.dependencies[dependency].protocol, 80))
