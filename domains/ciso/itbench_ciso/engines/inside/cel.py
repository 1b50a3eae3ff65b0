"""A ValidatingAdmissionPolicy, evaluated on each request that makes a cluster, as an API server evaluates it."""

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from itbench_ciso.engines.inside.cel_variables import FIELDS, KINDS, VARIABLES, values_of
from itbench_ciso.engines.inside.expressions.cost import PER_CALL, PER_MATCH_CONDITIONS, PER_POLICY, Meter
from itbench_ciso.engines.inside.expressions.environment import Program, compile_expression
from itbench_ciso.engines.inside.expressions.errors import CompileError, CostExceededError, EvaluationError
from itbench_ciso.engines.inside.expressions.types import BOOL, NULL, STRING, Type
from itbench_ciso.engines.inside.matching import matches
from itbench_ciso.engines.inside.requests import Request, requests

_LONGEST_MESSAGE = 5 * 1024
_LONGEST_SHOWN = 80
# An expression may be nested 250 deep, and each level takes a few frames.
_DEEPEST_STACK = 20_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression with its name or message, and a second one that makes the message."""

    text: str
    program: Program
    message: Program | None = None


class CelEngine:
    """One policy, whose fields `itbench_ciso.admission.policy` has checked before.

    Raises:
        ValueError: an expression does not compile, or is of a type that it must not have.
    """

    def __init__(self, policy: Mapping[str, Any]) -> None:
        sys.setrecursionlimit(_DEEPEST_STACK)
        self._constraints = policy["matchConstraints"]
        self._fails = policy.get("failurePolicy", "Fail") == "Fail"
        self._kinds: dict[str, Type] = dict(KINDS)
        self._fields = dict(FIELDS)
        self._conditions = [
            _Rule(each["name"], self._compiled(each["expression"].strip(), place, BOOL))
            for place, each in _numbered(policy, "matchConditions", "expression")
        ]
        self._fields[VARIABLES] = {}
        self._variables = self._compiled_variables(policy)
        self._validations = self._compiled_validations(policy)
        self._annotations = [
            _Rule(each["key"], self._compiled(each["valueExpression"].strip(), place, STRING, NULL))
            for place, each in _numbered(policy, "auditAnnotations", "valueExpression")
        ]

    def judge(self, text: str) -> tuple[str, str]:
        """Return `false` with a reason where any request would be denied, else `true`."""
        return self.judge_requests(requests(json.loads(text)["resources"]))

    def judge_requests(self, made: Iterable[Request]) -> tuple[str, str]:
        """Judge requests that were made of a cluster before: many policies can share them."""
        for request in made:
            reason = self._denial(request)
            if reason is not None:
                part = f"/{request.subresource}" if request.subresource else ""
                return "false", f"{request.object['kind']}{part} {request.name}: {reason}"
        return "true", ""

    def _compiled_variables(self, policy: Mapping[str, Any]) -> dict[str, Program]:
        """Compile the variables in their order; each sees those before it, with their types."""
        found: dict[str, Program] = {}
        fields: dict[str, Type] = {}
        self._fields[VARIABLES] = fields
        entries = list(_numbered(policy, "variables", "expression"))
        if entries:
            self._kinds["variables"] = Type(VARIABLES)
        for place, each in entries:
            program = self._compiled(each["expression"], place)
            found[each["name"]] = program
            fields[each["name"]] = program.kind
        return found

    def _compiled_validations(self, policy: Mapping[str, Any]) -> list[_Rule]:
        found = []
        for number, (place, each) in enumerate(_numbered(policy, "validations", "expression")):
            program = self._compiled(each["expression"], place, BOOL)
            message = each.get("messageExpression")
            place = f"spec.validations[{number}].messageExpression"
            compiled = self._compiled(message, place, STRING) if message else None
            text = (
                str(each.get("message") or "").strip() or f"failed expression: {each['expression'].strip()}"
            )
            found.append(_Rule(text, program, compiled))
        return found

    def _compiled(self, text: str, place: str, *kinds: Type) -> Program:
        try:
            program = compile_expression(text, self._kinds, self._fields)
        except CompileError as error:
            raise ValueError(f"{place}: compilation failed: {error}{_not_here(str(error))}") from error
        if kinds and program.kind not in kinds:
            expected = str(kinds[0]) if len(kinds) == 1 else f"one of [{' '.join(map(str, kinds))}]"
            raise ValueError(f"{place}: must evaluate to {expected} but got {program.kind}")
        return program

    def _denial(self, request: Request) -> str | None:
        if not matches(self._constraints, request):
            return None
        values = values_of(request)
        left_out = self._is_left_out(values)
        if left_out is not None:
            return left_out or None
        budget = _Budget(PER_POLICY, "validation failed due to running out of cost budget")
        variables = _Variables(self._variables, values, budget)
        values = {**values, "variables": variables}
        try:
            return self._first_denial(values, budget)
        except CostExceededError as error:
            return str(error) if self._fails else None

    def _is_left_out(self, values: Mapping[str, Any]) -> str | None:
        """Return None where all conditions hold, an empty text where one does not, or why that cannot be told."""
        errors = []
        budget = _Budget(
            PER_MATCH_CONDITIONS, "matchCondition evaluation failed due to running out of cost budget"
        )
        for rule in self._conditions:
            try:
                if budget.evaluated(rule.program, values) is not True:
                    return ""
            except CostExceededError as error:
                errors.append(str(error))
                break
            except EvaluationError as error:
                errors.append(f"match condition {rule.text!r} fails: {error}")
        if not errors:
            return None
        return errors[0] if self._fails else ""

    def _first_denial(self, values: Mapping[str, Any], budget: "_Budget") -> str | None:
        denial: str | None = None
        for rule in self._validations:
            try:
                holds = budget.evaluated(rule.program, values)
            except EvaluationError as error:
                if self._fails:
                    denial = (
                        denial
                        or f"expression '{rule.program.text.strip()[:_LONGEST_SHOWN]}' resulted in error: {error}"
                    )
                continue
            if holds is not True:
                denial = denial or _message(rule, values, budget)
        if denial is None:
            self._annotate(values)
        return denial

    def _annotate(self, values: Mapping[str, Any]) -> None:
        """Evaluate the annotations, which deny only where they cost too much."""
        budget = _Budget(PER_POLICY, "auditAnnotation evaluation failed due to running out of cost budget")
        for rule in self._annotations:
            try:
                budget.evaluated(rule.program, values)
            except EvaluationError:
                # Told to the audit log and nowhere else.
                continue


def _numbered(policy: Mapping[str, Any], key: str, field: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"spec.{key}[{number}].{field}", each) for number, each in enumerate(policy.get(key) or [])]


def _not_here(error: str) -> str:
    """Return what to add to an error about something that an API server has and this does not."""
    for name in ("authorizer", "params"):
        if f"undeclared reference to {name!r}" in error:
            return f"; there is no {name!r} in this task"
    return ""


def _message(rule: _Rule, values: Mapping[str, Any], budget: "_Budget") -> str:
    if rule.message is None:
        return rule.text
    try:
        found = str(budget.evaluated(rule.message, values)).strip()
    except EvaluationError:
        return rule.text
    return rule.text if not found or "\n" in found or len(found.encode()) > _LONGEST_MESSAGE else found


class _Budget:
    """What all expressions of a policy may cost together for one request."""

    def __init__(self, limit: int, told: str) -> None:
        self._left = limit
        self._told = f"{told}, no further validation rules will be run"

    def evaluated(self, program: Program, values: Mapping[str, Any]) -> Any:
        """Return the value of an expression.

        Raises:
            EvaluationError: it has none, or costs more than one expression may.
            CostExceededError: the budget is spent.
        """
        meter = Meter(PER_CALL)
        try:
            return program.evaluate(values, meter)
        except CostExceededError as error:
            if str(error) == self._told:
                raise
            raise EvaluationError(str(error)) from error
        finally:
            self.spend(meter.spent)

    def spend(self, cost: int) -> None:
        """Take a cost from the budget.

        Raises:
            CostExceededError: there is not enough.
        """
        self._left -= cost
        if self._left < 0:
            raise CostExceededError(self._told)


class _Variables(Mapping[str, Any]):
    """The policy's variables: each is evaluated when it is first used, and fails where it is used."""

    kind = VARIABLES

    def __init__(self, programs: Mapping[str, Program], values: Mapping[str, Any], budget: _Budget) -> None:
        self._programs = programs
        self._values = {**values, "variables": self}
        self._budget = budget
        self._found: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._found:
            try:
                self._found[name] = self._budget.evaluated(self._programs[name], self._values)
            except EvaluationError as error:
                self._found[name] = EvaluationError(
                    f"composited variable {name!r} fails to evaluate: {error}"
                )
        if isinstance(self._found[name], EvaluationError):
            raise self._found[name]
        return self._found[name]

    def __iter__(self) -> Any:
        return iter(self._programs)

    def __len__(self) -> int:
        return len(self._programs)

    def __contains__(self, name: object) -> bool:
        return name in self._programs
