"""What the mesh's proxies count, in the file of the service that was called: requests, and how long they took."""

from itbench_sre.world.clock.times import milliseconds_text
from itbench_sre.world.recorder.own_labels import PROMETHEUS
from itbench_sre.world.runtime.meters import EdgeKey
from itbench_sre.world.telemetry.attributes import split_address
from itbench_sre.world.telemetry.expressions import EDGE_BUCKETS, EDGE_CALLS
from itbench_sre.world.telemetry.samples import LES, Series
from itbench_sre.world.telemetry.texts import field, map_text

_PROTOCOLS = ("http", "grpc")


def mesh_rows(edges: dict[EdgeKey, Series], now_ms: int, namespace: str) -> dict[str, tuple[str, str]]:
    """Return the rows of one scrape by service called: those of durations, and those of counts.

    Connections that carry no requests are not counted as such.
    """
    moment = milliseconds_text(now_ms * 1000)
    made: dict[str, tuple[str, str]] = {}
    for key, series in edges.items():
        if key.protocol not in _PROTOCOLS or key.namespace != namespace or not series.histogram:
            continue
        labels = _labels(key, series)
        service, code = labels["destination_canonical_service"], labels["response_code"]
        counts = series.histogram[-1][1]
        whose = f"\t{service}\t{labels['destination_workload_namespace']}\t"
        durations, calls = made.get(service, ("", ""))
        durations += "".join(
            f"{EDGE_BUCKETS}\t{moment}\t{count}.0{whose}{le}\t{field(map_text({**labels, 'le': le}))}\tduration_p95\t{code}\n"
            for count, (le, _) in zip(counts, LES, strict=True)
        )
        calls += (
            f"{EDGE_CALLS}\t{moment}\t{counts[-1]}.0{whose}\t{field(map_text(labels))}\terror_rate\t{code}\n"
        )
        made[service] = durations, calls
    return made


def _labels(key: EdgeKey, series: Series) -> dict[str, str]:
    labels = dict(series.labels)
    host, _ = split_address(key.address)
    service, space = host.partition(".")[0], labels["destination_workload_namespace"]
    _, _, flags = key.code.partition(" ")
    return {
        **labels,
        **PROMETHEUS,
        "connection_security_policy": "mutual_tls",
        "destination_service": f"{service}.{space}.svc.cluster.local",
        "destination_service_name": service,
        "destination_service_namespace": space,
        "job": "kubernetes-pods",
        "reporter": "waypoint",
        "request_protocol": key.protocol,
        "response_flags": flags or "-",
    }
