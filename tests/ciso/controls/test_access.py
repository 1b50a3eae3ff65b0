"""Reference policies on hand-made manifests: who is given what, by the rules of Kubernetes."""

import pytest
import yaml

from itbench_ciso.controls.register import controls
from itbench_ciso.controls.texts import admission_policy, solution_policy

PERMITTED = {
    "permitted_namespace": "cluster-ops",
    "permitted_account": "keeper",
    "permitted_group": "oncall",
}
EXEMPT = {"exempt_cluster_role": "engine", "exempt_role": "runner", "exempt_role_namespace": "ci"}
PARAMETERS = {
    **PERMITTED,
    **EXEMPT,
    "exempt_roles": ["engine", "installer"],
    "exempt_namespaces": ["mesh"],
    "exempt_kind": "Deployment",
    "exempt_namespace": "ops",
    "exempt_name": "agent",
    "approved_store": "vault",
}
GROUP = "rbac.authorization.k8s.io"
SOMEBODY = "{kind: User, name: ines}"


def role(rules, name="r", kind="ClusterRole", more=""):
    metadata = f"{{name: {name}}}" if kind == "ClusterRole" else f"{{name: {name}, namespace: shop}}"
    return f"---\napiVersion: {GROUP}/v1\nkind: {kind}\nmetadata: {metadata}\nrules: {rules}\n{more}\n"


def rule(verbs, resources, groups='[""]', more=""):
    return f"[{{apiGroups: {groups}, resources: {resources}, verbs: {verbs}{more}}}]"


def bound(
    subjects=f"[{SOMEBODY}]", name="r", kind="ClusterRole", binding="ClusterRoleBinding", namespace="shop"
):
    metadata = "{name: b}" if binding == "ClusterRoleBinding" else f"{{name: b, namespace: {namespace}}}"
    return (
        f"---\napiVersion: {GROUP}/v1\nkind: {binding}\nmetadata: {metadata}\n"
        f"roleRef: {{apiGroup: {GROUP}, kind: {kind}, name: {name}}}\nsubjects: {subjects}\n"
    )


def pod(fields="", namespace="shop", name="p"):
    metadata = f"metadata: {{name: {name}, namespace: {namespace}}}"
    return f"---\napiVersion: v1\nkind: Pod\n{metadata}\nspec: {{containers: [{{name: c}}]{fields}}}\n"


def account(fields="", name="web", namespace="shop"):
    metadata = f"metadata: {{name: {name}, namespace: {namespace}}}"
    return f"---\napiVersion: v1\nkind: ServiceAccount\n{metadata}\n{fields}\n"


def policy(spec, namespace="shop", version="networking.k8s.io/v1"):
    metadata = f"metadata: {{name: n, namespace: {namespace}}}"
    return f"---\napiVersion: {version}\nkind: NetworkPolicy\n{metadata}\nspec: {spec}\n"


SECRETS = rule("[get]", "[secrets]")
TOKENS = rule("[create]", "[serviceaccounts/token]")
SHOP = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
CLOSED = "{podSelector: {}, policyTypes: [Ingress, Egress]}"
TWO_LABELS = 'aggregationRule: {clusterRoleSelectors: [{matchLabels: {a: "1", b: "2"}}]}'

# Control, what is in the files, whether it complies.
CASES = [
    ("5.1.1", bound(name="cluster-admin"), False),
    ("5.1.1", bound("[{kind: Group, name: oncall}]", "cluster-admin"), True),
    ("5.1.1", bound("null", "cluster-admin"), True),
    ("5.1.1", role(rule('["*"]', '["*"]', '["*"]')) + bound(), False),
    ("5.1.1", role(rule('["*"]', '["*"]', '["*"]')), True),
    ("5.1.1", role(rule('["*"]', '["*"]', '["*"]', ", resourceNames: [x]")) + bound(), True),
    ("5.1.1", role(rule('["*"]', '["*"]', '["", apps]')) + bound(), True),
    ("5.1.2", role(SECRETS), True),
    ("5.1.2", role(SECRETS) + bound(), False),
    ("5.1.2", bound() + role(SECRETS), False),
    ("5.1.2", role(SECRETS) + bound(binding="RoleBinding"), False),
    ("5.1.2", role(SECRETS, kind="Role") + bound(kind="Role", binding="RoleBinding"), False),
    ("5.1.2", role(SECRETS, kind="Role") + bound(kind="Role", binding="RoleBinding", namespace="ci"), True),
    ("5.1.2", role(SECRETS) + bound(kind="Role", binding="RoleBinding"), True),
    ("5.1.2", role(SECRETS, name="system:node") + bound(name="system:node"), True),
    ("5.1.2", role(rule("[list]", '["*"]')) + bound(), False),
    ("5.1.2", role(rule("[get]", "[secrets]", "[apps]")) + bound(), True),
    ("5.1.2", role(rule("[get]", "[secrets]", "[apps, '*']")) + bound(), False),
    ("5.1.2", role(rule("[get]", '["*/status", secrets/x]')) + bound(), True),
    (
        "5.1.2",
        role(rule("[get]", "[configmaps]")[:-1] + ", " + rule("[list]", "[secrets]")[1:]) + bound(),
        False,
    ),
    ("5.1.2", role("[{apiGroups: [''], resources: [secrets]}]") + bound(), True),
    ("5.1.2", role("null") + bound(), True),
    ("5.1.2", role(SECRETS) + bound("[{kind: ServiceAccount, name: keeper, namespace: cluster-ops}]"), True),
    ("5.1.2", role(SECRETS) + bound("[{kind: ServiceAccount, name: keeper, namespace: shop}]"), False),
    (
        "5.1.2",
        role(SECRETS) + bound("[{kind: User, name: 'system:serviceaccount:cluster-ops:keeper'}]"),
        True,
    ),
    ("5.1.2", role(SECRETS) + bound("[{kind: Group, name: 'system:serviceaccounts:cluster-ops'}]"), False),
    ("5.1.2", role(SECRETS) + bound("[{kind: Group, name: oncall}, {kind: User, name: oncall}]"), False),
    ("5.1.3", role(rule("[get]", "[pods]", more=', resourceNames: ["*"]')), True),
    ("5.1.3", role(rule("[get]", '["pods/*"]')), True),
    ("5.1.3", role(rule("[get]", '["*/log"]')), False),
    ("5.1.3", role('[{nonResourceURLs: ["*"], verbs: [get]}]'), False),
    ("5.1.3", role(rule('["*"]', "[pods]"), name="installer"), True),
    ("5.1.3", role(rule('["*"]', "[pods]"), name="installer", kind="Role"), False),
    ("5.1.4", role(rule("[create]", "[cronjobs]", "[batch]")), False),
    ("5.1.4", role(rule("[create]", "[cronjobs]", "[apps]")), True),
    ("5.1.4", role(rule("[create]", '["*/exec", pods/exec]')), True),
    ("5.1.4", role(rule("[create]", "[pods]"), name="engine"), True),
    ("5.1.4", role(rule("[create]", "[pods]"), name="runner", kind="Role"), False),
    (
        "5.1.7",
        bound("[{kind: Group, name: 'system:masters'}]", "cluster-admin").replace("b}", "cluster-admin}"),
        True,
    ),
    (
        "5.1.7",
        bound("[{kind: Group, name: 'system:masters'}]", "view").replace("b}", "cluster-admin}"),
        False,
    ),
    ("5.1.8", role(rule("[impersonate]", "[userextras/scopes]", "[authentication.k8s.io]")), False),
    ("5.1.8", role(rule("[impersonate]", "[users]", "[authentication.k8s.io]")), True),
    ("5.1.8", role(rule("[bind]", '["*"]', f"[{GROUP}]")), False),
    ("5.1.9", role(rule("[create]", "[persistentvolumes]")) + bound(binding="RoleBinding"), True),
    ("5.1.9", role(rule("[create]", "[persistentvolumes]")) + bound(), False),
    ("5.1.10", role(rule("[get]", "[nodes/proxy]"), kind="Role"), True),
    ("5.1.10", role(rule("[get]", '["*/proxy"]')), False),
    ("5.1.10", role(rule("[get]", '["nodes", "nodes/metrics"]')), True),
    ("5.1.11", role(rule("[approve]", "[signers]", "[certificates.k8s.io]")) + bound(), False),
    (
        "5.1.11",
        role(rule("[update]", "[certificatesigningrequests]", "[certificates.k8s.io]")) + bound(),
        True,
    ),
    ("5.1.12", role(rule("[get, list, watch]", '["*"]', '["*"]')), True),
    ("5.1.12", role(rule("[deletecollection]", '["*"]', '["*"]')), False),
    ("5.1.13", role(TOKENS) + bound(binding="RoleBinding"), False),
    ("5.1.13", role(rule("[create]", "[serviceaccounts]")) + bound(), True),
    ("5.1.5", pod(), False),
    ("5.1.5", pod(", serviceAccount: web"), True),
    ("5.1.5", pod(", serviceAccount: default, serviceAccountName: web"), True),
    ("5.1.5", pod(", serviceAccountName: '', serviceAccount: web"), True),
    ("5.1.5", pod(namespace="mesh"), True),
    ("5.1.5", account(name="default"), False),
    ("5.1.5", account("automountServiceAccountToken: false", "default"), True),
    ("5.1.5", bound("[{kind: User, name: 'system:serviceaccount:mesh:default'}]"), True),
    ("5.1.5", bound("[{kind: User, name: 'oidc:serviceaccount:shop:default'}]"), True),
    ("5.1.6", pod(), False),
    ("5.1.6", pod(", automountServiceAccountToken: false"), True),
    ("5.1.6", pod() + account("automountServiceAccountToken: false", "default"), True),
    ("5.1.6", pod(", serviceAccount: web") + account("automountServiceAccountToken: false"), True),
    ("5.1.6", pod(", serviceAccount: web") + account("automountServiceAccountToken: null"), False),
    ("5.1.6", pod(namespace="ops", name="agent"), False),
    ("5.3.2", SHOP, False),
    ("5.3.2", SHOP + policy(CLOSED), True),
    ("5.3.2", SHOP + policy(CLOSED, version="cilium.io/v2"), False),
    ("5.3.2", pod(), False),
    ("5.3.2", pod() + policy(CLOSED), True),
    ("5.3.2", SHOP + policy("{podSelector: {}}") + policy("{podSelector: {}, policyTypes: [Egress]}"), True),
    ("5.3.2", SHOP + policy("{podSelector: {}, egress: []}"), False),
    ("5.3.2", SHOP + policy("{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}]}"), False),
    ("5.4.1", pod(", initContainers: [{name: i, envFrom: [{secretRef: {name: s}}]}]"), False),
    ("5.4.1", pod(", volumes: [{name: v, secret: {secretName: s}}]"), True),
    ("5.4.2", "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\ndata: {a: ''}\n", False),
    ("5.4.2", "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: mesh}\ndata: {a: ''}\n", True),
]


def resources(text):
    return {"resources": [document for document in yaml.safe_load_all(text) if document]}


def by_control(cases):
    return {number: [case for case in cases if case[0] == number] for number, _, _ in cases}


@pytest.mark.slow
@pytest.mark.parametrize("number", by_control(CASES))
def test_the_reference_policy_knows_the_rules_of_kubernetes(number, rego):
    cases = by_control(CASES)[number]
    policies = {"it": solution_policy(controls()[number], PARAMETERS)}
    verdicts = rego(policies, [resources(text) for _, text, _ in cases])
    wrong = [
        text
        for (_, text, is_compliant), found in zip(cases, verdicts, strict=True)
        if found["it"] is not is_compliant
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "number", [number for number in by_control(CASES) if controls()[number].is_admission]
)
def test_the_reference_admission_policy_knows_the_rules_of_kubernetes(number, admission):
    cases = by_control(CASES)[number]
    policies = {"it": admission_policy(controls()[number], PARAMETERS)}
    verdicts = admission(policies, [resources(text) for _, text, _ in cases])
    wrong = [
        text
        for (_, text, is_compliant), found in zip(cases, verdicts, strict=True)
        if found["it"] is not is_compliant
    ]
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "own", "is_compliant"),
    [
        ("{a: '1', b: '2'}", "[]", False),
        ("{a: '1', b: '2', c: '3'}", "null", False),
        ("{a: '1'}", "[]", True),
        ("{a: '1', b: '3'}", "[]", True),
        ("{}", "[]", True),
        ("{}", SECRETS, False),
    ],
    ids=["both labels", "more labels", "one label", "another value", "no labels", "own rules"],
)
def test_an_aggregated_role_has_the_rules_of_roles_with_all_labels_of_a_selector(
    labels, own, is_compliant, rego
):
    part = role(SECRETS, "part").replace("{name: part}", f"{{name: part, labels: {labels}}}")
    files = role(own, more=TWO_LABELS) + part + bound()
    policies = {"it": solution_policy(controls()["5.1.2"], PARAMETERS)}
    assert rego(policies, [resources(files)]) == [{"it": is_compliant}]
