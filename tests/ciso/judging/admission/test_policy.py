"""Reading an admission policy: what an API server would refuse, and what is not supported here."""

import pytest
import yaml
from hypothesis import given, strategies as st

from itbench_ciso.judging.admission.policy import PolicyError, read_policy

POLICY = """\
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: x}
spec:
  matchConstraints:
    resourceRules:
      - {apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}
  validations:
    - expression: "true"
"""
BINDING = (
    "---\napiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nspec: {}\n"
)


def read(text: str | bytes) -> dict[str, object]:
    return read_policy(text if isinstance(text, bytes) else text.encode(), 100_000)


@pytest.mark.parametrize(
    "text",
    [POLICY, POLICY + BINDING, "---\n---\n" + POLICY, POLICY + "  failurePolicy: Ignore\n"],
    ids=["a policy", "a binding beside it", "empty documents", "a failure policy"],
)
def test_a_policy_is_read(text: str) -> None:
    assert read(text)["validations"] == [{"expression": "true"}]


# Each: a policy that cannot be used, and what is told.
REFUSED: list[tuple[str | bytes, str]] = [
    ("", "expected one document of kind ValidatingAdmissionPolicy, found []"),
    (POLICY + "---\n" + POLICY, "expected one document of kind"),
    (BINDING, "expected one document of kind"),
    ("[1, 2]", "expected one document of kind"),
    (POLICY.replace("/v1\n", "/v1beta1\n"), "apiVersion must be admissionregistration.k8s.io/v1"),
    (POLICY + "  paramKind: {kind: ConfigMap}\n", "spec.paramKind is not supported here: there are no parameter objects"),
    (POLICY + "  failurePolicy: Never\n", "spec.failurePolicy: Unsupported value: 'Never'"),
    (POLICY.split("  validations")[0], "spec.validations: Required value: validations or auditAnnotations"),
    (POLICY.replace('expression: "true"', "expression: true"), "spec.validations[0].expression: expected a string, found 'True'"),
    (POLICY.replace('- expression: "true"', "- just text"), "spec.validations[0]: expected a mapping"),
    (POLICY + "  variables: [{expression: '1'}]\n", "spec.variables[0].name: Required value"),
    (POLICY + "  matchConditions: 7\n", "spec.matchConditions: expected a list, found '7'"),
    (POLICY.replace("resources: [pods]", "resources: pods"), "spec.matchConstraints.resourceRules[0].resources: expected a list"),
    (POLICY.replace("resources: [pods]", "resources: []"), "resources: Required value"),
    (POLICY.replace("    resourceRules:\n", "    excludeResourceRules:\n"), "resourceRules: Required value"),
    (POLICY.replace("    resourceRules:", "    objectSelector: {matchLabels: {a: 1}}\n    resourceRules:"), "matchLabels.a: expected a string, found '1'"),
    (POLICY.replace("    resourceRules:", "    namespaceSelector: {matchExpressions: [{key: a, operator: Is}]}\n    resourceRules:"), "not a valid selector operator"),
    (POLICY.replace("[CREATE]", "[CREATED]"), "operations[0]: Unsupported value: 'CREATED'"),
    (POLICY.replace("[CREATE]", "['*', CREATE]"), "if '*' is present, must not specify other operations"),
    (POLICY.replace("resources: [pods]", "resources: ['*', pods]"), "must not specify other resources without subresources"),
    (POLICY.replace("resources: [pods]", "resources: ['pods/*', pods/exec]"), "if 'pods/*' is present, must not specify pods/exec"),
    (POLICY.replace("apiVersions: [v1]", "apiVersions: ['*', v1]"), "must not specify other API versions"),
    (POLICY + "  validation: []\n", 'unknown field "spec.validation"'),
    (POLICY + "      messages: x\n", 'unknown field "spec.validations[0].messages"'),
    (POLICY + "      reason: Bad\n", "spec.validations[0].reason: Unsupported value: 'Bad'"),
    (POLICY + "      message: ' '\n", "message: Invalid value: ' ': must be non-empty"),
    (POLICY + "  variables: [{name: a-b, expression: '1'}]\n", "'a-b': name is not a valid CEL identifier"),
    (POLICY + "  variables: [{name: namespace, expression: '1'}]\n", "name is not a valid CEL identifier"),
    (POLICY + "  matchConditions: [{name: a b, expression: 'true'}]\n", "matchConditions[0].name: Invalid value"),
    (POLICY + "  matchConditions: [{name: a, expression: 'true'}, {name: a, expression: 'true'}]\n", "Duplicate value: 'a'"),
    (POLICY + "  auditAnnotations: [{key: a}]\n", "valueExpression: Required value"),
    (POLICY.replace("metadata: {name: x}", "metadata: {}"), "metadata.name: Required value"),
    (POLICY.split("spec:")[0], "spec: expected a mapping, found 'None'"),
    ("a: [", "it cannot be read: "),
    ("a: &x 1\nb: *x", "it cannot be read: aliases are not read"),
    ("a: !!python/object:os.system 1", "it cannot be read: "),
    ("[" * 5000, "it cannot be read: it is nested more than 60 levels deep"),
    (b"\xff\xfe\xff", "it cannot be read: UnicodeDecodeError"),
    (b"a: \x00", "it cannot be read: "),
    ("x" * 100_001, "it cannot be read: it holds 100001 bytes, allowed: 100000"),
]  # fmt: skip


def test_what_cannot_be_used_is_refused_with_a_reason() -> None:
    for text, told in REFUSED:
        assert_refused(text, told)


def assert_refused(text: str | bytes, told: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read(text)
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["matchLabels", "key", "operator", "values", "expression", "name"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@pytest.mark.slow
@given(
    spec=st.dictionaries(
        st.sampled_from(["matchConstraints", "validations", "variables", "failurePolicy", "matchConditions"]),
        json_values,
    ),
    constraints=st.dictionaries(
        st.sampled_from(["resourceRules", "namespaceSelector", "objectSelector"]), json_values
    ),
)
def test_any_other_shape_is_refused_and_nothing_else_is_raised(
    spec: dict[str, object], constraints: dict[str, object]
) -> None:
    policy = yaml.safe_load(POLICY)
    policy["spec"] |= spec
    if isinstance(policy["spec"]["matchConstraints"], dict):
        policy["spec"]["matchConstraints"] |= constraints
    try:
        found = read(yaml.safe_dump(policy))
    except PolicyError:
        return
    assert found["validations"]
