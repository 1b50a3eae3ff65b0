"""The truth of a case: what its `metadata.json` says, and the calls that experts made."""

import re
from collections.abc import Iterator
from pathlib import Path

from itbench import DataError, JsonObject, JsonValue
from itbench.kit import canary_of, read_object, read_text
from itbench_sre.opsbench.task import vocabulary

_DIAGNOSIS = ("fault_taxonomy", "fault_object", "root_cause")


def _object(**properties: JsonObject) -> JsonObject:
    return {"type": "object", "required": [*properties], "properties": properties}


_SAID, _STEPS = {"type": "string", "pattern": r"\S"}, {"type": "array", "items": {"type": "string"}}
_PUBLIC = _object(namespace=_SAID, query=_SAID)
_METADATA = _object(
    result=_object(**dict.fromkeys(_DIAGNOSIS, _SAID)), process=_object(path1=_STEPS, path2=_STEPS)
)
_CALL = re.compile(r"tool_name='(\w+)' arguments=\{(.*)\}", re.DOTALL)
_ARGUMENT = re.compile(r"(\w+): ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^,]+)(?:, |$)")


def read_public(directory: Path) -> JsonObject:
    """Return what of the case in a directory is no secret: its system, namespace and symptom (`query`).

    Raises:
        DataError: it cannot be read, or is of no known application.
    """
    system, known = directory.parents[1].name, sorted(vocabulary()["systems"])
    if system not in known:
        raise DataError(f"{directory}: of the application {system!r}, but known are only {', '.join(known)}")
    metadata = read_object(directory / "metadata.json", _PUBLIC)
    return {"system": system, "namespace": metadata["namespace"], "query": metadata["query"]}


def read_truth(path: Path) -> JsonObject:
    """Return the truth in a published `metadata.json`, or as it was stored.

    Raises:
        DataError: it cannot be read, or lacks something.
    """
    metadata = read_object(path)
    if "canary" in metadata:
        return metadata
    metadata = read_object(path, _METADATA)
    truth = {key: metadata["result"][key] for key in _DIAGNOSIS}
    paths = {name: metadata["process"][name] for name in ("path1", "path2")}
    calls = {name: list(_calls(file)) for name, file in _trajectories(path.parent) if file.is_file()}
    return truth | {"canary": canary_of(read_text(path)), "process": paths, "expert": calls}


def trajectory_files(directory: Path) -> list[Path]:
    """Return where the expert trajectories of the case in a directory lie, if they are there."""
    return [file for _, file in _trajectories(directory)]


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth."""
    texts = {key: {"type": "string"} for key in ("canary", *_DIAGNOSIS)}
    lists = {"type": "object", "additionalProperties": {"type": "array"}}
    shape = {**texts, "process": {**lists, "required": ["path1", "path2"]}, "expert": lists}
    return {"type": "object", "required": [*shape], "properties": shape, "additionalProperties": False}


def _trajectories(directory: Path) -> Iterator[tuple[str, Path]]:
    root, inside = directory.parents[3], directory.relative_to(directory.parents[2])
    for name in ("path1", "path2"):
        yield name, root / "golden-trajectory" / inside / f"{name}.json"


def _calls(path: Path) -> Iterator[list[object]]:
    try:
        for step in read_object(path)["diagnostic_trace"]:
            found = _CALL.fullmatch(step["calling"])
            if found is None:
                raise ValueError(step["calling"][:100])
            arguments = {key: _literal(value) for key, value in _ARGUMENT.findall(found[2])}
            yield [found[1], {key: value for key, value in arguments.items() if value is not None}]
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path}: no call of a tool: {error}; fetch the dataset again") from error


def _literal(text: str) -> JsonValue:
    """Return a value as Python writes it; `ast.literal_eval` fails now and then where several threads call it."""
    if text[0] in "'\"":
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    names: dict[str, JsonValue] = {"None": None, "True": True, "False": False}
    return names[text] if text in names else int(text)
