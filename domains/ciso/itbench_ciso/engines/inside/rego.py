"""Rego by regopy (rego-cpp): the policies are compiled once, and the query is asked of each input."""

import json
import re
from collections.abc import Mapping

# The parts below `Interpreter`, because that fails on the text of an error, which it takes for JSON.
from regopy.rego_shared import (
    NodeKind,
    RegoError,
    rego_add_module,
    rego_build,
    rego_bundle_node,
    rego_bundle_ok,
    rego_bundle_query,
    rego_new,
    rego_node_get,
    rego_node_size,
    rego_node_type,
    rego_node_value,
    rego_output_node,
    rego_output_ok,
    rego_output_string,
    rego_set_input_term,
    rego_set_log_level,
    rego_set_query,
)

# A bare false prints as undefined; a binding does not.
QUERY = "x := data.check.result"
_MESSAGE = re.compile(r"\(errormsg \d+:(.*?)\)\s*(?:\(errorast|\(errorcode|\(rego-|\)|$)", re.DOTALL)
_SILENT = 0


class RegoEngine:
    """Policies of the package `check`, with others that they import.

    Raises:
        ValueError: they do not compile.
    """

    def __init__(self, policies: Mapping[str, str]) -> None:
        self._interpreter = rego_new()
        rego_set_log_level(self._interpreter, _SILENT)
        try:
            for name, text in policies.items():
                rego_add_module(self._interpreter, name, text)
            rego_set_query(self._interpreter, QUERY)
            self._bundle = rego_build(self._interpreter)
        except RegoError as error:
            raise ValueError(_told(str(error))) from error
        if not rego_bundle_ok(self._bundle):
            raise ValueError(_told(_text_of(rego_bundle_node(self._bundle))))

    def judge(self, text: str) -> tuple[str, str]:
        """Ask the query of one input."""
        try:
            rego_set_input_term(self._interpreter, text)
            output = rego_bundle_query(self._interpreter, self._bundle)
        except RegoError as error:
            return "error", _told(str(error))
        if not rego_output_ok(output):
            return "error", _told(_text_of(rego_output_node(output)))
        return _read(rego_output_string(output))


def _read(said: str) -> tuple[str, str]:
    if said == "undefined":
        return "undefined", ""
    if said.startswith("("):
        return "error", _told(said)
    value = json.loads(said)["bindings"]["x"]
    if isinstance(value, bool):
        return ("true" if value else "false"), ""
    return "not-boolean", json.dumps(value)[:200]


def _text_of(node: object) -> str:
    """Return the messages below a node, in the form of an error's tree."""
    waiting, found = [node], []
    while waiting:
        each = waiting.pop()
        if rego_node_type(each) == NodeKind.ErrorMessage:
            found.append(f"(errormsg 0:{rego_node_value(each)})")
        waiting += [rego_node_get(each, place) for place in reversed(range(rego_node_size(each)))]
    return " ".join(found) or "the evaluation failed"


def _told(text: str) -> str:
    """Return the messages in an error's tree; rego-cpp has no shorter form of it."""
    found = list(dict.fromkeys(" ".join(each.split()) for each in _MESSAGE.findall(text)))
    return "; ".join(found[:3]) or " ".join(text.split())[:200]
