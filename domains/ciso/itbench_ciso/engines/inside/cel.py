"""A ValidatingAdmissionPolicy, evaluated on each request that makes a cluster, as an API server evaluates it."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from itbench_ciso.engines.inside.budget import Budget, Variables
from itbench_ciso.engines.inside.cel_variables import FIELDS, KINDS, VARIABLES, declared, values_of
from itbench_ciso.engines.inside.expressions.cost import PER_MATCH_CONDITIONS, PER_POLICY
from itbench_ciso.engines.inside.expressions.environment import Program, compile_expression
from itbench_ciso.engines.inside.expressions.errors import (
    CompileError,
    CostExceededError,
    EvaluationError,
    WorkExceededError,
)
from itbench_ciso.engines.inside.expressions.types import BOOL, NULL, STRING, Type
from itbench_ciso.engines.inside.expressions.work import Work, counted
from itbench_ciso.engines.inside.matching import matches
from itbench_ciso.engines.inside.requests import Request, requests

_LONGEST_MESSAGE = 5 * 1024
_LONGEST_SHOWN = 80
# An expression may be nested 250 deep, and each level takes a few frames.
DEEPEST_STACK = 20_000


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression with its name or message, and a second one that makes the message."""

    text: str
    program: Program
    message: Program | None = None


class CelEngine:
    """One policy, whose fields `itbench_ciso.judging.admission.policy` has checked before.

    Raises:
        ValueError: an expression does not compile, or is of a type that it must not have.
    """

    def __init__(self, policy: Mapping[str, Any]) -> None:
        sys.setrecursionlimit(DEEPEST_STACK)
        self._work = Work()
        self._constraints = policy["matchConstraints"]
        self._fails = policy.get("failurePolicy", "Fail") == "Fail"
        self._kinds: dict[str, Type] = dict(KINDS)
        self._fields = dict(FIELDS)
        self._conditions = [
            _Rule(each["name"], self._compiled(each["expression"].strip(), place, BOOL))
            for place, each in _numbered(policy, "matchConditions", "expression")
        ]
        self._fields[VARIABLES] = {}
        self._kinds["variables"] = Type(VARIABLES)
        self._variables = self._compiled_variables(policy)
        self._validations = self._compiled_validations(policy)
        self._annotations = [
            _Rule(each["key"], self._compiled(each["valueExpression"].strip(), place, STRING, NULL))
            for place, each in _numbered(policy, "auditAnnotations", "valueExpression")
        ]

    def judge(self, text: str) -> tuple[str, str]:
        """Return `false` with a reason where any request would be denied, else `true`; `error` where that takes too much."""
        try:
            with counted(self._work):
                return self.judge_requests(requests(json.loads(text)["resources"]))
        except WorkExceededError as error:
            return "error", str(error)

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
        for place, each in _numbered(policy, "variables", "expression"):
            program = self._compiled(each["expression"], place)
            found[each["name"]] = program
            fields[each["name"]] = declared(program.kind)
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
            with counted(self._work):
                program = compile_expression(text, self._kinds, self._fields)
        except (CompileError, WorkExceededError) as error:
            raise ValueError(f"{place}: compilation failed: {error}{_not_here(str(error))}") from error
        if kinds and program.kind not in kinds:
            expected = str(kinds[0]) if len(kinds) == 1 else f"one of [{' '.join(map(str, kinds))}]"
            raise ValueError(f"{place}: must evaluate to {expected} but got {program.kind}")
        return program

    def _denial(self, request: Request) -> str | None:
        """Return why a request is denied; the parts of a policy are evaluated in the order and with the budgets of an API server."""
        if not matches(self._constraints, request):
            return None
        values = values_of(request)
        try:
            if not self._applies(values):
                return None
            found = self._evaluated([rule.program for rule in self._validations], values, PER_POLICY)
            denial = self._first_denial(found, values)
            annotations, _ = self._evaluated([rule.program for rule in self._annotations], values, PER_POLICY)
        except CostExceededError as error:
            # This stands for all decisions: with `Ignore` even a validation that is false denies nothing then.
            return str(error) if self._fails else None
        except EvaluationError as error:
            return str(error) if self._fails else None
        return denial if denial is not None else self._failed_annotation(annotations)

    def _applies(self, values: Mapping[str, Any]) -> bool:
        """Tell whether all conditions hold; one that is false makes up for others that fail.

        Raises:
            EvaluationError: it cannot be told.
            CostExceededError: they cost too much.
        """
        programs = [rule.program for rule in self._conditions]
        found, _ = self._evaluated(programs, values, PER_MATCH_CONDITIONS)
        if any(value is False for value in found):
            return False
        for rule, value in zip(self._conditions, found, strict=True):
            if isinstance(value, EvaluationError):
                raise EvaluationError(f"match condition {rule.text!r} fails: {value}")
        return True

    def _first_denial(self, evaluated: tuple[list[Any], int], values: Mapping[str, Any]) -> str | None:
        found, left = evaluated
        messages = self._messages(values, left)
        for rule, value, message in zip(self._validations, found, messages, strict=True):
            if isinstance(value, EvaluationError):
                if self._fails:
                    shown = rule.program.text.strip()[:_LONGEST_SHOWN]
                    return f"expression '{shown}' resulted in error: {value}"
            elif isinstance(message, CostExceededError):
                if self._fails:
                    return f"failed messageExpression: {message}"
            elif value is not True:
                return _message(rule, message)
        return None

    def _failed_annotation(self, found: Sequence[Any]) -> str | None:
        """Return why an audit annotation denies: it fails, and the policy does not ignore failures."""
        for rule, value in zip(self._annotations, found, strict=True):
            if isinstance(value, EvaluationError) and self._fails:
                return f"audit annotation {rule.text!r} fails: {value}"
        return None

    def _messages(self, values: Mapping[str, Any], budget: int) -> list[Any]:
        """Return all messages, which are made whether they are needed or not; where they cost too much, none counts."""
        programs = [rule.message for rule in self._validations]
        try:
            return self._evaluated(programs, values, budget)[0]
        except CostExceededError as error:
            return [error] * len(programs)

    def _evaluated(
        self, programs: Sequence[Program | None], values: Mapping[str, Any], limit: int
    ) -> tuple[list[Any], int]:
        """Return values, or the error in place of one, and what is left of a budget; variables are evaluated anew.

        Raises:
            CostExceededError: there is nothing left.
        """
        budget = Budget(limit)
        values = {**values, "variables": Variables(self._variables, values, budget)}
        found: list[Any] = []
        for program in programs:
            try:
                found.append(None if program is None else budget.evaluated(program, values))
            except EvaluationError as error:
                found.append(error)
            budget.check()
        return found, budget.left


def _numbered(policy: Mapping[str, Any], key: str, field: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(f"spec.{key}[{number}].{field}", each) for number, each in enumerate(policy.get(key) or [])]


def _not_here(error: str) -> str:
    """Return what to add to an error about something that an API server has and this does not."""
    for name in ("authorizer", "params"):
        if f"undeclared reference to {name!r}" in error:
            return f"; there is no {name!r} in this task"
    return ""


def _message(rule: _Rule, found: Any) -> str:
    text = found.strip() if isinstance(found, str) else ""
    return rule.text if not text or "\n" in text or len(text.encode()) > _LONGEST_MESSAGE else text
