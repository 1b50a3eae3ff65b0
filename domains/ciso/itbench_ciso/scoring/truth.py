"""What the truths of this domain look like."""

from itbench import JsonObject


def truth_schema() -> JsonObject:
    """Return the JSON Schema of a stored truth.

    `kind` is `published` (sets are named by their publisher), `rego` (a script and a policy), `admission` (a policy
    in YAML) or `update` (an existing set of policies); `sets` tells of each hidden variant whether it complies.
    """
    text = {"type": "string", "minLength": 1}
    variant = {
        "type": "object",
        "required": ["is_compliant", "way"],
        "additionalProperties": False,
        "properties": {
            "is_compliant": {"type": "boolean"},
            "way": text,
        },
    }
    return {
        "required": ["kind", "solution"],
        "properties": {
            "kind": {"enum": ["published", "rego", "admission", "update"]},
            "control": text,
            "shown": {"type": "boolean"},
            "sets": {"type": "object", "additionalProperties": variant},
            "violation_sets": {"type": "array", "items": text},
            "solution": {"type": "object", "additionalProperties": {"type": "string"}},
        },
        "if": {"properties": {"kind": {"const": "published"}}},
        "then": {"required": ["violation_sets"]},
        "else": {
            "required": ["sets"],
            "if": {"properties": {"kind": {"const": "rego"}}},
            "else": {"required": ["shown"]},
        },
    }
