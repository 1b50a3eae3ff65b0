"""Refusals in the API server's words."""

from collections.abc import Sequence

from itbench_sre.world.store.kinds import KINDS, resource_of
from itbench_sre.world.store.refs import JsonObject
from itbench_sre.world.store.refusal import Refusal


def forbidden(body: JsonObject, why: str, *, is_named: bool = True) -> Refusal:
    """Return the refusal of an admission plug-in; before a name is made, only its beginning is known."""
    metadata = body["metadata"]
    name = metadata["name"] if is_named else metadata.get("generateName") or metadata["name"]
    return Refusal(403, "Forbidden", f'{resource_of(body["kind"])} "{name}" is forbidden: {why}')


def invalid(body: JsonObject, errors: Sequence[str]) -> Refusal:
    """Return the refusal of an object that is not valid; each error begins with its field."""
    known = KINDS.get(body["kind"])
    kind = f"{body['kind']}.{known.group}" if known and known.group else body["kind"]
    words = errors[0] if len(errors) == 1 else f"[{', '.join(errors)}]"
    return Refusal(422, "Invalid", f'{kind} "{body["metadata"]["name"]}" is invalid: {words}')
