"""Admission policies in CEL: what is denied, and what is not understood."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import yaml

from itbench_ciso.engines.limits import EngineLimits
from itbench_ciso.judging.admission.judge import judge_admission

pytestmark = pytest.mark.slow  # Starts an engine in the sandbox for each policy.


Admitted = Callable[..., Sequence[Any]]
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "x", "namespace": "shop", "labels": {"a": "b"}},
    "spec": {
        "hostNetwork": True,
        "containers": [{"name": "c", "image": "r.example/a:1"}, {"name": "d"}],
        "terminationGracePeriodSeconds": 3,
    },
}
EVERYTHING = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": ["*"]}


@pytest.fixture
def admitted(cached: object) -> Admitted:
    """Return a function that judges sets of objects with a policy of these expressions."""

    def judge(
        *expressions: str, objects: Any = None, limits: EngineLimits | None = None, **spec: Any
    ) -> Sequence[Any]:
        policy = {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": {"name": "x"},
            "spec": {
                "matchConstraints": {"resourceRules": [EVERYTHING]},
                "validations": [{"expression": each} for each in expressions],
            }
            | spec,
        }
        inputs = [json.dumps({"resources": each}).encode() for each in objects or [[POD]]]
        return asyncio.run(judge_admission(yaml.safe_dump(policy).encode(), inputs, limits))

    return judge


ADMITS = [
    "object.spec.hostNetwork == true",
    "!has(object.spec.hostPID) && object.spec.dnsPolicy == 'ClusterFirst'",
    "object.spec.serviceAccountName == 'default'",
    "quantity('1E').isGreaterThan(quantity('1P')) && quantity('1').add(2).asInteger() == 3",
    "[1, 2].indexOf(2) == 1 && 'a1b2'.findAll('[0-9]', 1) == ['1']",
    "url('https://x.example:8').getPort() == '8' && ip('::1').family() == 6 && cidr('10.0.0.0/8').containsIP('10.1.2.3')",
    "semver('1.2.3').isLessThan(semver('1.10.0')) && !format.dns1123Label().validate('a').hasValue()",
    "['a'].all(i, v, i == 0 && v == 'a') && {'a': 1}.transformList(k, v, k) == ['a']",
    "!has(object.spec.hostPID) || !object.spec.hostPID",
    "object.spec.?hostPID.orValue(true) == true",
    "object.?spec.?template.?spec.?containers.orValue([]).size() == 0",
    "object.spec.containers.all(c, c.name in ['c', 'd'])",
    "object.spec.containers.exists_one(c, has(c.image))",
    "object.spec.containers.filter(c, has(c.image)).map(c, c.image) == ['r.example/a:1']",
    "object.metadata.labels.exists(k, k == 'a' && object.metadata.labels[k] == 'b')",
    "object.spec.terminationGracePeriodSeconds == 3 && object.spec.terminationGracePeriodSeconds < 4.5",
    "oldObject == null && request.operation == 'CREATE'",
    "request.kind.kind == 'Pod' && request.resource.resource == 'pods' && request.namespace == 'shop'",
    "request.userInfo.username == 'itbench' && 'system:authenticated' in request.userInfo.groups",
    "namespaceObject.metadata.name == 'shop'",
    "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'shop'",
    "object.metadata.name.matches('^x+$') && object.metadata.name.startsWith('x')",
    "'a,b'.split(',') == ['a', 'b'] && 'AB'.lowerAscii() == 'ab' && ['a', 'b'].join('-') == 'a-b'",
    "'a1b22'.findAll('[0-9]+') == ['1', '22'] && 'a1b22'.find('[0-9]+') == '1'",
    "[1, 2].isSorted() && [1, 2].sum() == 3 && [1, 2].max() == 2 && [1, 2].min() == 1 && 'abc'.indexOf('c') == 2",
    "sets.contains(['a', 'b'], ['a']) && sets.intersects([1], [1, 2]) && sets.equivalent([1, 2], [2, 1])",
    "quantity('1Gi').isGreaterThan(quantity('1G')) && quantity('100m').compareTo(quantity('0.1')) == 0",
    "isQuantity('1.5Mi') && !isQuantity('much')",
    "object.kind == 'Pod' ? true : object.nothing.there",
    "true || object.nothing.there",
    "type(object.spec.terminationGracePeriodSeconds) == int && string(object.spec.terminationGracePeriodSeconds) == '3' && int('3') == 3",
]  # fmt: skip


def test_what_the_language_and_kubernetes_offer_is_there(admitted: Admitted) -> None:
    # The message names the first that fails.
    (verdict,) = admitted(*ADMITS)
    assert (str(verdict.kind), verdict.message) == ("true", "")


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("!object.spec.hostNetwork", "Pod x: failed expression: !object.spec.hostNetwork"),
        ("object.spec.nothing == 1", "resulted in error: no such key: nothing"),
        ("object.spec.containers.all(c, has(c.image))", "Pod x:"),
        ("quantity('much').sign() > 1", "quantities must match"),
    ],
)
def test_what_is_false_or_fails_is_denied(expression: str, told: str, admitted: Admitted) -> None:
    (verdict,) = admitted(expression)
    assert verdict.kind == "false"
    assert told in verdict.message


def test_what_fails_is_admitted_where_the_policy_says_so(admitted: Admitted) -> None:
    assert [verdict.kind for verdict in admitted("object.spec.nothing == 1", failurePolicy="Ignore")] == [
        "true"
    ]
    assert [
        verdict.kind for verdict in admitted("object.spec.nothing == 1", "false", failurePolicy="Ignore")
    ] == ["false"]


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("object.spec.", "validations[0].expression: compilation failed: line 1, column 13: Syntax error"),
        (
            "authorizer.group('').resource('pods').check('create').allowed()",
            "there is no 'authorizer' in this task",
        ),
        ("params.x == 1", "there is no 'params' in this task"),
        ("cel.bind(x, 1, x == 1)", "undeclared reference to 'cel'"),
        ("object.spec.hostNetwork", "must evaluate to bool but got dyn"),
        ("object.metadata.name.find('(?=x)') == ''", "invalid perl operator"),
        ("request.nothing == 'x'", "undefined field 'nothing'"),
        ("'a' * 3", "found no matching overload"),
        ("(" * 500 + "true" + ")" * 500, "recursion limit exceeded: 250"),
    ],
)
def test_what_does_not_compile_is_an_error_for_every_set(
    expression: str, told: str, admitted: Admitted
) -> None:
    verdicts = (
        admitted("true", expression, objects=[[POD], [POD]])
        if told[0] != "v"
        else admitted(expression, objects=[[POD], [POD]])
    )
    assert [verdict.kind for verdict in verdicts] == ["error", "error"]
    assert told in verdicts[0].message


def test_variables_see_those_before_them_and_fail_only_where_they_are_used(admitted: Admitted) -> None:
    variables = [
        {"name": "spec", "expression": "object.spec"},
        {"name": "names", "expression": "variables.spec.containers.map(c, c.name)"},
        {"name": "broken", "expression": "object.spec.nothing"},
    ]
    assert admitted("variables.names == ['c', 'd']", variables=variables)[0].kind == "true"
    assert (
        admitted("variables.names.size() == 2 || variables.broken == 1", variables=variables)[0].kind
        == "true"
    )
    assert admitted("variables.broken == 1", variables=variables)[0].kind == "false"


def test_match_conditions_leave_objects_out(admitted: Admitted) -> None:
    def conditions(*texts: str) -> list[dict[str, str]]:
        return [{"name": f"c{number}", "expression": text} for number, text in enumerate(texts)]

    assert admitted("false", matchConditions=conditions("object.kind != 'Pod'"))[0].kind == "true"
    assert admitted("false", matchConditions=conditions("object.kind == 'Pod'"))[0].kind == "false"
    assert admitted("false", matchConditions=conditions("object.nothing.x == 1", "false"))[0].kind == "true"
    assert (
        "match condition 'c0' fails"
        in admitted("true", matchConditions=conditions("object.nothing.x == 1"))[0].message
    )
    ignored = admitted("false", matchConditions=conditions("object.nothing.x == 1"), failurePolicy="Ignore")
    assert ignored[0].kind == "true"


def test_each_object_is_created_on_its_own_and_one_denial_is_enough(admitted: Admitted) -> None:
    good = POD | {"spec": {}}
    sets = [[good], [good, POD], [], [None, "x", {"kind": "Other"}]]
    kinds = [
        verdict.kind
        for verdict in admitted("!has(object.spec) || !has(object.spec.hostNetwork)", objects=sets)
    ]
    assert kinds == ["true", "false", "true", "true"]


def test_a_policy_that_costs_too_much_is_denied_as_an_api_server_denies_it(admitted: Admitted) -> None:
    (verdict,) = admitted(f"!'{'a' * 8000}'.matches('{'b|' * 3999}c')")
    assert (verdict.kind, "actual cost limit exceeded" in verdict.message) == ("false", True)
    several = [f"!'{'a' * 8000}'.matches('{'b|' * 2000}c')"] * 13
    (verdict,) = admitted(*several)
    assert (verdict.kind, "running out of cost budget" in verdict.message) == ("false", True)


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ({"operations": ["CREATE"], "resources": ["pods"]}, "true"),
        ({"operations": ["*"], "resources": ["*"]}, "true"),
        ({"operations": ["CREATE"], "resources": ["pods/ephemeralcontainers"]}, "true"),
        ({"operations": ["UPDATE"], "resources": ["pods/ephemeralcontainers"]}, "false"),
        ({"operations": ["UPDATE"], "resources": ["pods/*"]}, "false"),
        ({"operations": ["*"], "resources": ["*/*"]}, "false"),
    ],
)
def test_ephemeral_containers_come_by_an_update_of_their_own(
    rule: dict[str, Any], kind: str, admitted: Admitted
) -> None:
    pod = POD | {"spec": {**POD["spec"], "ephemeralContainers": [{"name": "debugger", "image": "x"}]}}
    constraints = {"resourceRules": [EVERYTHING | rule]}
    expression = "!has(object.spec.ephemeralContainers)"
    assert admitted(expression, matchConstraints=constraints, objects=[[pod]])[0].kind == kind


def test_a_policy_that_cannot_be_read_is_an_error_for_every_set(cached: object) -> None:
    verdicts = asyncio.run(judge_admission(b"a: [", [b"{}", b"{}"]))
    assert [verdict.kind for verdict in verdicts] == ["error", "error"]
    assert "it cannot be read" in verdicts[0].message
