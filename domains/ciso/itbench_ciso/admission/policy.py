"""Reads and checks one ValidatingAdmissionPolicy, before any of its expressions is compiled."""

from typing import Any

from itbench.interfaces.json import JsonObject
from itbench_ciso.admission.yaml_reader import UnreadableYamlError, read_documents

KIND = "ValidatingAdmissionPolicy"
_GROUP = "admissionregistration.k8s.io"
_BINDING = f"{KIND}Binding"
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_RULE_LISTS = ("operations", "apiGroups", "apiVersions", "resources")
_REFUSED = {
    "paramKind": "there are no parameter objects here",
}
_LISTS_OF_EXPRESSIONS = {"validations": "", "variables": "name", "matchConditions": "name"}


class PolicyError(ValueError):
    """What is wrong with a policy, in one line."""


def read_policy(data: bytes, longest: int) -> JsonObject:
    """Return the `spec` of the one policy in a file; bindings beside it are passed over.

    Raises:
        PolicyError: there is none, or several, or an API server would refuse it, or it needs what is not here.
    """
    try:
        documents = read_documents(data, longest)
    except UnreadableYamlError as error:
        raise PolicyError(f"it cannot be read: {error}") from error
    found = [each for each in documents if isinstance(each, dict) and each.get("kind") != _BINDING]
    if len(found) != 1 or found[0].get("kind") != KIND:
        kinds = [each.get("kind") for each in found]
        raise PolicyError(f"expected one document of kind {KIND}, found {str(kinds)[:100]}")
    version = found[0].get("apiVersion")
    if version != f"{_GROUP}/v1":
        raise PolicyError(f"apiVersion must be {_GROUP}/v1, found {str(version)[:100]!r}")
    spec = _mapping(found[0].get("spec"), "spec")
    _check_spec(spec)
    return spec


def _check_spec(spec: JsonObject) -> None:
    for key, reason in _REFUSED.items():
        if spec.get(key) is not None:
            raise PolicyError(f"spec.{key} is not supported: {reason}")
    if spec.get("failurePolicy") not in (None, "Fail", "Ignore"):
        raise PolicyError(
            f"spec.failurePolicy must be Fail or Ignore, found {str(spec['failurePolicy'])[:60]!r}"
        )
    for key, name in _LISTS_OF_EXPRESSIONS.items():
        _check_expressions(spec, key, name)
    if not spec.get("validations"):
        raise PolicyError("spec.validations: expected at least one validation, found none")
    constraints = _mapping(spec.get("matchConstraints"), "spec.matchConstraints")
    if not constraints.get("resourceRules"):
        raise PolicyError("spec.matchConstraints.resourceRules: expected at least one rule, found none")
    for key in ("resourceRules", "excludeResourceRules"):
        for number, rule in enumerate(_list(constraints.get(key) or [], f"spec.matchConstraints.{key}")):
            _check_rule(rule, f"spec.matchConstraints.{key}[{number}]")
    for key in ("namespaceSelector", "objectSelector"):
        _check_selector(constraints.get(key) or {}, f"spec.matchConstraints.{key}")


def _check_expressions(spec: JsonObject, key: str, name: str) -> None:
    for number, each in enumerate(_list(spec.get(key) or [], f"spec.{key}")):
        place = f"spec.{key}[{number}]"
        entry = _mapping(each, place)
        for field in ("expression", *([name] if name else [])):
            if not isinstance(entry.get(field), str) or not entry[field].strip():
                raise PolicyError(f"{place}.{field}: expected a text, found {str(entry.get(field))[:60]!r}")


def _check_rule(value: Any, place: str) -> None:
    rule = _mapping(value, place)
    for key in _RULE_LISTS:
        if not rule.get(key):
            raise PolicyError(f"{place}.{key}: expected at least one text, found none")
    if rule.get("scope") not in (None, "*", "Cluster", "Namespaced"):
        raise PolicyError(
            f"{place}.scope must be *, Cluster or Namespaced, found {str(rule['scope'])[:60]!r}"
        )
    for key in (*_RULE_LISTS, "resourceNames"):
        _texts(rule.get(key) or [], f"{place}.{key}")


def _check_selector(value: Any, place: str) -> None:
    selector = _mapping(value, place)
    labels = _mapping(selector.get("matchLabels") or {}, f"{place}.matchLabels")
    _texts([*labels, *labels.values()], f"{place}.matchLabels")
    for number, each in enumerate(_list(selector.get("matchExpressions") or [], f"{place}.matchExpressions")):
        expression = _mapping(each, f"{place}.matchExpressions[{number}]")
        operator = expression.get("operator")
        if operator not in _OPERATORS or not isinstance(expression.get("key"), str):
            raise PolicyError(f"{place}.matchExpressions[{number}]: expected a key and one of {_OPERATORS}")
        _texts(expression.get("values") or [], f"{place}.matchExpressions[{number}].values")


def _mapping(value: Any, place: str) -> JsonObject:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise PolicyError(f"{place}: expected a mapping, found {str(value)[:60]!r}")
    return value


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise PolicyError(f"{place}: expected a list, found {str(value)[:60]!r}")
    return value


def _texts(value: Any, place: str) -> None:
    for each in _list(value, place):
        if not isinstance(each, str):
            raise PolicyError(f"{place}: expected texts, found {str(each)[:60]!r}")
