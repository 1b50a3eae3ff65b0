"""Every fault of a snapshot at once."""

import json

import pytest

from itbench_sre.snapshot import validate_snapshot

T0 = "2031-03-04 05:06:07.000000001"


def test_a_sound_snapshot_has_no_fault(tmp_path, make):
    make.write_large_snapshot(tmp_path / "s", 0.2)
    make.write_table(
        tmp_path / "s/k8s_events_raw.tsv", make.LOG_COLUMNS, make.body_rows((T0, make.core_event()))
    )
    (tmp_path / "s/alerts").mkdir()
    (tmp_path / "s/alerts/alerts_at_2031-03-04T05-06-07.0.json").write_text("[]", encoding="utf-8")
    for name in ("status.json", "assertion.json", "ground_truth.yaml"):
        (tmp_path / "s" / name).write_text("{}", encoding="utf-8")
    assert validate_snapshot(tmp_path / "s") == []


def test_all_faults_are_told_at_once_with_file_and_line(tmp_path, make):
    make.write_table(tmp_path / "k8s_events_raw.tsv", make.LOG_COLUMNS, [{"Timestamp": T0, "Body": "{cut"}])
    make.write_table(tmp_path / "k8s_objects_raw.tsv", make.LOG_COLUMNS[1:], [])
    make.write_table(tmp_path / "otel_logs_raw.tsv", [*make.LOG_COLUMNS, "Mood"], [{"Timestamp": "soon"}])
    (tmp_path / "otel_traces_raw.tsv").write_bytes(b"")
    make.write_table(tmp_path / "metrics/service_till_raw.tsv", make.SERVICE_COLUMNS, [{"timestamp": T0}])
    make.write_table(tmp_path / "metrics/notes.tsv", ["a"], [])
    (tmp_path / "alerts").mkdir()
    (tmp_path / "alerts/alerts_at_2031-03-04T05-06-07.0.json").write_text("{}", encoding="utf-8")
    faults = validate_snapshot(tmp_path)
    logs, metrics = len("\t".join(make.LOG_COLUMNS)) + 1, len("\t".join(make.SERVICE_COLUMNS)) + 1
    expected = [
        ("metrics/notes.tsv", "not a metric file; allowed are pod_<name>_raw.tsv"),
        ("k8s_events_raw.tsv", f"line 2 (byte {logs}): Body is not JSON"),
        ("k8s_objects_raw.tsv", "line 1: no column 'Timestamp'"),
        ("otel_logs_raw.tsv", "line 1 (byte 0): unknown column 'Mood'; allowed are Timestamp"),
        ("otel_logs_raw.tsv", f"line 2 (byte {logs + len('.Mood')}): not a time: 'soon'"),
        ("otel_traces_raw.tsv", "empty; expected a header line"),
        ("metrics/service_till_raw.tsv", f"line 2 (byte {metrics}): could not convert string to float: ''"),
        ("alerts/alerts_at_2031-03-04T05-06-07.0.json", "holds neither a list of alerts"),
    ]
    assert len(faults) == len(expected)
    for fault, (name, reason) in zip(faults, expected, strict=True):
        assert fault.startswith(f"{tmp_path / name}: {reason}"), fault


def test_rows_out_of_the_order_of_time_are_a_fault(tmp_path, make):
    rows = make.body_rows((T0, make.core_event()), ("2031-03-04 05:05:06.0", make.core_event()))
    make.write_table(tmp_path / "k8s_events_raw.tsv", make.LOG_COLUMNS, rows)
    (fault,) = validate_snapshot(tmp_path)
    assert "line 3" in fault
    assert "is before that of an earlier row" in fault


def test_a_file_full_of_faults_tells_the_first_and_counts_the_rest(tmp_path):
    path = tmp_path / "otel_traces_raw.tsv"
    header = (
        "Timestamp TraceId SpanId ParentSpanId SpanName SpanKind ServiceName ResourceAttributes SpanAttributes Duration "
        "StatusCode StatusMessage"
    )
    path.write_text(header.replace(" ", "\t") + "\n" + "x\ty\n" * 1000, encoding="utf-8")
    faults = validate_snapshot(tmp_path)
    assert len(faults) == 21
    assert faults[-1] == f"{path}: 980 more faults"


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_directory_without_telemetry_is_a_fault(tmp_path, name):
    (fault,) = validate_snapshot(tmp_path / name)
    assert "not a directory" in fault or "no telemetry; allowed are k8s_events_raw.tsv" in fault


def test_a_loose_alert_file_alone_is_telemetry(tmp_path):
    path = tmp_path / "alerts_in_alerting_state_2031-03-04T050607.0Z.json"
    path.write_text(json.dumps({"data": {"alerts": []}}), encoding="utf-8")
    assert validate_snapshot(tmp_path) == []
