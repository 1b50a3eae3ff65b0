"""Ways between processes: names, Services, policies, partitions, the mesh, certificates."""

import base64
from collections.abc import Callable
from typing import Any

import pytest

from itbench_sre.world.application.model import Call, Dependency, Protocol, Setting
from itbench_sre.world.runtime.effects import ClockEffect, DnsEffect, LinkEffect
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import Ref

from .conftest import NAMESPACE, Town, on, server

Pair = Callable[..., tuple[Process, Process]]


def outcome(town: Town, process: Process, seconds: int = 8) -> tuple[str, str]:
    """Ask once, and return code and message of the call's failure, empty where it went well."""
    before = len(town.ears.attempts)
    town.ask(process, "Get")
    town.run(seconds)
    attempt = town.ears.attempts[before]
    return (attempt.failure.code, attempt.failure.message) if attempt.failure else ("", "")


def test_a_service_that_points_at_a_wrong_port_refuses(town: Town, pair: Pair) -> None:
    front, back = pair()
    ip = town.store.expect(Ref("Service", NAMESPACE, "back"))["spec"]["clusterIP"]
    assert outcome(town, front) == ("", "")
    town.serve(back.program, back, target_port=9999)  # type: ignore[arg-type] # it runs a program
    town.run(2)
    code, message = outcome(town, front)
    assert code == "UNAVAILABLE"
    assert message.endswith(f'dial tcp {ip}:8080: connect: connection refused"')


def test_changes_of_services_reach_the_nodes_after_a_moment(town: Town, pair: Pair) -> None:
    front, back = pair()
    town.serve(back.program)  # type: ignore[arg-type] # it runs a program
    town.ask(front, "Get")
    town.loop.run_until(town.loop.now_us + 100_000)
    town.run(1)
    assert [frame.failure is None for frame in town.ended] == [True]
    assert outcome(town, front)[0] == "UNAVAILABLE"


def test_a_deleted_service_is_a_name_that_nobody_knows(town: Town) -> None:
    """Who keeps connections goes on with them; who opens one for each call fails."""
    back = server("back", protocol=Protocol.HTTP)
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back", Protocol.HTTP)}))
    pooled = town.up(server("pooled", 500, call, needs={"back": on("back", Protocol.HTTP, pool=5)}))
    town.up(back)
    town.run(3)
    town.ask(pooled, "Get")
    town.run(1)
    town.store.remove(Ref("Service", NAMESPACE, "back"), "kubectl")
    town.run(2)
    code, message = outcome(town, front)
    assert (code, message) == (
        "ENOTFOUND",
        '"http://back:8080/": dial tcp: lookup back on 10.96.0.10:53: no such host',
    )
    assert outcome(town, pooled) == ("", "")
    town.run(240)
    assert outcome(town, pooled)[0] == "ENOTFOUND"


def with_dns(town: Town) -> Process:
    program = server("coredns", ports={"dns/udp": 53})
    resolver = town.start(program, pod=Ref("Pod", "kube-system", "coredns-0"))
    town.create(
        "Service", "kube-dns", "kube-system", spec={"clusterIP": "10.96.0.10", "ports": [{"port": 53}]}
    )
    subsets = [{"addresses": [{"ip": resolver.place.pod_ip}], "ports": [{"port": 53}]}]
    town.create("Endpoints", "kube-dns", "kube-system", subsets=subsets)
    town.run(3)
    return resolver


def test_without_coredns_new_connections_fail_and_old_ones_live(town: Town) -> None:
    call = Call(dependency="back", operation="Get")
    needs = {"back": on("back", Protocol.HTTP)}
    front = town.up(server("front", 500, call, needs=needs, language="nodejs"))
    town.up(server("back", protocol=Protocol.HTTP))
    kept = town.up(server("kept", 500, Call(dependency="rpc", operation="Get"), needs={"rpc": on("rpc")}))
    town.up(server("rpc"))
    resolver = with_dns(town)
    assert outcome(town, front) == ("", "")
    assert outcome(town, kept) == ("", "")
    town.runtime.stop(resolver, is_killed=True)
    assert outcome(town, front) == ("EAI_AGAIN", "getaddrinfo EAI_AGAIN back")
    assert outcome(town, kept) == ("", "")
    town.run(240)
    assert outcome(town, kept)[0] == "UNAVAILABLE"


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ({"dnsPolicy": "ClusterFirst"}, ""),
        ({"dnsPolicy": "Default"}, "ENOTFOUND"),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["1.2.3.4"]}}, "EAI_AGAIN"),
        ({"dnsPolicy": "None", "dnsConfig": {"nameservers": ["10.96.0.10"]}}, "ENOTFOUND"),
        (
            {
                "dnsPolicy": "None",
                "dnsConfig": {"nameservers": ["10.96.0.10"], "searches": ["shop.svc.cluster.local"]},
            },
            "",
        ),
    ],
    ids=["cluster", "node", "wrong server", "no search path", "search path"],
)
def test_a_pods_dns_policy_decides_which_names_it_knows(town: Town, spec: dict[str, Any], code: str) -> None:
    town.create("Pod", "front-0", spec=spec)
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back", Protocol.HTTP)}))
    town.up(server("back", protocol=Protocol.HTTP))
    with_dns(town)
    assert outcome(town, front)[0] == code


def test_a_corefile_without_the_clusters_zone_hides_its_names(town: Town) -> None:
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back", Protocol.HTTP)}))
    town.up(server("back", protocol=Protocol.HTTP))
    resolver = with_dns(town)
    good = ".:53 {\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n    }\n    forward . /etc/resolv.conf\n}\n"
    town.runtime.mounted(resolver, {"/etc/coredns/Corefile": good})
    assert outcome(town, front) == ("", "")
    town.runtime.mounted(resolver, {"/etc/coredns/Corefile": good.replace("cluster.local", "cluster.locl")})
    assert outcome(town, front)[0] == "ENOTFOUND"


def test_chaos_of_names_hits_the_pod_and_its_patterns(town: Town) -> None:
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back", Protocol.HTTP)}))
    town.up(server("back", protocol=Protocol.HTTP))
    town.run(3)
    town.runtime.effects.put("dns", DnsEffect(pod=front.place.uid, patterns=("other*",)))
    assert outcome(town, front) == ("", "")
    town.runtime.effects.put("dns", DnsEffect(pod=front.place.uid, patterns=("ba*",)))
    assert outcome(town, front)[0] == "ENOTFOUND"
    town.runtime.effects.drop("dns")
    assert outcome(town, front) == ("", "")


@pytest.mark.parametrize("direction", ["there", "back"])
def test_a_partition_in_one_direction_lets_calls_hang(town: Town, pair: Pair, direction: str) -> None:
    front, back = pair(timeout_us=2_000_000)
    ends = (front.place.uid,), (back.place.uid,)
    sources, targets = ends if direction == "there" else ends[::-1]
    town.runtime.effects.put("cut", LinkEffect(sources=sources, targets=targets, is_cut=True))
    served = len(town.ears.frames)
    assert outcome(town, front)[0] == "DEADLINE_EXCEEDED"
    arrived = [frame for frame in town.ears.frames[served:] if frame.process is back]
    assert len(arrived) == (1 if direction == "back" else 0)
    town.runtime.effects.drop("cut")
    assert outcome(town, front) == ("", "")


def test_a_delay_of_packets_is_paid_in_its_direction(town: Town, pair: Pair) -> None:
    front, back = pair()
    effect = LinkEffect(sources=(front.place.uid,), targets=(back.place.uid,), delay_us=700_000)
    town.runtime.effects.put("slow", effect)
    assert outcome(town, front) == ("", "")
    attempt = town.ears.attempts[-1]
    assert 700_000 < attempt.ended_us - attempt.began_us < 720_000


def test_lost_packets_are_sent_again_or_calls_fail(town: Town, pair: Pair) -> None:
    front, back = pair(timeout_us=5_000_000)
    effect = LinkEffect(sources=(front.place.uid,), targets=(back.place.uid,), loss_per_million=200_000)
    town.runtime.effects.put("loss", effect)
    town.ask(front, "Get", 200)
    town.run(40)
    slow = [a for a in town.ears.attempts if a.failure is None and a.ended_us - a.began_us > 190_000]
    failed = town.failures()
    assert 40 < len(slow) < 140
    assert len(failed) < 20


def policy(town: Town, name: str, **spec: Any) -> None:
    town.create("NetworkPolicy", name, spec=spec)
    town.run(2)


def test_policies_of_either_side_can_forbid_a_connection(town: Town, pair: Pair) -> None:
    front, _ = pair(timeout_us=2_000_000)
    policy(town, "deny", podSelector={"matchLabels": {"app": "back"}}, policyTypes=["Ingress"])
    code, message = outcome(town, front)
    assert code == "DEADLINE_EXCEEDED"
    assert "i/o timeout" in message
    policy(
        town,
        "allow",
        podSelector={"matchLabels": {"app": "back"}},
        ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "front"}}}], "ports": [{"port": 8080}]}],
    )
    assert outcome(town, front) == ("", "")
    policy(town, "egress", podSelector={}, policyTypes=["Egress"], egress=[{"ports": [{"port": 5432}]}])
    assert outcome(town, front)[0] == "DEADLINE_EXCEEDED"
    town.store.remove(Ref("NetworkPolicy", NAMESPACE, "egress"), "kubectl")
    town.run(2)
    assert outcome(town, front) == ("", "")


def test_an_egress_policy_that_forgets_dns_hides_names(town: Town) -> None:
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back", Protocol.HTTP)}))
    town.up(server("back", protocol=Protocol.HTTP))
    with_dns(town)
    policy(town, "egress", podSelector={}, policyTypes=["Egress"], egress=[{"to": [{"podSelector": {}}]}])
    assert outcome(town, front)[0] == "EAI_AGAIN"


def test_strict_mutual_tls_refuses_peers_outside_of_the_mesh(town: Town) -> None:
    call = Call(dependency="back", operation="Get")
    program = server("front", 500, call, needs={"back": on("back")})
    town.create("Namespace", NAMESPACE, "", metadata={"labels": {"istio.io/dataplane-mode": "ambient"}})
    inside = town.up(program)
    outside = town.start(program, number=1, labels={"app": "front", "istio.io/dataplane-mode": "none"})
    town.up(server("back"))
    town.run(3)
    assert outcome(town, outside) == ("", "")
    town.create("PeerAuthentication", "strict", spec={"mtls": {"mode": "STRICT"}})
    town.run(3)
    assert outcome(town, outside) == ("UNAVAILABLE", "error reading from server: EOF")
    assert outcome(town, inside) == ("", "")
    town.store.edit(Ref("Namespace", "", NAMESPACE), {("metadata", "labels"): {}}, "kubectl-label")
    town.run(3)
    assert outcome(town, outside) == ("", "")


def test_an_authorization_policy_answers_403_to_the_methods_it_denies(town: Town) -> None:
    town.create("Namespace", NAMESPACE, "", metadata={"labels": {"istio.io/dataplane-mode": "ambient"}})
    call = Call(dependency="back", operation="GET /products")
    front = town.up(server("front", 500, call, needs={"back": on("back", Protocol.HTTP)}))
    town.up(server("back", protocol=Protocol.HTTP, operation="GET /products"))
    town.run(3)
    rules = [{"to": [{"operation": {"methods": ["POST"]}}]}]
    town.create("AuthorizationPolicy", "deny", spec={"action": "DENY", "rules": rules})
    town.run(3)
    assert outcome(town, front) == ("", "")
    rules = [{"to": [{"operation": {"methods": ["GET"]}}]}]
    town.store.edit(Ref("AuthorizationPolicy", NAMESPACE, "deny"), {("spec", "rules"): rules}, "kubectl-edit")
    town.run(3)
    assert outcome(town, front) == ("403", "RBAC: access denied")


def test_a_gateway_leads_where_its_routes_say(town: Town) -> None:
    name = "gateway.networking.k8s.io/gateway-name"
    call = Call(dependency="back", operation="Get")
    program = server("gate", 300, call, needs={"back": on("back", Protocol.HTTP)}, language="envoy")
    gate = town.up(program, labels={name: "gate"})
    town.up(server("back", protocol=Protocol.HTTP))
    town.create("Gateway", "gate", spec={})
    town.create(
        "HTTPRoute",
        "all",
        spec={"parentRefs": [{"name": "gate"}], "rules": [{"backendRefs": [{"name": "back", "port": 8080}]}]},
    )
    town.run(3)
    assert outcome(town, gate) == ("", "")
    path = ("spec", "rules", 0, "backendRefs", 0, "name")
    town.store.edit(Ref("HTTPRoute", NAMESPACE, "all"), {path: "nobody"}, "kubectl-edit")
    town.run(3)
    assert outcome(town, gate)[0] == "503 UH"


def pem(until: str) -> str:
    der = b"\x30\x1e\x17\x0d250101000000Z\x17\x0d" + until.encode() + b"Z"
    text = base64.b64encode(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n"


def test_an_expired_certificate_is_refused_by_the_clients_clock(town: Town) -> None:
    settings = {"certificate": Setting(file="/tls/tls.crt", default="")}
    back = server("back", settings=settings)
    call = Call(dependency="back", operation="Get")
    front = town.up(server("front", 500, call, needs={"back": on("back")}))
    town.up(back, files={"/tls/tls.crt": pem("260101000000")})  # the town lives in December 2025
    town.run(3)
    assert outcome(town, front) == ("", "")
    skew = ClockEffect(pod=front.place.uid, offset_us=40 * 86_400_000_000)
    town.runtime.effects.put("clock", skew)
    code, message = outcome(town, front)
    assert code == "UNAVAILABLE"
    assert "x509: certificate has expired" in message


def test_what_a_process_needs_at_its_start_is_waited_for(town: Town) -> None:
    needs = {"back": on("back", is_needed_at_start=True)}
    front = town.up(server("front", needs=needs))
    town.run(10)
    assert not front.ready_us
    town.up(server("back"))
    town.run(5)
    assert front.ready_us


def test_a_required_setting_that_is_missing_or_unreadable_ends_the_process(town: Town) -> None:
    needs = {"back": Dependency(address=Setting(variable="BACK", is_required=True, default=""))}
    town.up(server("front", needs=needs))
    ported = server("ported", settings={"port": Setting(variable="PORT", default=80)})
    town.up(ported, environment={"PORT": "eighty"})
    town.run(3)
    assert town.kubelets.ends == [("front-0", 1, "Error"), ("ported-0", 1, "Error")]
