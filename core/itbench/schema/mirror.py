"""The schemas that mirror pydantic models: `python -m itbench.schema.mirror` rewrites them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

import itbench_schemas
from itbench.host.output_file import write_output
from itbench.interfaces.json import JsonObject
from itbench.interfaces.model import Frozen
from itbench.interfaces.plan import Plan
from itbench.interfaces.score import Score
from itbench.interfaces.study import Study
from itbench.interfaces.task import Task
from itbench.store.envelope import SubmissionEnvelope

if TYPE_CHECKING:
    from pydantic_core import core_schema

MODELS: dict[str, type[Frozen]] = {
    "run": Plan,
    "score": Score,
    "study": Study,
    "submission": SubmissionEnvelope,
    "task": Task,
}

# What users write: a key without a value is left out, and never null.
_WRITTEN_BY_HAND = frozenset({"study"})


class _WithoutNull(GenerateJsonSchema):
    """Describes an optional field by its value alone."""

    def nullable_schema(self, schema: "core_schema.NullableSchema") -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def default_schema(self, schema: "core_schema.WithDefaultSchema") -> JsonSchemaValue:
        if schema.get("default", ...) is None:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)


def mirror(name: str) -> JsonObject:
    """Return the JSON Schema of one model, as it must stand in the schema file."""
    generator = _WithoutNull if name in _WRITTEN_BY_HAND else GenerateJsonSchema
    schema = MODELS[name].model_json_schema(schema_generator=generator)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:itbench:{name}"}
    return head | schema


def write_all(directory: Path) -> None:
    """Write every mirrored schema below the directory."""
    for name in MODELS:
        text = json.dumps(mirror(name), indent=2, ensure_ascii=False) + "\n"
        write_output(directory / f"{name}.json", text)


if __name__ == "__main__":
    write_all(Path(itbench_schemas.__file__).parent)
