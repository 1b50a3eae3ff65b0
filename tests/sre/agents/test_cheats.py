"""What each cheat names."""

import pytest

CHEATS = (
    "name-everything",
    "loudest-alert",
    "last-change",
    "any-chaos",
    "first-error",
    "loudest-warning",
    "empty",
)


@pytest.fixture
def incident(tmp_path, shop, make):
    shop.traffic(broken="stock")
    shop.pull(10, make.deployment("till"), make.thing("ConfigMap", "settings", data={"a": "1"}))
    shop.pull(610, make.deployment("till", image="till:2", edited_s=590), make.thing("ConfigMap", "settings", edited_s=600, data={"a": "2"}))  # fmt: skip
    shop.event(100, "Pod", "till-755465879b-rh5r4", "Started", "Started container", level="Normal")
    for kind, name in (("Schedule", "cut"), ("NetworkChaos", "cut-x7x2z"), ("NetworkChaos", "cut-x7x2z")):
        shop.event(200, kind, name, "Applied", "x", namespace="chaos-mesh", level="Normal")
    quiet = {"alertname": "A", "service_name": "till", "namespace": "shop", "severity": "critical"}
    loud = {"alertname": "B", "pod": "stock-755465879b-rh5r4", "namespace": "shop", "severity": "warning"}
    standing = {"alertname": "Watchdog", "severity": "none"}
    shop.alerts(tmp_path, 60, standing, loud)
    shop.alerts(tmp_path, 120, standing, loud, quiet)
    return shop.write(tmp_path)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("loudest-alert", ["shop/Deployment/stock"]),
        ("last-change", ["shop/ConfigMap/settings"]),
        ("any-chaos", ["chaos-mesh/Schedule/cut", "chaos-mesh/NetworkChaos/cut-x7x2z"]),
        ("first-error", ["shop/Deployment/till"]),
        ("empty", []),
        ("name-everything", ["chaos-mesh/NetworkChaos/cut-x7x2z", "shop/Deployment/till", "chaos-mesh/Schedule/cut", "shop/ConfigMap/settings"]),
    ],
)  # fmt: skip
def test_what_a_cheat_names(incident, make, name, named):
    assert make.attempt(name, incident).names == named


def test_the_loudest_warning_counts_what_its_text_names_too(tmp_path, shop, make):
    shop.pull(10, make.deployment("till"), make.thing("ResourceQuota", "spend"))
    shop.event(100, "Pod", "till-755465879b-rh5r4", "Unhealthy", "probe failed", level="Warning")
    shop.event(110, "Pod", "till-755465879b-rh5r4", "Pulled", "spend", level="Normal")
    for at_s in (120, 130):
        shop.event(at_s, "Deployment", "stock", "FailedCreate", "exceeded quota: spend", level="Warning")
    names = make.attempt("loudest-warning", shop.write(tmp_path)).names
    assert names == ["shop/Deployment/stock"]
    shop.event(140, "Deployment", "tax", "FailedCreate", "exceeded quota: spend, used", level="Warning")
    assert make.attempt("loudest-warning", shop.write(tmp_path)).names == ["shop/ResourceQuota/spend"]


def test_of_two_alerts_as_frequent_the_more_severe_is_louder(tmp_path, shop, make):
    for at_s in (60, 120):
        shop.alerts(tmp_path, at_s, {"alertname": "A", "service_name": "a", "severity": "warning", "namespace": "shop"}, {"alertname": "B", "service_name": "b", "severity": "critical", "namespace": "shop"})  # fmt: skip
    assert make.attempt("loudest-alert", tmp_path).names == ["shop/Deployment/b"]


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_that_finds_nothing_names_nothing(tmp_path, make, name):
    assert make.attempt(name, tmp_path).answer == {"contributing_factors": []}


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_survives_junk(tmp_path, make, name):
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts" / "alerts_at_x.json").write_bytes(b"{")
    for file in ("k8s_events_raw.tsv", "k8s_objects_raw.tsv", "otel_traces_raw.tsv"):
        (tmp_path / file).write_bytes(b'Timestamp\t"Body\n\xff')
    assert make.attempt(name, tmp_path).answer == {"contributing_factors": []}


def test_a_cheat_names_no_more_than_an_answer_may_hold(tmp_path, shop, make):
    shop.pull(10, *(make.thing("ConfigMap", f"settings-{number}") for number in range(300)))
    assert len(make.attempt("name-everything", shop.write(tmp_path)).names) == 200
