"""Policies and what an API server makes of them when they are created, and of requests: tables without a sandbox.

Sources: https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/apis/admissionregistration/validation/validation.go,
https://github.com/kubernetes/apiserver/tree/v0.35.0/pkg/admission/plugin (cel, policy, webhook/predicates) and
https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/.
"""

import json
from typing import Any

import pytest
import yaml

from itbench_ciso.engines.inside.cel import CelEngine
from itbench_ciso.judging.admission.policy import PolicyError, read_policy

pytest.importorskip("re2")

ALL = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*", "*/*"]}
ONE = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}


def policy(fields: str) -> bytes:
    """Return a policy in YAML; `fields` replace those of its spec, those under `rule` those of its only rule."""
    given = yaml.safe_load(fields) or {}
    rule = {**ONE, **given.pop("rule", {})}
    constraints = {"resourceRules": [rule], **given.pop("constraints", {})}
    spec = {"matchConstraints": constraints, "validations": [{"expression": "true"}], **given}
    head = {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy"}
    return yaml.safe_dump({**head, "metadata": {"name": "x"}, "spec": spec}).encode()


def made_of(fields: str) -> str:
    """Return `accepted`, or why the policy is refused."""
    try:
        CelEngine(read_policy(policy(fields), 1 << 20))
    except (PolicyError, ValueError) as error:
        return str(error)
    return "accepted"


ACCEPTED = [
    "{}",
    "failurePolicy: Ignore",
    "rule: {operations: ['*']}",
    "rule: {operations: [CREATE, UPDATE, DELETE, CONNECT]}",
    "rule: {resources: ['*/*']}",
    "rule: {resources: ['*', pods/ephemeralcontainers]}",
    "rule: {resources: [pods, pods/exec, '*/scale']}",
    "rule: {resources: [pods/*, deployments]}",
    "rule: {scope: Cluster}",
    "rule: {scope: Namespaced, resourceNames: [a, b]}",
    "constraints: {matchPolicy: Exact, namespaceSelector: {matchLabels: {a: b}}, objectSelector: {}}",
    "constraints: {excludeResourceRules: []}",
    "constraints: {objectSelector: {matchExpressions: [{key: example.com/a, operator: In, values: [b]}]}}",
    "constraints: {objectSelector: {matchExpressions: [{key: a, operator: Exists}]}}",
    "validations: [{expression: 'object.metadata.name == \"a\"', message: m, reason: Forbidden}]",
    "validations: [{expression: 'true', messageExpression: '\"a\" + object.metadata.name'}]",
    "validations: [{expression: 'true', messageExpression: 'string(object.x)'}]",
    "variables: [{name: a, expression: '1'}, {name: b, expression: variables.a + 1}]",
    "variables: [{name: a, expression: 'quantity(\"1\")'}]\nvalidations: [{expression: 'variables.a.isInteger() == true'}]",
    "variables: [{name: _a1, expression: object.spec}]\nvalidations: [{expression: 'has(variables._a1)'}]",
    "matchConditions: [{name: a, expression: 'request.operation == \"CREATE\"'}]",
    "matchConditions: [{name: example.com/a, expression: 'true'}]",
    "auditAnnotations: [{key: a, valueExpression: '\"text\"'}]",
    "auditAnnotations: [{key: a, valueExpression: 'null'}]\nvalidations: []",
    "validations: [{expression: 'request.userInfo.groups.exists(g, g == \"a\")'}]",
    "validations: [{expression: 'namespaceObject.metadata.labels[\"a\"] == \"b\"'}]",
    "validations: [{expression: 'oldObject == null || object.spec == oldObject.spec'}]",
]  # fmt: skip
REFUSED = [
    ("paramKind: {apiVersion: v1, kind: ConfigMap}", "paramKind is not supported here"),
    ("failurePolicy: fail", "spec.failurePolicy: Unsupported value"),
    ("validation: []", 'unknown field "spec.validation"'),
    ("matchConstraints: {}", "resourceRules: Required value"),
    ("matchConstraints: null", "spec.matchConstraints: Required value"),
    ("constraints: {rules: []}", 'unknown field "spec.matchConstraints.rules"'),
    ("constraints: {matchPolicy: Any}", "matchPolicy: Unsupported value"),
    ("rule: {operations: []}", "operations: Required value"),
    ("rule: {operations: [PATCH]}", "Unsupported value: 'PATCH'"),
    ("rule: {operations: [create]}", "Unsupported value: 'create'"),
    ("rule: {operations: ['*', CREATE]}", "if '*' is present"),
    ("rule: {apiGroups: []}", "apiGroups: Required value"),
    ("rule: {apiGroups: ['*', apps]}", "if '*' is present"),
    ("rule: {apiVersions: ['']}", "apiVersions[0]: Required value"),
    ("rule: {apiVersions: ['*', v1]}", "if '*' is present"),
    ("rule: {resources: []}", "resources: Required value"),
    ("rule: {resources: ['']}", "resources[0]: Required value"),
    ("rule: {resources: ['*', pods]}", "if '*' is present"),
    ("rule: {resources: ['*/*', pods]}", "if '*/*' is present"),
    ("rule: {resources: [pods/*, pods/exec]}", "if 'pods/*' is present"),
    ("rule: {resources: ['*/scale', deployments/scale]}", "if '*/scale' is present"),
    ("rule: {scope: Everywhere}", "scope: Unsupported value"),
    ("rule: {verbs: [create]}", "unknown field"),
    ("rule: {resourceNames: [a/b]}", "may not contain '/'"),
    ("rule: {resourceNames: [a, a]}", "Duplicate value"),
    ("constraints: {objectSelector: {matchLabels: {'a b': c}}}", "Invalid value: 'a b'"),
    ("constraints: {objectSelector: {matchExpressions: [{key: a, operator: In}]}}", "values: Required value"),
    ("constraints: {objectSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}", "Forbidden"),
    ("constraints: {objectSelector: {matchExpressions: [{key: a, operator: Equals, values: [b]}]}}", "not a valid selector operator"),
    ("validations: []", "validations or auditAnnotations must contain at least one item"),
    ("validations: [{message: m}]", "expression: Required value"),
    ("validations: [{expression: ' '}]", "expression: Required value"),
    ("validations: [{expression: '1'}]", "must evaluate to bool but got int"),
    ("validations: [{expression: object.spec.x}]", "must evaluate to bool but got dyn"),
    ("validations: [{expression: 'dyn(true)'}]", "must evaluate to bool but got dyn"),
    ("validations: [{expression: 'object.?spec.?x'}]", "must evaluate to bool but got optional_type"),
    ("validations: [{expression: 'object.'}]", "Syntax error"),
    ("validations: [{expression: 'true', reason: Because}]", "reason: Unsupported value"),
    ("validations: [{expression: 'true', message: ' '}]", "must be non-empty if specified"),
    ('validations: [{expression: "true", message: "a\\nb"}]', "must not contain line breaks"),
    ("validations: [{expression: 'true', messageExpression: ' '}]", "must be non-empty if specified"),
    ("validations: [{expression: 'true', messageExpression: '1'}]", "must evaluate to string but got int"),
    ("validations: [{expression: 'true', messageExpression: object.x}]", "must evaluate to string but got dyn"),
    ("validations: [{expression: 'true', messageExpression: \"'a'.find('(?=a)')\"}]", "invalid find argument"),
    ("validations: [{expression: 'true', messages: a}]", "unknown field"),
    ("validations: [{expression: 'params.x == 1'}]", "there is no 'params' in this task"),
    ("validations: [{expression: 'authorizer.path(\"/\").check(\"get\").allowed()'}]", "there is no 'authorizer'"),
    ("validations: [{expression: 'variables.a == 1'}]", "undefined field 'a'"),
    ("validations: [{expression: 'request.object == null'}]", "undefined field 'object'"),
    ("validations: [{expression: 'request.name.x == 1'}]", "does not support field selection"),
    ("validations: [{expression: 'namespaceObject.metadata.uid == \"a\"'}]", "undefined field 'uid'"),
    ("validations: [{expression: \"'a'.matches('(?!a)')\"}]", "invalid matches argument"),
    ("validations: [{expression: \"object.metadata.name in [object.metadata.namespace, 'a']\"}]", "expected type 'dyn' but found 'string'"),
    ("variables: [{name: a-b, expression: '1'}]", "not a valid CEL identifier"),
    ("variables: [{name: 1a, expression: '1'}]", "not a valid CEL identifier"),
    ("variables: [{name: in, expression: '1'}]", "not a valid CEL identifier"),
    ("variables: [{expression: '1'}]", "name: Required value"),
    ("variables: [{name: a}]", "expression: Required value"),
    ("variables: [{name: a, expression: variables.b}, {name: b, expression: '1'}]", "undefined field 'b'"),
    ("variables: [{name: a, expression: '1'}]\nvalidations: [{expression: variables.a == 'x'}]", "no matching overload"),
    ("matchConditions: [{name: a, expression: '1'}]", "must evaluate to bool but got int"),
    ("matchConditions: [{name: '', expression: 'true'}]", "name: Required value"),
    ("matchConditions: [{name: a, expression: 'true'}, {name: a, expression: 'true'}]", "Duplicate value"),
    ("matchConditions: [{name: a b, expression: 'true'}]", "matchConditions[0].name"),
    ("matchConditions: [{name: a, expression: variables.x == 1}]\nvariables: [{name: x, expression: '1'}]", "undeclared reference to 'variables'"),
    ("auditAnnotations: [{key: a}]", "valueExpression: Required value"),
    ("auditAnnotations: [{key: a, valueExpression: '1'}]", "must evaluate to one of [string null_type]"),
    ("auditAnnotations: [{key: 'a b', valueExpression: '\"x\"'}]", "auditAnnotations[0].key"),
]  # fmt: skip


@pytest.mark.slow
def test_policies_that_an_api_server_takes_are_taken() -> None:
    assert {fields: made_of(fields) for fields in ACCEPTED} == dict.fromkeys(ACCEPTED, "accepted")


@pytest.mark.slow
def test_policies_that_an_api_server_refuses_are_refused() -> None:
    found = {fields: made_of(fields) for fields, _ in REFUSED}
    assert [(fields, told, found[fields]) for fields, told in REFUSED if told not in found[fields]] == []


def pod(**more: Any) -> dict[str, Any]:
    spec = {"containers": [{"name": "c", "image": "r.example/a:1"}], **more}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p", "namespace": "shop"}, "spec": spec}


def thing(kind: str, version: str, **more: Any) -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": "t"}, **more}


RBAC = "rbac.authorization.k8s.io/v1"
ROLE, NAMESPACE = thing("Role", RBAC), thing("Namespace", "v1")
EPHEMERAL = pod(ephemeralContainers=[{"name": "e", "image": "x"}])
SECRET = thing("Secret", "v1", stringData={"a": "b"})
DENY = "validations: [{expression: 'false'}]\n"
CUSTOM = thing("Widget", "test.example/v1", spec={"a": None, "b": []})
# Patterns cost much and take little time: 401 * 2000 and 801 * 2000.
EXPENSIVE, TOO_EXPENSIVE = (f"!'{'a' * count}'.matches('{'b|' * 3999}c')" for count in (4000, 8000))
FAILING_ANNOTATION = "auditAnnotations: [{key: a, valueExpression: 'string(object.x)'}]\n"
TABLE = [
    (DENY, pod(), "false"),
    (DENY + "rule: {operations: [UPDATE]}", pod(), "true"),
    (DENY + "rule: {operations: [DELETE, CONNECT]}", pod(), "true"),
    (DENY + "rule: {resources: [services]}", pod(), "true"),
    (DENY + "rule: {apiGroups: [apps]}", pod(), "true"),
    (DENY + "rule: {apiVersions: [v2]}", pod(), "true"),
    (DENY + "rule: {scope: Cluster}", pod(), "true"),
    (DENY + "rule: {scope: Cluster, resources: [namespaces]}", NAMESPACE, "false"),
    (DENY + "rule: {scope: Namespaced, resources: [namespaces]}", NAMESPACE, "true"),
    (DENY + "rule: {resourceNames: [p]}", pod(), "false"),
    (DENY + "rule: {resourceNames: [q]}", pod(), "true"),
    (DENY + "rule: {resources: [pods/ephemeralcontainers], operations: ['*']}", pod(), "true"),
    (DENY + "rule: {resources: [pods/ephemeralcontainers], operations: [CREATE]}", EPHEMERAL, "true"),
    (DENY + "rule: {resources: [pods/ephemeralcontainers], operations: [UPDATE]}", EPHEMERAL, "false"),
    (DENY + "rule: {resources: [pods/*], operations: [UPDATE]}", EPHEMERAL, "false"),
    (DENY + "rule: {resources: ['*'], operations: [UPDATE]}", EPHEMERAL, "true"),
    (DENY + "rule: {resources: ['*/ephemeralcontainers'], operations: ['*']}", EPHEMERAL, "false"),
    (DENY + "constraints: {namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: shop}}}", pod(), "false"),
    (DENY + "constraints: {namespaceSelector: {matchLabels: {a: b}}}", pod(), "true"),
    (DENY + "constraints: {objectSelector: {matchLabels: {a: b}}}", pod(), "true"),
    (DENY + "constraints: {objectSelector: {matchExpressions: [{key: a, operator: NotIn, values: [b]}]}}", pod(), "false"),
    (DENY + "matchConditions: [{name: a, expression: 'object.metadata.name == \"q\"'}]", pod(), "true"),
    (DENY + "matchConditions: [{name: a, expression: 'object.x == 1'}, {name: b, expression: 'false'}]", pod(), "true"),
    ("matchConditions: [{name: a, expression: 'object.x == 1'}]", pod(), "false"),
    (DENY + "matchConditions: [{name: a, expression: 'object.x == 1'}]\nfailurePolicy: Ignore", pod(), "true"),
    ("validations: [{expression: 'object.x == 1'}]", pod(), "false"),
    ("validations: [{expression: 'object.x == 1'}]\nfailurePolicy: Ignore", pod(), "true"),
    ("validations: [{expression: 'object.x == 1'}, {expression: 'false'}]\nfailurePolicy: Ignore", pod(), "false"),
    ("validations: [{expression: 'true', messageExpression: 'object.x + \"a\"'}]", pod(), "true"),
    ("variables: [{name: a, expression: object.x}]\nvalidations: [{expression: 'true || variables.a == 1'}]", pod(), "true"),
    ("validations: [{expression: 'false', messageExpression: 'object.x + \"a\"', message: m}]\nfailurePolicy: Ignore", pod(), "false"),
    ("variables: [{name: a, expression: '1'}, {name: a, expression: '2'}]\nvalidations: [{expression: variables.a == 2}]", pod(), "true"),
    ("variables: [{name: a, expression: '1'}, {name: b, expression: variables.a}, {name: a, expression: '2'}]\nvalidations: [{expression: variables.b == 2}]", pod(), "true"),
    ("variables: [{name: a, expression: '1'}, {name: a, expression: variables.a + 1}]\nvalidations: [{expression: variables.a == 2}]", pod(), "false"),
    ("variables: [{name: a, expression: '1'}, {name: a, expression: variables.a + 1}]\nvalidations: [{expression: variables.a == 2}]\nfailurePolicy: Ignore", pod(), "true"),
    (FAILING_ANNOTATION, pod(), "false"),
    (FAILING_ANNOTATION + "failurePolicy: Ignore", pod(), "true"),
    (FAILING_ANNOTATION + "failurePolicy: Ignore\nvalidations: [{expression: 'false'}]", pod(), "false"),
    (FAILING_ANNOTATION + "validations: []", pod(), "false"),
    (FAILING_ANNOTATION + "matchConditions: [{name: a, expression: 'false'}]", pod(), "true"),
    (FAILING_ANNOTATION + "rule: {resources: [services]}", pod(), "true"),
    ("auditAnnotations: [{key: a, valueExpression: 'string(object.metadata.name)'}, {key: b, valueExpression: 'null'}]", pod(), "true"),
    ("auditAnnotations: [{key: a, valueExpression: '\"a\"'}, {key: b, valueExpression: 'string(variables.a)'}]\nvariables: [{name: a, expression: object.x}]", pod(), "false"),
    (f'validations: [{{expression: "{EXPENSIVE}"}}]', pod(), "true"),
    (f'validations: [{{expression: "{TOO_EXPENSIVE}"}}]', pod(), "false"),
    ("validations: [{expression: '!has(object.spec.hostPID)'}]", pod(hostPID=False), "true"),
    ("validations: [{expression: '!has(object.spec.hostPID)'}]", pod(hostPID=True), "false"),
    ("validations: [{expression: '!has(object.spec.nothing)'}]", pod(nothing=1), "true"),
    ("validations: [{expression: 'has(object.spec.automountServiceAccountToken)'}]", pod(automountServiceAccountToken=False), "true"),
    ("validations: [{expression: 'object.spec.containers[0].imagePullPolicy == \"IfNotPresent\"'}]", pod(), "true"),
    ("validations: [{expression: 'request.namespace == \"shop\" && request.kind.kind == \"Pod\"'}]", pod(), "true"),
    ("rule: {resources: [namespaces]}\nvalidations: [{expression: 'request.namespace == \"t\" && namespaceObject == null'}]", NAMESPACE, "true"),
    ("rule: {apiGroups: ['*'], resources: [roles]}\nvalidations: [{expression: 'has(object.rules) && object.rules == null'}]", ROLE, "true"),
    ("rule: {apiGroups: ['*'], resources: [roles]}\nvalidations: [{expression: 'object.?rules.orValue([]).all(r, false)'}]", ROLE, "false"),
    ("rule: {resources: [secrets]}\nvalidations: [{expression: '!has(object.stringData) && object.data.a == \"Yg==\"'}]", SECRET, "true"),
    ("rule: {apiGroups: ['*'], resources: [widgets]}\nvalidations: [{expression: '!has(object.spec.a) && object.spec.b == []'}]", CUSTOM, "false"),
    (DENY, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": "none"}}, "true"),
]  # fmt: skip


def test_requests_are_judged_as_an_api_server_judges_them() -> None:
    for fields, manifest, verdict in TABLE:
        engine = CelEngine(read_policy(policy(fields), 1 << 20))
        found = engine.judge(json.dumps({"resources": [manifest]}))[0]
        assert found == verdict, (fields, manifest)


def test_there_are_eighty_policies_and_more() -> None:
    assert len(ACCEPTED) + len(REFUSED) + len(TABLE) >= 80


@pytest.mark.slow
def test_a_policy_whose_conditions_cost_too_much_is_denied_or_ignored_as_a_whole() -> None:
    """Out of budget there is one decision for all validations, also for those that are false."""
    conditions = [{"name": f"c{number}", "expression": EXPENSIVE} for number in range(4)]
    fields = {"validations": [{"expression": "false"}], "matchConditions": conditions}
    for failure, verdict in (("Fail", "false"), ("Ignore", "true")):
        text = yaml.safe_dump({**fields, "failurePolicy": failure})
        engine = CelEngine(read_policy(policy(text), 1 << 20))
        assert engine.judge(json.dumps({"resources": [pod()]}))[0] == verdict


def test_a_policy_that_needs_too_much_in_all_is_an_error_from_there_on() -> None:
    text = yaml.safe_dump({"validations": [{"expression": EXPENSIVE}]})
    engine = CelEngine(read_policy(policy(text), 1 << 20))
    found = [engine.judge(json.dumps({"resources": [pod()]})) for _ in range(20)]
    kinds = [kind for kind, _ in found]
    first = kinds.index("error")
    assert first == 14
    assert set(kinds[:first]) == {"true"}
    assert set(kinds[first:]) == {"error"}
    assert "needs more than 12000000 units of work" in found[-1][1]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ("messageExpression: '\"found \" + object.metadata.name', message: m", "found p"),
        ("messageExpression: 'string(object.x)', message: ' m '", "m"),
        ("messageExpression: '\"a\\nb\"', message: m", "m"),
        ("messageExpression: '\" \"', message: m", "m"),
        ("messageExpression: '\"a\" + string(object.x)'", "failed expression: 1 == 2"),
        ("message: m", "m"),
        ("reason: Forbidden", "failed expression: 1 == 2"),
    ],
)
def test_a_denial_is_told_by_the_first_message_that_there_is(fields: str, told: str) -> None:
    engine = CelEngine(read_policy(policy(f"validations: [{{expression: ' 1 == 2 ', {fields}}}]"), 1 << 20))
    assert engine.judge(json.dumps({"resources": [pod()]})) == ("false", f"Pod p: {told}")


def test_a_validation_that_denies_is_told_before_an_annotation_that_fails() -> None:
    fields = FAILING_ANNOTATION + "validations: [{expression: 'false', message: m}]"
    engine = CelEngine(read_policy(policy(fields), 1 << 20))
    assert engine.judge(json.dumps({"resources": [pod()]})) == ("false", "Pod p: m")
    engine = CelEngine(read_policy(policy(FAILING_ANNOTATION), 1 << 20))
    told = engine.judge(json.dumps({"resources": [pod()]}))[1]
    assert told.startswith("Pod p: audit annotation 'a' fails: ")
