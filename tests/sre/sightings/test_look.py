"""Every place of a snapshot that shows an object is looked into, and nothing else counts."""

import tracemalloc

import pytest
from hypothesis import given, strategies as st

from itbench_sre.sightings import look_for

HASH = "7d9c8b6f5d"


@pytest.mark.parametrize(
    "name",
    [
        "shop/Deployment/till",
        "SHOP/deployment.apps/till",
        f"shop/Pod/till-{HASH}-aaaaa",
        f"shop/Pod/till-{HASH}-ccccc",
        f"shop/Pod/till-{HASH}-ddddd",
        f"shop/Pod/till-{HASH}-eeeee",
        f"shop/Pod/till-{HASH}-fffff",
        f"shop/ReplicaSet/till-{HASH}",
        "shop/Pod/till",
        "shop/ReplicaSet/till",
        "shop/Pod/stock",
        "shop/Pod/ledger",
        "shop/Pod/ledger-0",
        "shop/Service/returns",
        "shop/Service/tax",
        "shop/Service/courier",
        "shop/Service/parcels",
        "shop/Deployment/parcels",
        "cluster/Namespace/shop",
        "shop/Namespace/shop",
        "Node/worker-1",
        "shop/HorizontalPodAutoscaler/stock",
        "chaos-mesh/NetworkChaos/till-delay-x7k2p",
        "chaos-mesh/NetworkChaos/till-delay",
        "chaos-mesh/Schedule/till-delay",
    ],
)
def test_the_snapshot_shows_what_is_listed_deleted_or_mentioned(shown, name):
    assert shown(name) == {name: True}


@pytest.mark.parametrize(
    "name",
    [
        "shop/Deployment/tills",
        "shop/Deployment/Till",
        "other/Deployment/till",
        "Deployment/till",
        f"shop/Pod/till-{HASH}-zzzzz",
        "shop/Pod/ledger-1",
        f"shop/ReplicaSet/till-{HASH[::-1]}",
        "shop/StatefulSet/till",
        "shop/Deployment/ledger",
        "shop/Deployment/till-7d9c8b6f5d",
        "shop/HorizontalPodAutoscaler/a",
        "other/Namespace/shop",
        "chaos-mesh/Schedule/till-delay-x7k2p",
        "chaos-mesh/NetworkChaos/till-delay-zzzzz",
        "shop/Service/a",
        "shop/ConfigMap/line",
    ],
)
def test_the_snapshot_does_not_show_what_somebody_made_up(shown, name):
    assert shown(name) == {name: False}


def test_kinds_count_as_listed_where_the_list_of_objects_has_any(shop):
    kinds = look_for(["a/b/c"], shop)["objects"]["listed_kinds"]
    assert {"pod", "deployment", "horizontalpodautoscaler", "namespace"} <= set(kinds)
    assert {"secret", "networkchaos", "schedule"} & set(kinds) == set()


@pytest.mark.parametrize("cut", [b'\n2031\t2031\t\t"{""kind"": ', b"\ntoo\tfew\tfields\n", b"\n\xff\xff\n"])
def test_where_the_list_of_objects_is_damaged_no_kind_is_listed(shop, cut):
    (objects,) = [entry.source for entry in shop if entry.path == "k8s_objects_raw.tsv"]
    objects.write_bytes(objects.read_bytes().rstrip(b"\n") + cut)
    found = look_for(["shop/Deployment/till", "shop/HorizontalPodAutoscaler/a"], shop)["objects"]
    assert found["listed_kinds"] == []
    assert found["named"]["shop/deployment/till"] is True


@pytest.mark.parametrize("without", ["k8s_objects_raw.tsv", "everything"])
def test_where_there_is_no_list_of_objects_no_kind_is_listed(shop, without):
    left = [entry for entry in shop if entry.path != without and without != "everything"]
    assert look_for(["shop/Pod/till"], left)["objects"]["listed_kinds"] == []


@pytest.mark.parametrize(
    "path",
    ["k8s_events_raw.tsv", "otel_logs_raw.tsv", "otel_traces_raw.tsv", "metrics/service_parcels_raw.tsv"],
)
def test_a_file_that_cannot_be_read_shows_nothing_and_hides_nothing(shop, path):
    (source,) = [entry.source for entry in shop if entry.path == path]
    source.write_bytes(b"")
    found = look_for(["shop/Deployment/till", "shop/Pod/none"], shop)["objects"]
    assert found["named"] == {"shop/deployment/till": True, "shop/pod/none": False}
    assert "pod" in found["listed_kinds"]


@pytest.mark.slow
@given(
    st.lists(st.text(max_size=60) | st.from_regex(r"[a-z]{1,6}/[A-Za-z.]{1,12}/[ -~]{1,20}", fullmatch=True))
)
def test_any_names_can_be_looked_for(names):
    found = look_for(names, [])["objects"]
    assert found["listed_kinds"] == []
    assert not any(found["named"].values())
    assert len(found["named"]) <= len(names)


@pytest.mark.slow  # Counting every allocation takes seconds.
def test_memory_does_not_grow_with_the_snapshot(make, tmp_path):
    peaks = []
    for count in (1_000, 8_000):
        objects = [make.object_row("shop", "Pod", f"till-{HASH}-{at:05}") for at in range(count)]
        events = [make.event_row("shop", "Pod", f"stock-{HASH}-{at:05}") for at in range(count)]
        files = {
            "k8s_objects_raw.tsv": make.table(make.COLUMNS, objects),
            "k8s_events_raw.tsv": make.table(make.COLUMNS, events),
        }
        inputs = make.write(tmp_path / str(count), files)
        tracemalloc.start()
        found = look_for(["shop/Pod/none", f"shop/Pod/till-{HASH}-00001"], inputs)["objects"]["named"]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert found == {"shop/pod/none": False, f"shop/pod/till-{HASH}-00001": True}
    # The caches of names are bounded; eight times the rows must not take even twice the memory beyond them.
    assert peaks[1] < 2 * peaks[0] + 3_000_000
