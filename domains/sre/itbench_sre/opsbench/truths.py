"""The truth of a case: what its `metadata.json` says, and the calls that experts made."""

import re
from collections.abc import Iterator
from pathlib import Path

from itbench import DataError, JsonObject, JsonValue
from itbench.kit import canary_of, read_object, read_text
from itbench_sre.opsbench.files import text_of

_CALL = re.compile(r"tool_name='(\w+)' arguments=\{(.*)\}", re.DOTALL)
_ARGUMENT = re.compile(r"(\w+): ('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[^,]+)(?:, |$)")


def read_truth(path: Path) -> JsonObject:
    """Return the truth in a published `metadata.json`, or as it was stored.

    Raises:
        DataError: it cannot be read, or lacks something.
    """
    metadata = read_object(path)
    if "canary" in metadata:
        return metadata
    result, process = (metadata.get(key) for key in ("result", "process"))
    if not isinstance(result, dict) or not isinstance(process, dict):
        raise DataError(f"{path}: no object 'result', or no object 'process'; fetch the dataset again")
    truth = {key: text_of(result, key, path) for key in ("fault_taxonomy", "fault_object", "root_cause")}
    paths = {name: _steps(process, name, path) for name in ("path1", "path2")}
    calls = {name: list(_calls(file)) for name, file in _trajectories(path.parent) if file.is_file()}
    return truth | {"canary": canary_of(read_text(path)), "process": paths, "expert": calls}


def trajectory_files(directory: Path) -> list[Path]:
    """Return where the expert trajectories of the case in a directory lie, if they are there."""
    return [file for _, file in _trajectories(directory)]


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth."""
    texts = {key: {"type": "string"} for key in ("canary", "fault_taxonomy", "fault_object", "root_cause")}
    lists = {"type": "object", "additionalProperties": {"type": "array"}}
    shape = {**texts, "process": {**lists, "required": ["path1", "path2"]}, "expert": lists}
    return {"type": "object", "required": [*shape], "properties": shape, "additionalProperties": False}


def _steps(process: JsonObject, name: str, path: Path) -> list[str]:
    steps = process.get(name)
    if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps):
        raise DataError(f"{path}: {name!r} of 'process' is no list of texts; fetch the dataset again")
    return steps


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
