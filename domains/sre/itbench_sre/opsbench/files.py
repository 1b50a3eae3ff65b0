"""The files of a recorded case, and what is wrong with them where they were damaged."""

from collections.abc import Iterator
from pathlib import Path

from itbench import DataError, JsonObject
from itbench.kit import read_object
from itbench_sre.opsbench.task import vocabulary

CACHE, LOGS, STATES = "tool_cache.json", "raw_data/logs.json", "raw_data/k8s_states.json"
# Logs are read too where they are there; some cases may have none.
_NEEDED = {"tools": CACHE, "raw": STATES, "kubectl": STATES}


def read_public(directory: Path) -> JsonObject:
    """Return what of a case is no secret: its system, namespace and symptom (`query`).

    Raises:
        DataError: it cannot be read, or is of no known application.
    """
    path = directory / "metadata.json"
    metadata, system, known = read_object(path), directory.parents[1].name, sorted(vocabulary()["systems"])
    if system not in known:
        raise DataError(f"{directory}: of the application {system!r}, but known are only {', '.join(known)}")
    return {"system": system} | {key: text_of(metadata, key, path) for key in ("namespace", "query")}


def text_of(values: JsonObject, key: str, path: Path) -> str:
    """Return the text that stands under a key of an object in a file.

    Raises:
        DataError: there is none.
    """
    value = values.get(key)
    if not isinstance(value, str) or not value.strip():
        raise DataError(f"{path}: {key!r} is {value!r}, and must be text; fetch the dataset again")
    return value


def problems(directory: Path, way: str) -> Iterator[str]:
    """Yield which files are missing, or hold no JSON object, of those that an agent sees in a way."""
    for name in (_NEEDED[way], LOGS):
        path = directory / name
        if path.is_file():
            try:
                read_object(path)
            except DataError as error:
                yield str(error)
        elif name != LOGS:
            yield f"{path}: no such file; fetch the dataset again"
