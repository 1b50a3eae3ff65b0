"""Reads and checks one ValidatingAdmissionPolicy, before any of its expressions is compiled."""

from typing import Any

from itbench import JsonObject
from itbench_ciso.judging.admission.constraints import check_constraints
from itbench_ciso.judging.admission.fields import (
    PolicyError,
    identifier,
    items,
    mapping,
    one_of,
    qualified_name,
    required,
    subdomain,
    text,
    wrong,
)
from itbench_ciso.judging.admission.yaml_reader import UnreadableYamlError, read_documents

KIND = "ValidatingAdmissionPolicy"
_GROUP = "admissionregistration.k8s.io"
_BINDING = f"{KIND}Binding"
_REASONS = ("Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized")
_MOST_CONDITIONS, _MOST_ANNOTATIONS = 64, 20
_LONGEST_ANNOTATION_BYTES = 5 * 1024

__all__ = ["KIND", "PolicyError", "read_policy"]


def read_policy(data: bytes, longest: int) -> JsonObject:
    """Return the `spec` of the one policy in a file; bindings beside it are passed over.

    Raises:
        PolicyError: there is none, or several, or an API server would refuse it, or it needs what is not here.
    """
    try:
        documents = read_documents(data, longest)
    except UnreadableYamlError as error:
        raise PolicyError(f"it cannot be read: {error}") from error
    found = [each for each in documents if not isinstance(each, dict) or each.get("kind") != _BINDING]
    if len(found) != 1 or not isinstance(found[0], dict) or found[0].get("kind") != KIND:
        kinds = [each.get("kind") if isinstance(each, dict) else str(each)[:20] for each in found]
        raise PolicyError(f"expected one document of kind {KIND}, found {str(kinds)[:100]}")
    policy = mapping(found[0], "", "")
    version = policy.get("apiVersion")
    if version != f"{_GROUP}/v1":
        raise PolicyError(f"apiVersion must be {_GROUP}/v1, found {str(version)[:100]!r}")
    name = text(mapping(policy.get("metadata", {}), "metadata").get("name", ""), "metadata.name")
    if not name:
        raise required("metadata.name", "name or generateName is required")
    subdomain(name, "metadata.name")
    spec = mapping(policy.get("spec"), "spec", "spec")
    _check_spec(spec, name)
    return spec


def _check_spec(spec: JsonObject, name: str) -> None:
    if "paramKind" in spec:
        raise PolicyError("spec.paramKind is not supported here: there are no parameter objects")
    one_of(spec.get("failurePolicy", "Fail"), "spec.failurePolicy", ("Fail", "Ignore"))
    check_constraints(spec.get("matchConstraints"), "spec.matchConstraints")
    _check_conditions(spec)
    for place, each in _entries(spec, "variables"):
        _check_variable(each, place)
    validations = _entries(spec, "validations")
    annotations = _entries(spec, "auditAnnotations")
    if not validations and not annotations:
        raise required("spec.validations", "validations or auditAnnotations must contain at least one item")
    for place, each in validations:
        _check_validation(each, place)
    _check_annotations(annotations, name)


def _entries(spec: JsonObject, key: str) -> list[tuple[str, JsonObject]]:
    found = items(spec.get(key, []), f"spec.{key}")
    places = [f"spec.{key}[{number}]" for number in range(len(found))]
    entries = [(place, mapping(each, place, key)) for place, each in zip(places, found, strict=True)]
    # From here on a field that is null is not there.
    spec[key] = [each for _, each in entries]
    return entries


def _check_expression(entry: JsonObject, field: str, place: str) -> None:
    if not text(entry.get(field, ""), f"{place}.{field}").strip():
        raise required(f"{place}.{field}", f"{field} is not specified")


def _check_conditions(spec: JsonObject) -> None:
    entries = _entries(spec, "matchConditions")
    if len(entries) > _MOST_CONDITIONS:
        raise PolicyError(
            f"spec.matchConditions: Too many: {len(entries)}: must have at most {_MOST_CONDITIONS} items"
        )
    names: list[str] = []
    for place, each in entries:
        _check_expression(each, "expression", place)
        name = text(each.get("name", ""), f"{place}.name")
        if not name:
            raise required(f"{place}.name")
        qualified_name(name, f"{place}.name")
        _check_new(name, names, f"{place}.name")


def _check_new(name: str, names: list[str], place: str) -> None:
    if name in names:
        raise PolicyError(f"{place}: Duplicate value: {name[:60]!r}")
    names.append(name)


def _check_variable(entry: JsonObject, place: str) -> None:
    name = text(entry.get("name", ""), f"{place}.name")
    if not name.strip():
        raise required(f"{place}.name", "name is not specified")
    identifier(name, f"{place}.name")
    _check_expression(entry, "expression", place)


def _check_validation(entry: JsonObject, place: str) -> None:
    _check_expression(entry, "expression", place)
    for field in ("message", "messageExpression"):
        found = text(entry.get(field, ""), f"{place}.{field}")
        if found and not found.strip():
            raise wrong(f"{place}.{field}", found, "must be non-empty if specified")
    message: Any = entry.get("message", "")
    if any(sign in message.strip() for sign in "\n\r"):
        raise wrong(f"{place}.message", message, "message must not contain line breaks")
    if "reason" in entry:
        one_of(entry["reason"], f"{place}.reason", _REASONS)


def _check_annotations(entries: list[tuple[str, JsonObject]], policy: str) -> None:
    if len(entries) > _MOST_ANNOTATIONS:
        raise wrong(
            "spec.auditAnnotations",
            len(entries),
            f"must not have more than {_MOST_ANNOTATIONS} auditAnnotations",
        )
    keys: list[str] = []
    for place, each in entries:
        key = text(each.get("key", ""), f"{place}.key")
        qualified_name(f"{policy}/{key}", f"{place}.key")
        _check_new(key, keys, f"{place}.key")
        _check_expression(each, "valueExpression", place)
        if len(each["valueExpression"].strip().encode()) > _LONGEST_ANNOTATION_BYTES:
            raise required(
                f"{place}.valueExpression", f"must not exceed {_LONGEST_ANNOTATION_BYTES} bytes in length"
            )
