"""Probes of the kubelet, in its words."""

import pytest

from itbench_sre.world.application.model import Protocol
from itbench_sre.world.runtime.effects import BurnEffect
from itbench_sre.world.store.refs import JsonObject

from .conftest import Town, server


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"httpGet": {"port": 8080, "path": "/health"}}, None),
        ({"httpGet": {"port": 8080, "path": "/no-such"}}, "HTTP probe failed with statuscode: 404"),
        (
            {"httpGet": {"port": 9, "path": "/"}},
            'Get "http://10.0.0.1:9/": dial tcp 10.0.0.1:9: connect: connection refused',
        ),
        ({"tcpSocket": {"port": 8080}}, None),
        ({"tcpSocket": {"port": 9}}, "dial tcp 10.0.0.1:9: connect: connection refused"),
        ({"grpc": {"port": 8080}}, None),
        (
            {"grpc": {"port": 9}},
            'timeout: failed to connect service "10.0.0.1:9" within 1s: context deadline exceeded',
        ),
        ({"exec": {"command": ["true"]}}, None),
    ],
)
def test_a_probe_says_what_the_kubelet_says(town: Town, spec: JsonObject, words: str | None) -> None:
    process = town.start(server("work", protocol=Protocol.HTTP))
    failure = town.runtime.probe(process, spec)
    if words is None and "exec" not in spec:
        assert failure is not None  # it does not listen yet
    town.run(3)
    failure = town.runtime.probe(process, spec)
    assert (failure.message if failure else None) == words


def test_a_starved_process_answers_too_late(town: Town) -> None:
    process = town.start(server("work", 200_000, protocol=Protocol.HTTP), cpu_limit_m=100)
    town.run(60)
    spec: JsonObject = {"httpGet": {"port": 8080, "path": "/health"}, "timeoutSeconds": 1}
    assert town.runtime.probe(process, spec) is None
    town.runtime.effects.put("stress", BurnEffect(pod=process.place.uid, cpu_m=500))
    town.ask(process, "Get", 30, every_us=50_000)
    town.run(2)
    failure = town.runtime.probe(process, spec)
    assert failure is not None
    assert "Client.Timeout exceeded while awaiting headers" in failure.message
