"""Sets of manifests: the one that the agent sees, and the hidden ones."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from itbench import Input, JsonValue

SHOWN = "static-resources"
COMPLIANT = "static-resources-compliant"
VIOLATION = "static-resources-violation-"
MANIFEST_SUFFIXES = {".yaml", ".yml", ".json"}


def sets_of(inputs: Sequence[Input]) -> dict[str, list[Input]]:
    """Return the files of each set by its name, the first folder of their paths; paths are below that folder."""
    found: dict[str, list[Input]] = {}
    for entry in inputs:
        name, slash, path = entry.path.partition("/")
        if slash:
            found.setdefault(name, []).append(Input(path, entry.source))
    return found


def collected(files: Sequence[Input]) -> bytes:
    """Return what the reference script collects of one set, as JSON in ASCII: all documents, Lists taken apart."""
    texts = (
        entry.source.read_bytes()
        for entry in sorted(files, key=lambda entry: Path(entry.path))
        if Path(entry.path).suffix in MANIFEST_SUFFIXES
    )
    return json.dumps({"resources": resources_in(texts)}).encode("ascii")


def resources_in(texts: Iterable[str | bytes]) -> list[JsonValue]:
    """Return the objects of YAML files, Lists taken apart."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    documents = (document for text in texts for document in yaml.load_all(text, Loader=loader))
    return [resource for document in documents for resource in _taken_apart(document)]


def _taken_apart(document: JsonValue) -> Iterator[JsonValue]:
    """Yield the objects of a List, or the one object that a document is."""
    if not isinstance(document, dict):
        return
    if str(document.get("kind", "")).endswith("List") and isinstance(document.get("items"), list):
        for item in document["items"]:
            yield from _taken_apart(item)
    else:
        yield document
