"""Generated names and addresses."""

import pytest

from itbench_sre.agents.names import contains_words, host_name, mentions, words_of, workload_name


@pytest.mark.parametrize(
    ("kind", "name", "workload"),
    [
        ("Pod", "cart-755465879b-rh5r4", "cart"),
        ("Pod", "product-catalog-6b4d584985-v4lvt", "product-catalog"),
        ("Pod", "payment-jrzfhsxrk-nfkch", "payment"),
        ("Pod", "prometheus-alert-recorder-0", "prometheus-alert-recorder"),
        ("Pod", "kube-proxy-x7x2z", "kube-proxy"),
        ("Pod", "report-29012345-abcde", "report"),
        ("Pod", "frontend", "frontend"),
        ("Pod", "load-generator", "load-generator"),
        ("ReplicaSet", "fraud-detection-9fb7d885b", "fraud-detection"),
        ("ReplicaSet", "image-provider", "image-provider"),
        ("Job", "report-29012345", "report"),
        ("Deployment", "cart-755465879b", "cart-755465879b"),
    ],
)
def test_a_generated_name_leads_to_its_workload(kind, name, workload):
    assert workload_name(kind, name) == workload


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://quote.otel-demo.svc:8080/path", "quote"),
        ("postgres://user:secret@db:5432/shop?x=1", "db"),
        ("payment:50051", "payment"),
        ("100.64.0.10:53", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(address, host):
    assert host_name(address) == host


@pytest.mark.parametrize(
    ("text", "name", "is_named"),
    [
        ("failed to call ad: refused", "ad", True),
        ("load-generator failed", "ad", False),
        ("frontend-proxy failed", "frontend", False),
        ("exceeded quota: shop-quota, used: 3", "shop-quota", True),
        ("anything", "", False),
    ],
)
def test_a_name_is_found_as_a_whole_word_only(text, name, is_named):
    assert mentions(text, name) is is_named


def test_the_words_of_a_flag_hold_the_workload_it_is_named_after():
    words = words_of('data["demo.flagd.json"].flags.productCatalogFailure.defaultVariant')
    assert contains_words(words, "product-catalog")
    assert not contains_words(words, "cart")
    assert not contains_words(words_of("loadGenerator"), "ad")
