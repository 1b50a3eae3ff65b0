"""What each kind of file tells: symptoms and changes."""

from itbench_sre.agents import alerts, calls, events, logs
from itbench_sre.agents.changes import find_changes, find_experiments, find_rollouts
from itbench_sre.agents.symptoms import Symptom, weighted
from itbench_sre.agents.topology import addressed, read_topology, targets
from itbench_sre.snapshot import ObjectId, read_all_alerts, read_events, read_histories, read_logs, read_spans


def call_symptoms(directory):
    return calls.find_symptoms(calls.summarise_calls(read_spans(directory / "otel_traces_raw.tsv")))


def changes_in(directory, begin_ns):
    return find_changes(read_histories(directory / "k8s_objects_raw.tsv"), begin_ns=begin_ns)


def test_only_the_deepest_failure_counts(tmp_path, shop, make):
    shop.traffic(broken="vault")
    (symptom,) = call_symptoms(shop.write(tmp_path))
    assert (symptom.place, symptom.text, symptom.namespace) == (
        "stock -> vault",
        "connection refused",
        "shop",
    )
    assert abs(symptom.onset_ns - make.ns(600)) <= 20 * make.NS


def test_a_call_that_nobody_answers_is_named_after_those_that_were_answered(tmp_path, shop):
    shop.traffic(broken="stock")
    (symptom,) = call_symptoms(shop.write(tmp_path))
    assert symptom.place == "till -> stock"


def test_spans_that_became_slow_are_blamed_on_their_own_time(tmp_path, shop):
    for at_s in range(0, 1200, 5):
        shop.request(at_s, slow_ms=400 if at_s >= 600 else 5)
    (symptom,) = call_symptoms(shop.write(tmp_path))
    assert (symptom.source, symptom.place) == ("latency", "stock -> vault")


def test_a_healthy_shop_shows_nothing(tmp_path, shop):
    shop.traffic()
    directory = shop.write(tmp_path)
    assert call_symptoms(directory) == []
    assert logs.find_symptoms(logs.summarise_logs(read_logs(directory / "otel_logs_raw.tsv"))) == []


def test_complaints_that_differ_in_numbers_are_one_symptom(tmp_path, shop):
    for at_s in range(0, 1200, 5):
        shop.log(at_s, "stock", "all is well", severity="INFO")
        shop.log(at_s, "till", f"slow page {at_s}")
        if at_s >= 600:
            shop.log(at_s, "stock", f"FATAL: sorry, too many clients already [{at_s}]", severity="")
    complaints = logs.summarise_logs(read_logs(shop.write(tmp_path) / "otel_logs_raw.tsv"))
    (symptom,) = logs.find_symptoms(complaints)
    assert symptom.workload == "stock"
    assert symptom.amount == 120
    assert complaints.namespaces == {"stock": "shop", "till": "shop"}


def test_alerts_that_stand_from_the_start_are_no_symptoms(tmp_path, shop, make):
    old = {"alertname": "RequestErrorRate", "service_name": "till"}
    new = {"alertname": "PodDown", "pod": "stock-755465879b-rh5r4", "active": make.zulu(610)}
    shop.alerts(tmp_path, 60, old)
    shop.alerts(tmp_path, 660, old, new, {"alertname": "Watchdog"})
    shop.alerts(tmp_path, 700, old, new, prefix="alerts_in_alerting_state_")
    (symptom,) = alerts.find_symptoms(alerts.summarise_alerts(list(read_all_alerts(tmp_path))))
    assert (symptom.workload, symptom.onset_ns) == ("stock", make.ns(610))


def test_the_only_pull_of_alerts_is_not_taken_for_the_past(tmp_path, shop):
    shop.alerts(tmp_path, 660, {"alertname": "RequestErrorRate", "service": "till"})
    assert len(alerts.find_symptoms(alerts.summarise_alerts(list(read_all_alerts(tmp_path))))) == 1


def test_warnings_count_when_they_go_on_and_did_not_merely_expire(tmp_path, shop):
    shop.event(0, "Pod", "till-755465879b-rh5r4", "Started", "Started container", level="Normal")
    for at_s in (100, 105):
        shop.event(at_s, "Pod", "till-755465879b-rh5r4", "Unhealthy", "Readiness probe failed")
    for at_s in range(600, 700, 5):
        shop.event(at_s, "Pod", "stock-755465879b-rh5r4", "Unhealthy", "Readiness probe failed: refused")
        shop.event(at_s, "Pod", "vault-755465879b-rh5r4", "BackOff", "Back-off restarting", watch="DELETED")
    found = events.find_symptoms(
        events.summarise_events(read_events(shop.write(tmp_path) / "k8s_events_raw.tsv"))
    )
    assert [(symptom.workload, symptom.text) for symptom in found] == [
        ("stock", "Unhealthy: Readiness probe failed: refused")
    ]


def test_an_experiment_is_known_by_its_schedule_its_targets_and_its_end(tmp_path, shop, make):
    chaos = {"namespace": "chaos-mesh", "level": "Normal"}
    shop.event(100, "Schedule", "shop-delay", "Spawned", "Create new object: shop-delay-x7x2z", **chaos)
    shop.event(101, "NetworkChaos", "shop-delay-x7x2z", "Applied", "Successfully apply chaos for shop/stock-755465879b-rh5r4", **chaos)  # fmt: skip
    shop.event(160, "NetworkChaos", "shop-delay-x7x2z", "Recovered", "Successfully recover chaos for shop/stock-755465879b-rh5r4", **chaos)  # fmt: skip
    shop.event(200, "StressChaos", "burn", "Applied", "Successfully apply chaos for shop/till", **chaos)
    shop.event(300, "PodChaos", "idle", "Updated", "Successfully update finalizer of resource", **chaos)
    delay, burn = find_experiments(
        events.summarise_events(read_events(shop.write(tmp_path) / "k8s_events_raw.tsv"))
    )
    assert (str(delay.id), delay.targets, delay.time_ns, delay.until_ns) == (
        "chaos-mesh/Schedule/shop-delay", {"stock"}, make.ns(101), make.ns(160),
    )  # fmt: skip
    assert (str(burn.id), burn.until_ns) == ("chaos-mesh/StressChaos/burn", None)


def test_rollouts_come_from_events_where_no_objects_were_recorded(tmp_path, shop):
    shop.event(300, "Deployment", "till", "ScalingReplicaSet", "Scaled up replica set till-84889c965d from 0 to 1", level="Normal")  # fmt: skip
    shop.event(300, "Deployment", "vault", "ScalingReplicaSet", "Scaled up replica set vault-84889c965d from 1 to 2", level="Normal")  # fmt: skip
    happenings = events.summarise_events(read_events(shop.write(tmp_path) / "k8s_events_raw.tsv"))
    assert [str(change.id) for change in find_rollouts(happenings, [])] == ["shop/Deployment/till"]
    assert find_rollouts(happenings, [ObjectId("shop", "Deployment", "till")]) == []


def test_an_edit_has_the_time_that_its_manager_noted(tmp_path, shop, make):
    shop.pull(10, make.deployment("till"), make.deployment("stock"))
    shop.pull(
        310, make.deployment("till", image="shop:2", edited_s=123), make.deployment("stock", image="shop:2")
    )
    till, stock = changes_in(shop.write(tmp_path), make.ns(0))
    assert (till.time_ns, till.text) == (
        make.ns(123),
        "spec.template.spec.containers[till].image: 'shop:1' -> 'shop:2'",
    )
    assert stock.time_ns == make.ns(160)


def test_new_and_lost_objects_are_changes_and_generated_ones_are_not(tmp_path, shop, make):
    old = [make.thing("ConfigMap", "settings"), make.thing("Service", "till")]
    new = [
        make.thing("NetworkPolicy", "wall", created_s=200, spec={}),
        make.thing("ReplicaSet", "till-84889c965d", created_s=200),
        make.thing("ConfigMap", "made", created_s=200, owned=True),
        make.thing("ConfigMap", "kube-root-ca.crt", created_s=200),
    ]
    shop.pull(10, *old, make.thing("Service", "gone"))
    shop.pull(310, *old, *new)
    found = {(change.what, change.id.name) for change in changes_in(shop.write(tmp_path), make.ns(0))}
    assert found == {("created", "wall"), ("deleted", "gone")}


def test_an_object_made_before_the_first_pull_but_after_the_telemetry_began_is_new(tmp_path, shop, make):
    shop.pull(300, make.thing("ResourceQuota", "cap", created_s=100, spec={"hard": {"pods": "1"}}))
    directory = shop.write(tmp_path)
    assert [change.what for change in changes_in(directory, make.ns(0))] == ["created"]
    assert changes_in(directory, make.ns(200)) == []


def test_whom_an_object_acts_upon_is_read_from_the_objects(tmp_path, shop, make):
    policy = make.thing("NetworkPolicy", "wall", spec={"podSelector": {"matchLabels": {"app": "stock"}}})
    scaler = make.thing("HorizontalPodAutoscaler", "scaler", spec={"scaleTargetRef": {"name": "vault"}})
    reader = make.deployment("till", config="settings", env={"STOCK_ADDR": "stock:80", "LOAD": "vaulted"})
    settings = make.thing("ConfigMap", "settings", data={"a": "b"})
    shop.pull(10, reader, make.deployment("stock"), make.deployment("vault"), policy, scaler, settings)
    histories = read_histories(shop.write(tmp_path) / "k8s_objects_raw.tsv")
    topology = read_topology(histories)
    found = {
        id_.name: targets(id_, history.versions[-1].body, topology) for id_, history in histories.items()
    }
    assert found == {
        "till": {"till"}, "stock": {"stock"}, "vault": {"vault"},
        "wall": {"stock"}, "scaler": {"vault"}, "settings": {"till"},
    }  # fmt: skip
    assert addressed(reader, {"stock", "vault"}) == {"stock"}


def test_shares_are_of_one_source():
    def symptom(source, amount):
        return Symptom(source=source, workload="till", onset_ns=0, amount=amount, text="")

    shares = [share for _, share in weighted([symptom("calls", 3), symptom("calls", 1), symptom("logs", 9)])]
    assert shares == [0.75, 0.25, 1.0]
