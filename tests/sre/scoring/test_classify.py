"""Each wrong entity gets the one class that tells how the agent went wrong."""

import pytest

from itbench_sre.scoring import score_diagnosis


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("chaos-mesh/NetworkChaos/cart-delay", "fault_injection_mechanism"),
        ("shop/PodChaos/cart-kill", "fault_injection_mechanism"),
        ("chaos-mesh/Deployment/chaos-controller-manager", "fault_injection_mechanism"),
        ("chaos-mesh/Deployment/dashboard", "fault_injection_mechanism"),
        ("shop/Deployment/load-generator", "fault_injection_mechanism"),
        ("shop/Pod/load-generator-7d9c8b6f5d-x7k2p", "fault_injection_mechanism"),
        ("shop/Deployment/flagd", "fault_injection_mechanism"),
        ("shop/ConfigMap/flagd-config", "fault_injection_mechanism"),
        ("shop/Service/cart", "downstream_of_root"),
        ("shop/Deployment/cart", "downstream_of_root"),
        ("shop/Deployment/frontend", "downstream_of_root"),
        ("shop/Pod/frontend-7d9c8b6f5d-x7k2p", "downstream_of_root"),
        ("shop/Service/quote", "co_occurring_symptom"),
        ("shop/Deployment/accounting", "co_occurring_symptom"),
        ("other/Deployment/cart", "unrelated"),
        ("shop/ConfigMap/other", "unrelated"),
        ("shop/Deployment/count", "unrelated"),
        ("cart", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_a_wrong_entity_is_classified(chain, name, kind):
    parts = score_diagnosis({"contributing_factors": [{"name": name}]}, chain)
    assert parts.details["entities"][0]["wrong_as"] == kind
    counts = {key: count for key, count in parts.metrics.items() if key.startswith("wrong_")}
    assert {key for key, count in counts.items() if count} == {f"wrong_{kind}"}
    assert f"{name!r} is wrong: {kind.replace('_', ' ')}" in parts.reasons


def test_a_root_is_never_classified_as_wrong(chain):
    parts = score_diagnosis({"contributing_factors": [{"name": "shop/ConfigMap/settings"}]}, chain)
    assert parts.details["entities"] == [
        {"name": "shop/ConfigMap/settings", "is_root_cause": True, "group_id": "config", "wrong_as": None}
    ]


def test_a_load_generator_that_is_the_root_is_no_mechanism(published_truth):
    parts = score_diagnosis(
        {"contributing_factors": [{"name": "otel-demo/Pod/load-generator"}]}, published_truth(1)
    )
    assert parts.details["entities"][0]["wrong_as"] is None
