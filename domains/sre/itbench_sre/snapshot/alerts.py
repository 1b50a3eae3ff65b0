"""Prometheus alerts, as every generation of the recorder wrote them."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from itbench import DataError, JsonValue
from itbench_sre.snapshot.values import NS_PER_S, parse_time

# `alerts_at_2025-12-15T17-30-49.329092.json`, the same with colons, `alerts_in_alerting_state_2025-12-15T175223.904312Z.json`
_NAMED_FILE = re.compile(r"alerts_(?P<what>at|in_alerting_state)_(?P<time>.+)\.json", re.IGNORECASE)
_UNIX_FILE = re.compile(r"(?P<seconds>\d{9,11})-alerts\.json", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert in one pull.

    Attributes:
        active_ns: since when its condition holds, often from before the incident; None where not told.
        value: of the rule's expression; None where it is no number.
    """

    name: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    state: str
    active_ns: int | None
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPull:
    """All alerts of one moment.

    Attributes:
        seen_ns: when they were pulled; None where neither file name nor content tells.
        is_first_match: whether it is the pull that the recorder took for the first alert of the incident.
    """

    path: Path
    seen_ns: int | None
    is_first_match: bool
    alerts: tuple[Alert, ...]


def is_alert_file(path: str) -> bool:
    """Tell whether a path is that of an alert file, in `alerts/` or loose."""
    folder, _, name = path.rpartition("/")
    name = name.lower()
    if not name.endswith(".json") or name in {"status.json", "assertion.json"}:
        return False
    return (
        folder.rpartition("/")[2] == "alerts" or name.startswith("alerts_") or name.endswith("-alerts.json")
    )


def find_alert_files(directory: Path) -> list[Path]:
    """Return the alert files of a snapshot, those in `alerts/` and loose ones, in the order of their time.

    `status.json` and `assertion.json` are bookkeeping of the recorder, not alerts.
    """
    folder = directory / "alerts"
    inside = [path for path in folder.glob("*.json") if not _is_bookkeeping(path)] if folder.is_dir() else []
    loose = [
        path
        for path in directory.glob("*.json")
        if _NAMED_FILE.fullmatch(path.name) or _UNIX_FILE.fullmatch(path.name)
    ]
    return sorted([*inside, *loose], key=lambda path: (_time_in_name(path) or 0, path.name))


def read_alerts(path: Path) -> AlertPull:
    """Return the alerts in one file, a bare list or `{"data": {"alerts": [...]}}`.

    Raises:
        DataError: the file cannot be read or holds no alerts.
    """
    try:
        content = json.loads(path.read_bytes())
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: not JSON: {error}") from error
    items = _items(content)
    if items is None:
        raise DataError(f'{path}: holds neither a list of alerts nor {{"data": {{"alerts": [...]}}}}')
    named = _NAMED_FILE.fullmatch(path.name)
    return AlertPull(
        path=path,
        seen_ns=_time_in_name(path) or _time_inside(content),
        is_first_match=named is not None and named["what"].lower() == "in_alerting_state",
        alerts=tuple(_alert(path, index, item) for index, item in enumerate(items)),
    )


def read_all_alerts(directory: Path, *, faults: list[str] | None = None) -> Iterator[AlertPull]:
    """Yield every pull of a snapshot in the order of time.

    Raises:
        DataError: a file cannot be read; it is told of in `faults` instead where given.
    """
    for path in find_alert_files(directory):
        try:
            pull = read_alerts(path)
        except DataError as error:
            if faults is None:
                raise
            faults.append(str(error))
            continue
        yield pull


def _is_bookkeeping(path: Path) -> bool:
    return path.name.lower() in {"status.json", "assertion.json"}


def _time_in_name(path: Path) -> int | None:
    unix = _UNIX_FILE.fullmatch(path.name)
    if unix:
        return int(unix["seconds"]) * NS_PER_S
    named = _NAMED_FILE.fullmatch(path.name)
    return _time_or_none(named["time"]) if named else None


def _time_inside(content: JsonValue) -> int | None:
    return _time_or_none(content.get("timestamp")) if isinstance(content, dict) else None


def _time_or_none(value: JsonValue) -> int | None:
    try:
        return parse_time(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _items(content: JsonValue) -> list[JsonValue] | None:
    if isinstance(content, dict):
        data = content.get("data")
        content = data.get("alerts") if isinstance(data, dict) else content.get("alerts")
    return content if isinstance(content, list) else None


def _alert(path: Path, index: int, item: JsonValue) -> Alert:
    labels = item.get("labels") if isinstance(item, dict) else None
    if not isinstance(labels, dict):
        raise DataError(f"{path}: alert {index} has no labels, found {str(item)[:80]!r}")
    annotations = item.get("annotations")
    active = item.get("activeAt")
    return Alert(
        name=str(labels.get("alertname", "")),
        labels={str(key): str(value) for key, value in labels.items()},
        annotations={str(key): str(value) for key, value in annotations.items()}
        if isinstance(annotations, dict)
        else {},
        state=str(item.get("state", "")),
        active_ns=_time_or_none(active),
        value=_number_or_none(item.get("value")),
    )


def _number_or_none(value: JsonValue) -> float | None:
    try:
        return float(value) if isinstance(value, str | int | float) else None
    except ValueError:
        return None
