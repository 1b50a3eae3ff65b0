"""Truths are read whatever their shape, and refused with all that is wrong with them."""

import pytest
from hypothesis import given, strategies as st

from itbench.errors import DataError
from itbench_sre.truth import (
    Fault,
    Group,
    KnownChange,
    Propagation,
    load_truth,
    root_sets,
    solution,
    truth_from_json,
    truth_to_json,
    validate_truth,
)

PUBLISHED = [
    *range(1, 9),
    *range(10, 28),
    29,
    30,
    31,
    *range(33, 51),
    52,
    53,
    58,
    59,
    61,
    62,
    63,
    80,
    81,
    83,
    91,
    102,
]
PUBLISHED += [105, 114]

FLAT = r"""
metadata: {version: v1}
canary: "canary-1"
fault:
- {category: Change, condition: To Be Specified, fault_mechanism: custom,
   entity: {group_id: cart-1, kind: Deployment, name: cart-1}}
alerts: [{id: RequestErrorRate, group_id: cart-1, metadata: {description: errors}}]
groups:
- {id: cart-1, kind: Deployment, namespace: shop, filter: ['cart\b'], root_cause: true}
- {id: flags, kind: ConfigMap, namespace: shop, name: flags}
aliases: [[cart-1]]
propagations: [{source: cart-1, target: gone, condition: c, effect: e}]
recommended_actions: [{solution: {id: restart, actions: [restart cart]}}]
"""


def wrapped(text: str) -> str:
    body = "\n".join(
        "  " + line for line in text.replace("recommended_actions", "recommendedActions").splitlines()
    )
    return f"apiVersion: itbench.io/v1\nkind: GroundTruth\nmetadata: {{name: scenario-0}}\nspec:\n{body}\n"


def laughs(levels: int, width: int = 10) -> str:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


def test_a_flat_truth_is_read():
    truth = load_truth(FLAT, source="flat.yaml")
    assert truth.groups == (
        Group("cart-1", "Deployment", "shop", (r"cart\b",), is_root_cause=True),
        Group("flags", "ConfigMap", "shop", name="flags"),
    )
    assert truth.propagations == (Propagation("cart-1", "gone", "c", "e"),)
    assert truth.faults == (Fault("Change", "To Be Specified", "custom", "cart-1", "Deployment", "cart-1"),)
    assert truth.recommended_actions[0].actions == ("restart cart",)
    assert truth.alerts[0].description == "errors"
    assert truth.canary == "canary-1"


def test_a_wrapped_truth_with_camel_case_actions_is_the_same():
    assert load_truth(wrapped(FLAT), source="wrapped.yaml") == load_truth(FLAT, source="flat.yaml")


def test_a_backslash_in_a_filter_stays_a_backslash():
    assert load_truth(FLAT, source="flat.yaml").groups[0].filters == ("cart\\b",)


@pytest.mark.slow
@pytest.mark.parametrize("number", PUBLISHED)
def test_a_published_truth_survives_json(number, published_truth):
    truth = load_truth(published_truth(number), source=f"scenario_{number}")
    assert truth_from_json(truth_to_json(truth)) == truth
    assert validate_truth(truth_to_json(truth)) == []
    assert len(solution(truth)["contributing_factors"]) == (2 if number in {38, 52, 62} else 1)


def test_all_faults_of_a_truth_are_told_at_once():
    document = {
        "groups": [
            {"id": "", "kind": 7, "filter": [3], "root_cause": "yes"},
            {"id": "a", "kind": "Pod", "namespace": []},
            "group",
        ],
        "aliases": ["a"],
        "propagations": [{"source": "a"}],
        "alerts": [{"group_id": "a"}],
        "fault": [{"entity": "a"}],
        "recommended_actions": [{}],
        "canary": 4,
    }
    with pytest.raises(DataError) as caught:
        truth_from_json(document, source="bad.yaml")
    message = str(caught.value)
    assert message.startswith("bad.yaml: 12 faults in the truth: ")
    assert "\n" not in message
    for fault in (
        r"$.groups[0].id: found '', allowed: text that matches \S",
        "$.groups[0].kind: found 7, allowed: string",
        "$.groups[0].filter[0]: found 3, allowed: string",
        "$.groups[0].root_cause: found 'yes', allowed: boolean or null",
        "$.groups[1].namespace: found [], allowed: string or null",
        "$.groups[2]: found 'group', allowed: object",
        "$.aliases[0]: found 'a', allowed: array",
        "$.propagations[0]: found no key 'target', allowed: an object that has it",
        "$.alerts[0]: found no key 'id', allowed: an object that has it",
        "$.fault[0].entity: found 'a', allowed: object or null",
        "$.recommended_actions[0]: found no key 'solution', allowed: an object that has it",
        "$.canary: found 4, allowed: string",
    ):
        assert fault in message


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[1, 2]", "$: found [1, 2], allowed: object"),
        ("", "$: found None, allowed: object"),
        ("alerts: []", "$: found no key 'groups', allowed: an object that has it"),
        ("groups: []", "$.groups: found no group with root_cause: true, allowed: at least one"),
        (
            "nothing_is_wrong: true\ngroups: [{id: a, kind: Pod, name: a, root_cause: true}]",
            "$.nothing_is_wrong: found true beside a group with root_cause: true, allowed: one of the two",
        ),
        (
            r"{nothing_is_wrong: true, groups: [], changes: [{role: innocent, names: [{id: a, kind: Pod, filter: ['(?!a)b']}]}]}",
            "$.changes[0].names[0].filter: found '(?!a)b', allowed: a simpler expression",
        ),
        (
            "{nothing_is_wrong: true, groups: [], changes: [{role: guilty, names: [{id: a, kind: Pod, name: a}]}]}",
            "$.changes[0].role: found 'guilty'",
        ),
        ("spec: {groups: 1}", "$.spec.groups: found 1, allowed: array"),
        (
            "groups: [{id: a, kind: Pod, filter: [a]}]",
            "$.groups: found no group with root_cause: true, allowed: at least one",
        ),
        (
            "groups: [{id: a, kind: Pod, root_cause: true}]",
            "$.groups[0]: found a root cause that nothing matches",
        ),
        (
            r"groups: [{id: a, kind: Pod, filter: ['(a)\1'], root_cause: true}]",
            r"$.groups[0].filter: found '(a)\\1', allowed: a simpler expression, since it cannot be matched in linear",
        ),
        ("a: [", "is not readable as YAML"),
        ("a: !!python/object:os.system {}", "is not readable as YAML"),
        ("a: 2025-99-99", "is not readable as YAML"),
        ("a: *b", "alias 'b' is unknown"),
        ("a: &a [*a]", "alias 'a' is unknown or stands inside itself"),
        ("[" * 1000, "nests deeper than 50 levels"),
        (laughs(9), "grows beyond 100000 nodes once its anchors are followed"),
        (laughs(40, width=2), "grows beyond 100000 nodes once its anchors are followed"),
        ("x" * 2_000_001, "has 2000001 characters; at most 2000000 are allowed"),
    ],
)
def test_a_file_that_is_no_truth_is_refused_in_one_line(text, told):
    with pytest.raises(DataError) as caught:
        load_truth(text, source="some.yaml")
    assert str(caught.value).startswith("some.yaml: ")
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_merge_keys_cannot_multiply_beyond_the_bound():
    lines = ["a0: &a0 {k: v}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 9)]
    with pytest.raises(DataError, match="grows beyond 100000 nodes"):
        load_truth("\n".join(lines), source="merge.yaml")


def test_a_few_honest_anchors_are_read():
    text = "x: &ns shop\ngroups: [{id: a, kind: Pod, namespace: *ns, filter: [a], root_cause: true}]"
    assert load_truth(text, source="anchors.yaml").groups[0].namespace == "shop"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["groups", "id", "kind", "filter", "aliases", "spec", "alerts", "fault", "entity", "solution"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@pytest.mark.slow
@given(JSON)
def test_any_json_is_either_a_truth_or_has_faults(document):
    faults = validate_truth(document)
    if faults:
        with pytest.raises(DataError):
            truth_from_json(document)
    else:
        assert truth_from_json(truth_to_json(truth_from_json(document))) == truth_from_json(document)


@pytest.mark.slow
@given(st.text(max_size=80))
def test_any_text_is_either_a_truth_or_a_data_error(text):
    with pytest.raises(DataError):
        load_truth(text, source="junk")


def test_alias_lists_are_one_transitively():
    truth = truth_from_json(
        {
            "groups": [{"id": i, "kind": "Pod", "name": i, "root_cause": i in "ax"} for i in "abcdx"],
            "aliases": [["a", "b"], ["c", "b"], ["d"], ["gone", "x"], []],
        }
    )
    assert [root.ids for root in root_sets(truth)] == [{"a", "b", "c"}, {"x"}]


def test_a_truth_of_ours_says_what_was_done_and_that_nothing_is_wrong() -> None:
    text = """
nothing_is_wrong: true
groups: [{id: cart-deployment-1, kind: Deployment, namespace: shop, name: cart, trigger: true}]
changes:
- role: innocent
  mechanism: scaled-workload
  condition: it has 2 replicas
  names: [{id: cart-deployment-1, kind: Deployment, namespace: shop, name: cart}]
"""
    truth = load_truth(text, source="ours")
    assert truth.is_nothing_wrong
    assert truth.groups[0].is_trigger
    names = (Group("cart-deployment-1", "Deployment", "shop", name="cart"),)
    assert truth.changes == (KnownChange("innocent", names, "scaled-workload", "it has 2 replicas"),)
    assert truth_from_json(truth_to_json(truth)) == truth
