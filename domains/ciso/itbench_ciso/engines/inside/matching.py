"""Which requests a ValidatingAdmissionPolicy looks at.

Semantics: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/validating-admission-policy-v1/
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

OPERATION = "CREATE"
_DEFAULT_NAMESPACE = "default"
_NAME_LABEL = "kubernetes.io/metadata.name"
_CLUSTER_KINDS = frozenset(
    """
    APIService CSIDriver CSINode CertificateSigningRequest ClusterRole ClusterRoleBinding ClusterTrustBundle
    CustomResourceDefinition FlowSchema IngressClass MutatingWebhookConfiguration Namespace Node PersistentVolume
    PodSecurityPolicy PriorityClass PriorityLevelConfiguration RuntimeClass StorageClass ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
    """.split()  # noqa: SIM905 - one list of words is easier to read than many quoted ones
)
_ODD_PLURALS = {"Endpoints": "endpoints"}
_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class Request:
    """The creation of one object, as an API server would see it.

    Attributes:
        object: the manifest, in the namespace that it would get.
        group: of its API, such as `apps`, empty for the core.
        version: of its API.
        resource: the plural of its kind, in lower case.
        namespace: empty where the object has none.
        namespace_object: the manifest of that namespace, made up where there is none; None without a namespace.
    """

    object: Mapping[str, Any]
    group: str
    version: str
    resource: str
    namespace: str
    namespace_object: Mapping[str, Any] | None

    @property
    def name(self) -> str:
        """The object's name."""
        return str(_metadata(self.object).get("name", ""))

    def as_variable(self) -> dict[str, Any]:
        """Return what expressions see as `request`; whoever asks is a made-up user."""
        kind = {"group": self.group, "version": self.version, "kind": str(self.object.get("kind", ""))}
        resource = {"group": self.group, "version": self.version, "resource": self.resource}
        return {
            "uid": "00000000-0000-0000-0000-000000000000",
            "kind": kind,
            "resource": resource,
            "requestKind": kind,
            "requestResource": resource,
            "subResource": "",
            "requestSubResource": "",
            "name": self.name,
            "namespace": self.namespace,
            "operation": OPERATION,
            "userInfo": {
                "username": "itbench",
                "uid": "itbench",
                "groups": ["system:authenticated"],
                "extra": {},
            },
            "dryRun": False,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
        }


def plural(kind: str) -> str:
    """Return the resource of a kind, by the rules of English that Kubernetes' own names follow."""
    if kind in _ODD_PLURALS:
        return _ODD_PLURALS[kind]
    word = kind.lower()
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "ch", "sh")) else "s")


def requests(resources: list[Any]) -> list[Request]:
    """Return the creation of each object; whatever has no kind is no object."""
    known = [each for each in resources if isinstance(each, dict) and isinstance(each.get("kind"), str)]
    objects = [_without_nulls(each) for each in known]
    namespaces = {str(_metadata(each).get("name")): each for each in objects if each["kind"] == "Namespace"}
    return [_request(each, namespaces) for each in objects]


def _without_nulls(value: Any) -> Any:
    """Return a manifest as an API server reads it: a field that is null is not there."""
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _request(manifest: Mapping[str, Any], namespaces: Mapping[str, Mapping[str, Any]]) -> Request:
    group, _, version = str(manifest.get("apiVersion", "")).rpartition("/")
    kind, metadata = str(manifest["kind"]), _metadata(manifest)
    namespace = ""
    if kind not in _CLUSTER_KINDS:
        namespace = str(metadata.get("namespace") or _DEFAULT_NAMESPACE)
        manifest = {**manifest, "metadata": {**metadata, "namespace": namespace}}
    found = _named_namespace(namespace, namespaces.get(namespace, {})) if namespace else None
    return Request(manifest, group, version, plural(kind), namespace, found)


def _named_namespace(name: str, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """Return a namespace with the label that the API server gives to each."""
    metadata = _metadata(manifest)
    labels = {**_labels(manifest), _NAME_LABEL: name}
    defaults = {"apiVersion": "v1", "kind": "Namespace"}
    return {**defaults, **manifest, "metadata": {**metadata, "name": name, "labels": labels}}


def matches(constraints: Mapping[str, Any], request: Request) -> bool:
    """Tell whether `matchConstraints` take in a request; what stands for other versions of an API is not followed."""
    return (
        any(_rule_matches(rule, request) for rule in constraints.get("resourceRules") or [])
        and not any(_rule_matches(rule, request) for rule in constraints.get("excludeResourceRules") or [])
        and _namespace_matches(constraints.get("namespaceSelector") or {}, request)
        and selects(constraints.get("objectSelector") or {}, _labels(request.object))
    )


def selects(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether a label selector takes in labels; an empty one takes in all."""
    equal = all(labels.get(key) == value for key, value in (selector.get("matchLabels") or {}).items())
    return equal and all(_fulfils(labels, each) for each in selector.get("matchExpressions") or [])


def _fulfils(labels: Mapping[str, str], expression: Mapping[str, Any]) -> bool:
    key, values = expression["key"], expression.get("values") or []
    is_in = labels.get(key) in values
    return {"In": is_in, "NotIn": not is_in, "Exists": key in labels, "DoesNotExist": key not in labels}[
        expression["operator"]
    ]


def _rule_matches(rule: Mapping[str, Any], request: Request) -> bool:
    scope = rule.get("scope") or "*"
    names = rule.get("resourceNames") or []
    return (
        _holds(rule.get("operations"), OPERATION)
        and _holds(rule.get("apiGroups"), request.group)
        and _holds(rule.get("apiVersions"), request.version)
        and any(_is_resource(each, request.resource) for each in rule.get("resources") or [])
        and scope in {"*", "Namespaced" if request.namespace else "Cluster"}
        and (not names or request.name in names)
    )


def _holds(allowed: list[str] | None, value: str) -> bool:
    return "*" in (allowed or []) or value in (allowed or [])


def _is_resource(allowed: str, resource: str) -> bool:
    name, slash, part = allowed.partition("/")
    # A manifest is a request for the resource itself; a rule for a part such as pods/exec does not take it in.
    return name in {"*", resource} and (not slash or part == "*")


def _namespace_matches(selector: Mapping[str, Any], request: Request) -> bool:
    if request.object.get("kind") == "Namespace":
        return selects(selector, _labels(_named_namespace(request.name, request.object)))
    if request.namespace_object is None:
        return True  # What lies in no namespace is never left out by one.
    return selects(selector, _labels(request.namespace_object))


def _metadata(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    found = manifest.get("metadata")
    return found if isinstance(found, dict) else {}


def _labels(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    found = _metadata(manifest).get("labels")
    return found if isinstance(found, dict) else {}
