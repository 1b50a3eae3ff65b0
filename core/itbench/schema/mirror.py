"""The schemas that mirror pydantic models: `python -m itbench.schema.mirror` rewrites them."""

import json
from pathlib import Path

import itbench_schemas
from itbench.host.output_file import write_output
from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen
from itbench.interfaces.plan import Plan
from itbench.interfaces.score import Score
from itbench.interfaces.task import Task
from itbench.store.envelope import SubmissionEnvelope

MODELS: dict[str, type[Frozen]] = {
    "run": Plan,
    "score": Score,
    "submission": SubmissionEnvelope,
    "task": Task,
}


def mirror(name: str) -> JsonObject:
    """Return the JSON Schema of one model, as it must stand in the schema file."""
    schema = MODELS[name].model_json_schema()
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:itbench:{name}"}
    return head | schema


def write_all(directory: Path) -> None:
    """Write every mirrored schema below the directory."""
    for name in MODELS:
        text = json.dumps(mirror(name), indent=2, ensure_ascii=False) + "\n"
        write_output(directory / f"{name}.json", text)


if __name__ == "__main__":
    write_all(Path(itbench_schemas.__file__).parent)
