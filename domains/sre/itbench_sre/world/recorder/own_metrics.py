"""What programs say of themselves and of their spans: scraped from the collector, so that it stands in its pod's file."""

from collections.abc import Iterator

from itbench_sre.world.clock.times import milliseconds_text
from itbench_sre.world.recorder.service_metrics import JobNames, span_labels
from itbench_sre.world.runtime.meters import SeriesKey
from itbench_sre.world.telemetry.cadvisor import Usage
from itbench_sre.world.telemetry.expressions import CALLS
from itbench_sre.world.telemetry.names import service_of
from itbench_sre.world.telemetry.resources import job_of
from itbench_sre.world.telemetry.runtime_metrics import collector_readings, readings
from itbench_sre.world.telemetry.scrapes import Scraper
from itbench_sre.world.telemetry.texts import field, map_text

_Known = dict[tuple[SeriesKey, str], str]


class OwnMetrics:
    """Makes the rows of the collector's pod that others sent to it."""

    def __init__(self, scraper: Scraper, jobs: JobNames, namespace: str) -> None:
        self._scraper = scraper
        self._jobs = jobs
        self._namespace = namespace
        self._tails: dict[tuple[str, ...], str] = {}
        self._spans: _Known = {}

    def text(self, usages: list[Usage], common: dict[str, str], now_ms: int) -> str:
        """Return all rows; `common` are the labels of the collector."""
        moment = milliseconds_text(now_ms * 1000)
        return "".join((*self._processes(usages, common, moment), *self._calls(common, moment)))

    def _processes(self, usages: list[Usage], common: dict[str, str], moment: str) -> Iterator[str]:
        pod = common["pod"]
        for usage in usages:
            is_collector = usage.process.place.pod.name == pod
            for metric, labels, value, by in (collector_readings if is_collector else readings)(usage):
                key = (usage.cgroup, pod, *(text for pair in labels for text in pair))
                tail = self._tails.get(key)
                if tail is None:
                    own = {} if is_collector else _whose(usage)
                    tail = self._tails[key] = self._tail(pod, {**common, **own, **dict(labels)})
                yield f"{metric}\t{moment}\t{value / by!r}{tail}"

    def _calls(self, common: dict[str, str], moment: str) -> Iterator[str]:
        pod = common["pod"]
        for key, series in self._scraper.spans.items():
            tail = self._spans.get((key, pod))
            if tail is None:
                tail = self._spans[key, pod] = self._tail(
                    pod, span_labels(key, common, self._jobs.of(key)), has_scope=True
                )
            yield f"{CALLS}\t{moment}\t{series.histogram[-1][1][-1]}.0{tail}"

    def _tail(self, pod: str, labels: dict[str, str], *, has_scope: bool = False) -> str:
        if not has_scope:
            labels = {key: value for key, value in labels.items() if key != "otel_scope_name"}
        return f"\t{pod}\t{self._namespace}\t{field(map_text(labels))}\n"


def _whose(usage: Usage) -> dict[str, str]:
    place = usage.process.place
    return {
        "exported_instance": place.uid,
        "exported_job": job_of(place),
        "service_name": service_of(place),
    }
