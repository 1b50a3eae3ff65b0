"""Events, objects, alerts, spans, logs and metrics as records."""

import json

import pytest

from itbench.errors import DataError
from itbench_sre.snapshot import (
    ObjectId,
    differences,
    find_alert_files,
    find_metric_files,
    parse_time,
    read_alerts,
    read_all_alerts,
    read_events,
    read_histories,
    read_logs,
    read_objects,
    read_samples,
    read_spans,
)

T0 = "2031-03-04 05:06:07.000000001"
T1 = "2031-03-04 05:06:07.000030001"
T2 = "2031-03-04 05:11:07.000000001"


def test_an_event_told_by_both_api_groups_is_one(tmp_path, make):
    path = make.write_table(
        tmp_path / "e.tsv",
        make.LOG_COLUMNS,
        make.body_rows((T0, make.newer_event()), (T1, make.core_event())),
    )
    (event,) = read_events(path)
    assert event.entity == "shop/Pod/till-1"
    assert (event.reason, event.type, event.count, event.source) == ("BackOff", "Warning", 3, "kubelet")
    assert event.message == "Back-off restarting failed container"
    assert event.seen_ns == parse_time(T0)
    assert (event.first_ns, event.last_ns) == (
        parse_time("2031-03-04 05:06:00"),
        parse_time("2031-03-04 05:06:07"),
    )
    first, second = read_events(path, is_merged=False)
    assert (first.reason, first.message, first.count, first.last_ns) == (
        second.reason,
        second.message,
        second.count,
        second.last_ns,
    )


def test_a_later_version_and_a_deletion_of_an_event_are_others(tmp_path, make):
    later = make.core_event(count=4, metadata={"name": "x", "uid": "u-1", "resourceVersion": "8"})
    deleted = make.core_event() | {"type": "DELETED"}
    path = make.write_table(
        tmp_path / "e.tsv",
        make.LOG_COLUMNS,
        make.body_rows((T0, make.core_event()), (T1, later), (T2, deleted)),
    )
    assert [(event.count, event.watch) for event in read_events(path)] == [
        (3, "ADDED"),
        (4, "ADDED"),
        (3, "DELETED"),
    ]


def test_an_event_with_only_an_event_time_and_a_series_is_read(tmp_path, make):
    event = make.newer_event(
        deprecatedCount=None,
        deprecatedFirstTimestamp=None,
        deprecatedLastTimestamp=None,
        deprecatedSource={},
        eventTime="2031-03-04T05:06:01.000002Z",
        series={"count": 9, "lastObservedTime": "2031-03-04T05:06:09Z"},
        reportingController="scheduler",
        regarding={"kind": "Node", "name": "n-1"},
    )
    path = make.write_table(tmp_path / "e.tsv", make.LOG_COLUMNS, make.body_rows((T0, event)))
    (read,) = read_events(path)
    assert read.entity == "cluster/Node/n-1"
    assert (read.count, read.source) == (9, "scheduler")
    assert read.first_ns == parse_time("2031-03-04 05:06:01.000002")
    assert read.last_ns == parse_time("2031-03-04 05:06:09")


@pytest.mark.parametrize("columns", [16, 17])
def test_a_log_table_may_lack_the_event_name(tmp_path, make, columns):
    path = make.write_table(
        tmp_path / "e.tsv", make.LOG_COLUMNS[:columns], make.body_rows((T0, make.core_event()))
    )
    assert len(list(read_events(path))) == 1


def test_a_body_that_is_not_json_is_a_fault_of_its_row(tmp_path, make):
    rows = [{"Timestamp": T0, "Body": "{cut"}, *make.body_rows((T1, make.core_event()))]
    path = make.write_table(tmp_path / "e.tsv", make.LOG_COLUMNS, rows)
    with pytest.raises(DataError, match=r"e\.tsv: line 2 \(byte \d+\): Body is not JSON"):
        list(read_events(path))
    faults: list[str] = []
    assert len(list(read_events(path, faults=faults))) == 1
    assert len(faults) == 1


def test_the_history_of_an_object_keeps_only_versions_that_differ_in_more_than_noise(tmp_path, make):
    pulls = [
        (T0, make.config_map({"slow": "off"})),
        (T1, make.config_map({"slow": "off"}, resourceVersion="2", managedFields=[{"time": "now"}])),
        (T2, make.config_map({"slow": "on"}, resourceVersion="3")),
    ]
    path = make.write_table(tmp_path / "o.tsv", make.LOG_COLUMNS, make.body_rows(*pulls))
    history = read_histories(path)[ObjectId("shop", "ConfigMap", "flags")]
    assert (history.pulls, len(history.versions)) == (3, 2)
    assert (history.first_ns, history.last_ns) == (parse_time(T0), parse_time(T2))
    (change,) = differences(history.versions[0].body, history.versions[1].body)
    assert (change.path, change.before, change.after) == ('data["flags.json"].slow', "off", "on")


def test_objects_can_be_picked_by_what_they_are(tmp_path, make):
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "n-1"}}
    path = make.write_table(
        tmp_path / "o.tsv", make.LOG_COLUMNS, make.body_rows((T0, node), (T1, make.config_map({})))
    )
    (version,) = read_objects(path, is_wanted=lambda found: found.kind == "Node")
    assert str(version.id) == "cluster/Node/n-1"


def test_an_object_without_a_name_is_a_fault(tmp_path, make):
    path = make.write_table(
        tmp_path / "o.tsv", make.LOG_COLUMNS, make.body_rows((T0, {"kind": "Pod", "metadata": {}}))
    )
    with pytest.raises(DataError, match=r"without kind or metadata\.name, found kind 'Pod' and name None"):
        list(read_objects(path))


@pytest.mark.parametrize(
    ("before", "after", "changes"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("a", 1, 2)]),
        ({"a": 1}, {"b": 1}, [("a", 1, None), ("b", None, 1)]),
        (
            {"spec": {"env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]}},
            {"spec": {"env": [{"name": "B", "value": "3"}, {"name": "A", "value": "1"}]}},
            [("spec.env[B].value", "2", "3")],
        ),
        (
            {"status": {"conditions": [{"type": "Ready", "status": "True", "lastTransitionTime": "1"}]}},
            {"status": {"conditions": [{"type": "Ready", "status": "False", "lastTransitionTime": "2"}]}},
            [("status.conditions[Ready].status", "True", "False")],
        ),
        ({"args": ["a", "b"]}, {"args": ["a", "c", "d"]}, [("args[1]", "b", "c"), ("args[2]", None, "d")]),
        ({"metadata": {"generation": 1}}, {"metadata": {"generation": 2}}, []),
        ({"a.b/c": "x"}, {"a.b/c": "y"}, [('["a.b/c"]', "x", "y")]),
        ({"f": '{"x": 1}'}, {"f": "not json"}, [("f", '{"x": 1}', "not json")]),
        ({"f": "{no"}, {"f": "{yes"}, [("f", "{no", "{yes")]),
    ],
)
def test_differences_name_every_changed_leaf(before, after, changes):
    assert [(item.path, item.before, item.after) for item in differences(before, after)] == changes


ITEM = {
    "labels": {"alertname": "Slow", "service_name": "till"},
    "annotations": {"description": "too slow"},
    "state": "firing",
    "activeAt": "2031-03-04T05:00:00.488970782Z",
    "value": "2.5e-02",
}


@pytest.mark.parametrize(
    ("name", "is_first_match"),
    [
        ("alerts/alerts_at_2031-03-04T05-06-07.000000.json", False),
        ("alerts/alerts_at_2031-03-04T05:06:07.000000.json", False),
        ("alerts/1930367167-alerts.json", False),
        ("alerts/alerts_in_alerting_state_2031-03-04T050607.000000Z.json", True),
        ("alerts_in_alerting_state_2031-03-04T050607.000000Z.json", True),
    ],
)
@pytest.mark.parametrize(
    "wrap",
    [
        lambda items: items,
        lambda items: {"data": {"alerts": items}, "status": "success"},
        lambda items: {"alerts": items},
    ],
    ids=["bare", "wrapped", "half"],
)
def test_alerts_of_every_generation_are_read_with_their_time(tmp_path, name, is_first_match, wrap):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(wrap([ITEM])), encoding="utf-8")
    (pull,) = read_all_alerts(tmp_path)
    assert pull.seen_ns == parse_time("2031-03-04 05:06:07")
    assert pull.is_first_match is is_first_match
    (alert,) = pull.alerts
    assert (alert.name, alert.labels["service_name"], alert.value) == ("Slow", "till", 0.025)
    assert alert.active_ns == parse_time("2031-03-04 05:00:00.488970782")


def test_the_time_inside_a_file_is_taken_where_the_name_has_none(tmp_path):
    (tmp_path / "alerts").mkdir()
    path = tmp_path / "alerts" / "now.json"
    path.write_text(
        json.dumps({"data": {"alerts": []}, "timestamp": "2031-03-04T05:06:07Z"}), encoding="utf-8"
    )
    assert read_alerts(path).seen_ns == parse_time("2031-03-04 05:06:07")


def test_the_recorders_bookkeeping_is_not_read_as_alerts(tmp_path):
    (tmp_path / "alerts").mkdir()
    for folder in (tmp_path, tmp_path / "alerts"):
        for name in ("status.json", "assertion.json"):
            (folder / name).write_text("{}", encoding="utf-8")
    assert find_alert_files(tmp_path) == []


def test_alert_files_come_in_the_order_of_their_time(tmp_path):
    (tmp_path / "alerts").mkdir()
    names = [
        "1930367160-alerts.json",
        "alerts_in_alerting_state_2031-03-04T050607.5Z.json",
        "alerts_at_2031-03-04T05-06-08.0.json",
    ]
    for name in reversed(names):
        (tmp_path / "alerts" / name).write_text("[]", encoding="utf-8")
    assert [path.name for path in find_alert_files(tmp_path)] == names


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{cut", "not JSON"),
        ("{}", "holds neither"),
        ("[3]", "alert 0 has no labels, found '3'"),
        ('"x"', "holds neither"),
    ],
)
def test_a_file_without_alerts_is_a_fault(tmp_path, content, reason):
    (tmp_path / "alerts").mkdir()
    path = tmp_path / "alerts" / "alerts_at_2031-03-04T05-06-07.0.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=reason):
        read_alerts(path)
    faults: list[str] = []
    assert list(read_all_alerts(tmp_path, faults=faults)) == []
    assert len(faults) == 1


def test_a_span_is_read_with_its_attributes_and_events(tmp_path, make):
    row = {
        "Timestamp": T0,
        "TraceId": "a",
        "SpanId": "b",
        "SpanName": "pay",
        "SpanKind": "SPAN_KIND_CLIENT",
        "ServiceName": "till",
        "ResourceAttributes": "{'service.name': 'till'}",
        "SpanAttributes": "{'rpc.method': 'Pay'}",
        "Duration": "1200",
        "StatusCode": "Error",
        "StatusMessage": "late\n\tvery late",
        "Events.Timestamp": f"[np.datetime64('{T0.replace(' ', 'T')}')]",
        "Events.Name": "['exception']",
    }
    (span,) = read_spans(make.write_table(tmp_path / "t.tsv", make.TRACE_COLUMNS, [row]))
    assert (span.kind, span.status, span.duration_ns, span.parent_id) == ("Client", "Error", 1200, "")
    assert (span.event_names, span.event_times_ns) == (("exception",), (parse_time(T0),))
    assert (span.message, span.attributes) == ("late\n\tvery late", {"rpc.method": "Pay"})


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("Information", "0", "info"),
        ("INFO", "9", "info"),
        ("Warning", "0", "warning"),
        ("", "17", "error"),
        ("ERROR", "0", "error"),
        ("panic", "", "fatal"),
        ("", "0", ""),
    ],
)
def test_severities_of_every_language_get_one_spelling(tmp_path, make, text, number, expected):
    row = {
        "Timestamp": T0,
        "SeverityText": text,
        "SeverityNumber": number,
        "Body": "x",
        "ServiceName": "till",
    }
    (record,) = read_logs(make.write_table(tmp_path / "l.tsv", make.LOG_COLUMNS, [row]))
    assert (record.severity, record.severity_text) == (expected, text)


SAMPLE = {
    "metric_name": "calls_total",
    "timestamp": "2031-03-04 05:06:07.949",
    "value": "12.0",
    "namespace": "shop",
}


def test_samples_are_read_by_name_of_column_and_keep_duplicates(tmp_path, make):
    row = SAMPLE | {
        "service_name": "till",
        "tags": "{'le': '10.0'}",
        "bucket_le": "10.0",
        "metric_type": "duration_p95",
    }
    columns = make.SERVICE_COLUMNS
    path = make.write_table(tmp_path / "service_till_raw.tsv", columns[::-1], [row, row])
    first, second = read_samples(path)
    assert first == second
    assert (first.owner, first.value, first.bucket_le, first.labels["le"]) == ("till", 12.0, "10.0", "10.0")


def test_a_service_without_buckets_has_other_columns(tmp_path, make):
    columns = [
        "metric_name",
        "timestamp",
        "value",
        "service_name",
        "namespace",
        "status_code",
        "tags",
        "metric_type",
    ]
    row = SAMPLE | {"service_name": "till", "status_code": "STATUS_CODE_ERROR", "metric_type": "error_rate"}
    (sample,) = read_samples(make.write_table(tmp_path / "s.tsv", columns, [row]))
    assert (sample.bucket_le, sample.status_code) == ("", "STATUS_CODE_ERROR")


def test_metric_files_are_found_in_one_folder_or_two(tmp_path, make):
    columns = ["metric_name", "timestamp", "value", "pod_name", "namespace", "tags"]
    for name in (
        "metrics/pod_b-1_raw.tsv",
        "metrics_pod/pod_a-1_raw.tsv",
        "metrics_service/service_till_raw.tsv",
    ):
        make.write_table(tmp_path / name, columns, [])
    assert [(file.owner, file.name) for file in find_metric_files(tmp_path)] == [
        ("pod", "a-1"),
        ("pod", "b-1"),
        ("service", "till"),
    ]


def test_a_value_that_is_no_number_is_a_fault_of_its_row(tmp_path, make):
    path = make.write_table(tmp_path / "s.tsv", make.SERVICE_COLUMNS, [SAMPLE | {"value": "many"}])
    with pytest.raises(DataError, match=r"line 2 .*could not convert string to float: 'many'"):
        list(read_samples(path))
