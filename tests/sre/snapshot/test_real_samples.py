"""Real rows of a published snapshot, some of them cut short; only where they are at hand."""

import itertools
import json

from itbench_sre.snapshot import (
    differences,
    distinct,
    open_table,
    parse_time,
    read_alerts,
    read_events,
    read_samples,
)
from itbench_sre.snapshot.objects import parse_object


def test_real_events_come_twice_and_are_merged(samples):
    path = samples / "scenario2_k8s_events_raw.head.tsv"
    twice, once = list(read_events(path, is_merged=False, faults=[])), list(read_events(path, faults=[]))
    assert len(twice) > len(once) > 2
    assert once[0].entity == "ingress-nginx/Pod/ingress-nginx-controller-75cfcdbd64-pnlpk"
    assert (once[0].reason, once[0].count) == ("RELOAD", 13)


def test_real_span_metric_rows_hold_duplicates(samples):
    path = samples / "scenario2_metrics_service_frontend-proxy_raw.head.tsv"
    read = list(read_samples(path, faults=[]))
    with open_table(path, faults=[]) as table:
        kept = list(distinct(table, time_column=table.position["timestamp"]))
    assert len(kept) < len(read)
    assert read[0].labels["span_kind"] == "SPAN_KIND_CLIENT"


def test_a_real_span_that_is_cut_short_is_a_fault(samples):
    faults: list[str] = []
    with open_table(samples / "scenario2_otel_traces_raw.head.tsv", faults=faults) as table:
        assert len(table.columns) == 22
        assert list(table) == []
    assert "line 2" in faults[0]


def test_real_alerts_of_both_kinds_are_read(samples):
    (many,) = samples.glob("scenario2_alerts_at_*.json")
    (first,) = samples.glob("scenario2_alerts_in_alerting_state_*.json")
    assert {alert.name for alert in read_alerts(many).alerts} >= {"Watchdog", "RequestErrorRate"}
    pull = read_alerts(first)
    assert [alert.labels["service_name"] for alert in pull.alerts] == ["frontend-proxy", "fraud-detection"]
    assert pull.seen_ns == parse_time("2025-12-15T17:52:23Z")


def test_the_flag_that_was_turned_is_the_only_difference_of_a_real_object(samples):
    pulls = json.loads(
        (samples / "scenario2_get_k8_spec_ConfigMap_flagd-config.json").read_text(encoding="utf-8")
    )
    bodies = [parse_object(pull["spec"], 0).body for pull in pulls["observations"]]
    changes = [
        change for one, next_one in itertools.pairwise(bodies) for change in differences(one, next_one)
    ]
    assert [(change.path, change.before, change.after) for change in changes] == [
        ('data["demo.flagd.json"].flags.cartFailure.defaultVariant', "off", "on")
    ]
