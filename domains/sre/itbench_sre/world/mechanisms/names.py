"""How names are looked up: a pod's resolver, and the cluster's DNS server."""

import re
from typing import TYPE_CHECKING, Any

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.mechanisms.actions import Action, Edit, Restart
from itbench_sre.world.mechanisms.mechanism import Mechanism, Plan
from itbench_sre.world.mechanisms.naming import of_workload
from itbench_sre.world.mechanisms.scene import Scene
from itbench_sre.world.mechanisms.templates import SPEC, edit, with_strategy
from itbench_sre.world.store.refs import Ref, ref_of

if TYPE_CHECKING:
    from itbench_sre.world.store.paths import Path

_COREDNS = Ref("Deployment", "kube-system", "coredns")
_COREFILE = Ref("ConfigMap", "kube-system", "coredns")


class DnsPolicy(Mechanism):
    """Gives a workload another resolver: one that knows the cluster's names, or one that does not."""

    name = "dns-policy"
    family = "names"
    faults = ("fault 4",)

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a workload and a resolver."""
        body = scene.pick(random, scene.workloads)
        if body is None:
            return None
        ref = ref_of(body)
        service = scene.value(
            Ref("Service", "kube-system", "kube-dns"), "spec", "clusterIP", default="10.96.0.10"
        )
        search = [f"{scene.namespace}.svc.cluster.local", "svc.cluster.local", "cluster.local"]
        options: list[tuple[str, Any]] = [
            (
                "None",
                {"nameservers": [service], "searches": search, "options": [{"name": "ndots", "value": "2"}]},
            ),
            (
                "None",
                {"nameservers": [service], "searches": search, "options": [{"name": "ndots", "value": "5"}]},
            ),
            ("ClusterFirst", {"options": [{"name": "ndots", "value": "1"}]}),
            ("None", {"nameservers": ["203.0.113.53"], "searches": search}),
            ("None", {"nameservers": [service], "searches": ["example.internal"]}),
            ("Default", None),
        ]
        policy, settings = random.pick(options)
        changes: dict[Path, Any] = {(*SPEC, "dnsPolicy"): policy}
        if settings is not None:
            changes[(*SPEC, "dnsConfig")] = settings
        return Plan(
            target=ref,
            affects=(ref.name,),
            names=of_workload(body, scene.names),
            actions=edit(body, with_strategy(body, changes, random), hand),
            condition=f"its pods look names up by {policy} with {settings}",
            solution=f"give {ref.name} the dnsPolicy ClusterFirst again",
        )


class ClusterDns(Mechanism):
    """Changes the configuration of the cluster's DNS server: its cache, its log, or which names it knows."""

    name = "cluster-dns-configuration"
    family = "names"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Edit the Corefile, and restart the server."""
        text = scene.value(_COREFILE, "data", "Corefile")
        if not isinstance(text, str):
            return None
        edits = [
            re.sub(r"cache \d+", f"cache {random.between(5, 120)}", text),
            text.replace("errors\n", "errors\n    log\n", 1),
            text.replace("forward . /etc/resolv.conf", "forward . 203.0.113.53", 1),
            text.replace("kubernetes cluster.local", "kubernetes cluster.internal", 1),
            re.sub(r"ttl \d+", f"ttl {random.between(1, 60)}", text),
        ]
        different = [each for each in edits if each != text]
        if not different:
            return None
        actions: tuple[Action, ...] = (
            Edit(_COREFILE, ((("data", "Corefile"), random.pick(different)),), hand),
            Restart(_COREDNS),
        )
        return Plan(
            target=_COREFILE,
            affects=(),
            actions=actions,
            condition="the DNS server of the cluster has another configuration",
            solution="undo the edit of the ConfigMap coredns and restart it",
        )


class ClusterDnsScaled(Mechanism):
    """Changes how many DNS servers there are."""

    name = "cluster-dns-scaled"
    family = "names"

    def plan(self, scene: Scene, random: Randomness, hand: str) -> Plan | None:
        """Pick a number."""
        body = scene.store.get(_COREDNS)
        if body is None:
            return None
        now = int(body["spec"].get("replicas", 1))
        wanted = random.pick([number for number in (0, 1, 1, 3, 4) if number != now])
        return Plan(
            target=_COREDNS,
            affects=(),
            names=of_workload(body, []),
            depth=1000 * (now - wanted) // max(now, 1),
            actions=(Edit(_COREDNS, ((("spec", "replicas"), wanted),), hand),),
            condition=f"the cluster has {wanted} DNS servers and no longer {now}",
            solution=f"scale coredns to {now} again",
        )
