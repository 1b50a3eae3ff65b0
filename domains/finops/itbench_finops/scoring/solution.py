"""A perfect submission, made from the truth."""

import json

from itbench import JsonObject


def perfect_answer(truth: JsonObject) -> bytes:
    """Return the answer that scores 1: the resources to blame, or the cheapest plan that keeps every target."""
    if "resource" in truth:
        answer: JsonObject = {
            "resource": [{"name": each["name"], "type": each["type"]} for each in truth["resource"]]
        }
    else:
        from itbench_finops.fleets.solution import perfect_plan

        answer = perfect_plan(truth)
    return json.dumps(answer, indent=2).encode()
