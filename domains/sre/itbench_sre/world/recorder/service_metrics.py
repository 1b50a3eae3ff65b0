"""`metrics/service_<service>_raw.tsv`: the collector's span metrics and the mesh's counters, as they were scraped."""

from itbench_sre.world.clock.randomness import mixed
from itbench_sre.world.clock.times import milliseconds_text
from itbench_sre.world.recorder.detail import Detail
from itbench_sre.world.recorder.mesh_metrics import mesh_rows
from itbench_sre.world.recorder.own_labels import PROMETHEUS
from itbench_sre.world.recorder.spool import Spool
from itbench_sre.world.runtime.meters import SeriesKey
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.cadvisor import Runs
from itbench_sre.world.telemetry.collectors import scraped_labels
from itbench_sre.world.telemetry.expressions import BUCKETS, CALLS
from itbench_sre.world.telemetry.names import service_of
from itbench_sre.world.telemetry.resources import job_of
from itbench_sre.world.telemetry.samples import LES
from itbench_sre.world.telemetry.scrapes import Scraper
from itbench_sre.world.telemetry.texts import field, map_text

COLUMNS = (
    "metric_name", "timestamp", "value", "service_name", "namespace", "bucket_le", "tags", "metric_type",
    "status_code",
)  # fmt: skip


Row = tuple[int, str]
"""Key of a series in the database, which is a hash of its labels, and text."""
Tails = tuple[tuple[Row, ...], Row]
"""What follows the value in the row of each bucket, and in that of failed calls."""


def collector_labels(store: Store, namespace: str) -> dict[str, str]:
    """Return the labels of what is scraped from the collector of a namespace."""
    return {**scraped_labels(store, namespace), "otel_scope_name": "spanmetricsconnector", **PROMETHEUS}


class JobNames:
    """What the collector calls the job of each pod's program, kept after the pod has gone."""

    def __init__(self, runs: Runs) -> None:
        self._runs = runs
        self._known: dict[str, str] = {}

    def of(self, key: SeriesKey) -> str:
        """Return the job of a series."""
        found = self._known.get(key.uid)
        if found is None:
            for process in self._runs.processes.values():
                if process.place.uid == key.uid and service_of(process.place) == key.service:
                    found = self._known[key.uid] = job_of(process.place)
        return found or key.service


def span_labels(key: SeriesKey, common: dict[str, str], job: str) -> dict[str, str]:
    """Return the labels of a series of span metrics; `common` are those of the collector."""
    return {
        **common,
        "exported_instance": key.uid,
        "exported_job": job,
        "exported_namespace": key.namespace,
        "service_name": key.service,
        "span_kind": f"SPAN_KIND_{key.kind.upper()}",
        "span_name": key.span,
        "status_code": f"STATUS_CODE_{key.status}",
    }


class ServiceMetrics:
    """Writes span metrics, one file a service: durations first, then failed calls.

    Attributes:
        silent: services that get no file.
    """

    def __init__(
        self,
        scraper: Scraper,
        store: Store,
        jobs: JobNames,
        namespace: str,
        detail: Detail,
        silent: tuple[str, ...],
    ) -> None:
        self.silent = silent
        self._scraper = scraper
        self._store = store
        self._jobs = jobs
        self._namespace = namespace
        self._detail = detail
        self._scrapes = 0
        self._spools: dict[str, tuple[Spool, Spool]] = {}
        self._tails: dict[tuple[SeriesKey, str], Tails] = {}
        scraper.heard.append(self._write)

    def files(self) -> dict[str, tuple[Spool, Spool]]:
        """Return the rows of each service."""
        return {name: self._spools[name] for name in sorted(self._spools)}

    def _write(self, now_ms: int) -> None:
        self._scrapes += 1
        if (self._scrapes - 1) % self._detail.service_every:
            return
        for name, (took, calls) in mesh_rows(self._scraper.edges, now_ms, self._namespace).items():
            self._add(name, took, calls)
        common = collector_labels(self._store, self._namespace)
        if "pod" in common:
            self._write_spans(now_ms, common)

    def _write_spans(self, now_ms: int, common: dict[str, str]) -> None:
        """Write what the collector counted."""
        moment = milliseconds_text(now_ms * 1000)
        durations: dict[str, list[Row]] = {}
        failures: dict[str, list[Row]] = {}
        for key, series in self._scraper.spans.items():
            if key.service in self.silent or key.namespace != self._namespace:
                continue
            known = (key, common["pod"])
            tails = self._tails.get(known)
            if tails is None:
                tails = self._tails[known] = self._make(key, common)
            _series(key, series.histogram[-1][1], moment, tails, durations, failures)
        for name, rows in durations.items():
            self._add(name, self._text(rows), self._text(failures.get(name, [])))

    def _add(self, name: str, durations: str, failures: str) -> None:
        spools = self._spools.get(name)
        if spools is None:
            spools = self._spools[name] = (Spool("\t".join(COLUMNS)), Spool(""))
        spools[0].add(durations)
        spools[1].add(failures)

    def _text(self, rows: list[Row]) -> str:
        """Return rows of one time, which come from the database in the order of its keys."""
        rows.sort()
        if self._detail.is_doubled:
            return "".join(row + row for _, row in rows)
        return "".join(row for _, row in rows)

    def _make(self, key: SeriesKey, common: dict[str, str]) -> Tails:
        labels = span_labels(key, common, self._jobs.of(key))
        whose = f"\t{key.service}\t{key.namespace}\t"
        texts = (f"{whose}{le}\t{field(map_text({**labels, 'le': le}))}\tduration_p95\t\n" for le, _ in LES)
        failed = f"{whose}\t{field(map_text(labels))}\terror_rate\tSTATUS_CODE_{key.status}\n"
        return tuple(map(_ranked, texts)), _ranked(failed)


def _ranked(tail: str) -> Row:
    return mixed(0, tail), tail


def _series(
    key: SeriesKey,
    counts: tuple[int, ...],
    moment: str,
    tails: Tails,
    durations: dict[str, list[Row]],
    failures: dict[str, list[Row]],
) -> None:
    head = f"{BUCKETS}\t{moment}\t"
    durations.setdefault(key.service, []).extend(
        (rank, f"{head}{count}.0{tail}") for count, (rank, tail) in zip(counts, tails[0], strict=True)
    )
    if key.status == "ERROR":
        rank, tail = tails[1]
        failures.setdefault(key.service, []).append((rank, f"{CALLS}\t{moment}\t{counts[-1]}.0{tail}"))
