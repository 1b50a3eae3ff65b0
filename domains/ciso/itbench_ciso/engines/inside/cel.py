"""A ValidatingAdmissionPolicy, evaluated by Google's CEL runtime on the creation of each object."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_optional, ext_strings

from itbench_ciso.engines.inside.cel_functions import functions
from itbench_ciso.engines.inside.matching import Request, matches, requests

_VARIABLES = ("object", "oldObject", "request", "namespaceObject", "variables")
_LONGEST_TEXT = 80
_PLACE = re.compile(r"(?:INVALID_ARGUMENT: )?ERROR: <input>:(\d+):(\d+): ")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression with what to say of it, its variable's name or its message."""

    text: str
    expression: Any


class CelEngine:
    """One policy, checked by `itbench_ciso.admission.policy` before.

    Raises:
        ValueError: an expression does not compile.
    """

    def __init__(self, policy: Mapping[str, Any]) -> None:
        extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional(), ext_bindings.ExtBindings()]
        self._cel = cel.NewEnv(
            variables=dict.fromkeys(_VARIABLES, cel.Type.DYN), extensions=extensions, functions=functions()
        )
        self._constraints = policy["matchConstraints"]
        self._fails = policy.get("failurePolicy") != "Ignore"
        self._conditions = self._rules(policy, "matchConditions", "name")
        self._variables = self._rules(policy, "variables", "name")
        self._validations = self._rules(policy, "validations", "message")

    def judge(self, text: str) -> tuple[str, str]:
        """Return `false` with a reason where the creation of any object would be denied, else `true`."""
        for request in requests(json.loads(text)["resources"]):
            reason = self._denial(request)
            if reason is not None:
                return "false", f"{request.object['kind']} {request.name}: {reason}"
        return "true", ""

    def _rules(self, policy: Mapping[str, Any], key: str, name: str) -> list[_Rule]:
        rules = []
        for number, each in enumerate(policy.get(key) or []):
            try:
                expression = self._cel.compile(each["expression"])
            except (RuntimeError, ValueError) as error:
                raise ValueError(f"{key}[{number}]: {_told(str(error))}") from error
            rules.append(_Rule(str(each.get(name) or each["expression"][:_LONGEST_TEXT]), expression))
        return rules

    def _denial(self, request: Request) -> str | None:
        if not matches(self._constraints, request):
            return None
        data = {
            "object": request.object,
            "oldObject": None,
            "request": request.as_variable(),
            "namespaceObject": request.namespace_object,
        }
        failed = self._conditions_fail(data | {"variables": {}})
        if failed is not None:
            return failed or None
        values: dict[str, Any] = {}
        for rule in self._variables:
            kind, value = _value(rule, data | {"variables": values})
            # One that fails is left out: whoever uses it fails then, as with Kubernetes' variables, which are lazy.
            if kind != "ERROR":
                values[rule.text] = value
        return self._first_denial(data | {"variables": values})

    def _conditions_fail(self, data: Mapping[str, Any]) -> str | None:
        """Return None where all conditions hold, an empty text where one does not, or why that cannot be told."""
        errors = []
        for rule in self._conditions:
            kind, value = _value(rule, data)
            if kind == "BOOL" and not value:
                return ""
            if kind != "BOOL":
                errors.append(f"match condition {rule.text!r} fails: {value}")
        if not errors:
            return None
        return errors[0] if self._fails else ""

    def _first_denial(self, data: Mapping[str, Any]) -> str | None:
        for rule in self._validations:
            kind, value = _value(rule, data)
            if kind == "BOOL" and not value:
                return rule.text
            if kind != "BOOL" and self._fails:
                return f"{rule.text}: fails: {value}"
        return None


def _value(rule: _Rule, data: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the type and the value, or `ERROR` and the message."""
    try:
        found = rule.expression.eval(data=dict(data))
        kind = found.type().name()
        return kind, found.plain_value()
    except (RuntimeError, TypeError, ValueError) as error:
        return "ERROR", str(error)


def _told(text: str) -> str:
    line = text.split("\n", 1)[0]
    undeclared = _UNDECLARED.search(line)
    if undeclared is not None:
        return f"{undeclared[1]!r} is no variable, function or macro that is supported here"
    return _PLACE.sub(r"line \1, column \2: ", line)
