"""The network: which processes a link reaches, and what is in the way; looked up once for each change."""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from itbench_sre.world.clock.loop import Loop
from itbench_sre.world.runtime import mesh, names
from itbench_sre.world.runtime.certificates import is_expired
from itbench_sre.world.runtime.effects import Effects, LinkEffect
from itbench_sre.world.runtime.policies import Peer, is_allowed
from itbench_sre.world.runtime.views import View
from itbench_sre.world.store.refs import JsonObject, Ref

if TYPE_CHECKING:
    from itbench_sre.world.runtime.frames import Attempt
    from itbench_sre.world.runtime.plans import Link
    from itbench_sre.world.runtime.process import Process
    from itbench_sre.world.store.store import Change, Store


_LOOKUP_CPU_US = 70
_KEPT_US = 90_000_000
_ZONE_SERVED = re.compile(r"^\s*kubernetes\s[^\n]*cluster\.local", re.MULTILINE)


class Way:
    """What is special between one process and another.

    Attributes:
        forward, backward: effects on packets there and back.
        trouble: that each connection meets; empty for none.
        rules: of a mesh, asked for each call.
    """

    __slots__ = ("backward", "forward", "rules", "trouble")

    def __init__(
        self,
        forward: tuple[LinkEffect, ...] = (),
        backward: tuple[LinkEffect, ...] = (),
        trouble: str = "",
        rules: tuple[mesh.Rule, ...] = (),
    ) -> None:
        self.forward = forward
        self.backward = backward
        self.trouble = trouble
        self.rules = rules


class Network:
    """All links of the cluster.

    Attributes:
        epoch: count of the changes that may have moved a route.
        view: objects as the network knows them.
        processes: by number, those that run and those that ended without closing their connections.
        lookups: queries asked of DNS since the last look; `lookup_us` is how late an answer is.
    """

    def __init__(self, loop: Loop, store: "Store", effects: Effects) -> None:
        self._loop = loop
        self.epoch = 0
        self._resolvers: tuple[int, list[Process]] = (-1, [])
        self.view = View(store, self.changed)
        self.effects = effects
        self.processes: dict[int, Process] = {}
        self.lookups = 0
        self.lookup_us = 0
        self._store = store
        self._by_ip: dict[str, list[Process]] = {}
        self._by_uid: dict[str, list[Process]] = {}
        effects.listen(self.changed)
        store.watch("Pod", self._pod_changed)

    def changed(self) -> None:
        """Let every link be looked up again before its next call."""
        self.epoch += 1

    def add(self, process: "Process") -> None:
        """Let a process be reached."""
        self.processes[process.number] = process
        self._by_ip.setdefault(process.place.pod_ip, []).append(process)
        self._by_uid.setdefault(process.place.uid, []).append(process)

    def remove(self, process: "Process") -> None:
        """Let a process not be reached any more."""
        self.processes.pop(process.number, None)
        for index, key in ((self._by_ip, process.place.pod_ip), (self._by_uid, process.place.uid)):
            there = index.get(key, [])
            if process in there:
                there.remove(process)
            if not there:
                index.pop(key, None)
        self.changed()

    def at_ip(self, ip: str) -> list["Process"]:
        """Return the processes at an address."""
        return self._by_ip.get(ip, [])

    def serves_cluster(self) -> bool:
        """Whether CoreDNS, as it is configured, answers for the names of the cluster."""
        texts = [server.files.get("/etc/coredns/Corefile", "") for server in self.resolvers()]
        return any(not text or _serves_cluster(text) for text in texts) or not texts

    def of_pod(self, uid: str) -> list["Process"]:
        """Return the processes of the pod with this uid that have not ended."""
        return [process for process in self._by_uid.get(uid, ()) if not process.is_over]

    def is_gone(self, ip: str) -> bool:
        """Whether no pod has an address any more."""
        return ip not in self._by_ip

    def spec_of(self, process: "Process") -> JsonObject:
        """Return the spec of a process' pod."""
        pod = self._store.get(process.place.pod)
        spec: JsonObject = pod["spec"] if pod else {}
        return spec

    def refresh(self, link: "Link") -> None:
        """Look a link up again."""
        link.epoch = self.epoch
        trouble, ip, found = self._route(link)
        if trouble in ("unresolved", "dns") and not link.lookups and self._is_kept(link):
            trouble, found = "", [process for process in self._known(link) if not process.is_over]
        elif not trouble:
            link.kept_until_us = 0
        link.trouble = trouble
        link.trouble_ip = ip
        link.targets = found
        link.known = []
        link.ways = {}
        for target in found:
            way = self._way(link, target)
            if way is not None:
                link.ways[target.number] = way
        is_clear = bool(found and not trouble and not link.ways)
        link.is_plain = is_clear and link.pool is None and not (link.lookups and self.lookup_us)
        link.is_quick = is_clear and link.pool is not None

    def _is_kept(self, link: "Link") -> bool:
        """Whether open connections, which need no name, still serve: for some minutes, as long as their ends live."""
        now_us = self._loop.now_us
        if not link.kept_until_us:
            link.kept_until_us = now_us + _KEPT_US + link.process.number * 29 % 100 * 1_000_000
            self._loop.at(link.kept_until_us, self.changed)
        return now_us < link.kept_until_us and any(not process.is_over for process in self._known(link))

    def _known(self, link: "Link") -> list["Process"]:
        if not link.known:
            return link.targets
        return [self.processes[number] for number in link.known if number in self.processes]

    def _route(self, link: "Link") -> tuple[str, str, list["Process"]]:
        """Return what is wrong, at which address, and the processes reached."""
        process = link.process
        if link.is_astray:
            return "nowhere", "", []
        host, port = mesh.routed(self.view, process, link.host, link.port)
        if not host:
            return "no upstream", "", []
        resolver = self.view.get("Service", "kube-system", "kube-dns")
        link.resolver = resolver["spec"].get("clusterIP", "") if resolver else "10.96.0.10"
        answer = names.resolve(self, process, host)
        if link.lookups:
            link.lookups = max(1, answer.queries)
        if answer.trouble:
            return answer.trouble, process.place.pod_ip, []
        link.cluster_ip = ""
        if answer.service is not None:
            cluster_ip = answer.service["spec"].get("clusterIP", "")
            link.cluster_ip = "" if cluster_ip == "None" else cluster_ip
            return self._through(process, answer.service, port)
        ip = process.place.pod_ip if answer.ip.startswith("127.") else answer.ip
        for service in self.view.all("Service"):
            if service["spec"].get("clusterIP") == ip:
                return self._through(process, service, port)
        return self._at(ip, port)

    def reached(self, process: "Process", host: str, port: int) -> list["Process"]:
        """Return the processes that accept a connection of a process to an address now."""
        answer = names.resolve(self, process, host)
        if answer.trouble:
            return []
        if answer.service is not None:
            _, _, found = self._through(process, answer.service, port)
        else:
            _, _, found = self._at(answer.ip, port)
        return [
            target
            for target in found
            if target.ready_us
            and self._is_allowed(process, target, port)
            and not any(effect.is_cut for effect in self.effects.between(process.place.uid, target.place.uid))
        ]

    def look(self, now_us: int) -> None:
        """Settle the last second's lookups: CoreDNS works for them, and is late where that is too much."""
        asked, self.lookups = self.lookups, 0
        servers = self.resolvers()
        was_us = self.lookup_us
        late_us = 0
        for server in servers:
            cpu_us = asked * _LOOKUP_CPU_US // len(servers)
            server.cpu_us += cpu_us
            if server.rate_m:
                until_us = max(server.used_until_us, now_us) + cpu_us * 1000 // server.rate_m
                server.used_until_us = min(until_us, now_us + 20_000_000)
                late_us = max(late_us, server.used_until_us - now_us - 1_000_000)
        self.lookup_us = late_us
        if (was_us > 0) != (late_us > 0):
            self.changed()

    def _through(
        self, process: "Process", service: JsonObject, port: int
    ) -> tuple[str, str, list["Process"]]:
        spec, metadata = service["spec"], service["metadata"]
        cluster_ip = spec.get("clusterIP", "")
        envoy = process.language == "envoy"
        if spec.get("type") == "ExternalName":
            return "unresolved", "", []
        endpoints = self.view.get("Endpoints", metadata["namespace"], metadata["name"]) or {}
        entry = next((entry for entry in spec.get("ports") or () if entry["port"] == port), None)
        found: list[Process] = []
        refusing = ""
        for subset in endpoints.get("subsets") or ():
            at = _port_of(subset, entry, port, cluster_ip)
            for address in subset.get("addresses") or () if at else ():
                trouble, ip, there = self._at(address["ip"], at)
                found.extend(there)
                refusing = refusing or (ip if trouble else "")
        if found or refusing:
            ip = refusing if cluster_ip in ("", "None") else cluster_ip
            return ("", "", found) if found else ("refused", ip, [])
        if cluster_ip == "None":
            return "unresolved", "", []
        if entry is None:
            return "unreachable", cluster_ip, []
        return ("no upstream" if envoy else "refused"), cluster_ip, []

    def _at(self, ip: str, port: int) -> tuple[str, str, list["Process"]]:
        there = self._by_ip.get(ip)
        if there is None:
            return "unreachable", ip, []
        for process in there:
            if port in (process.program.ports.values() if process.program else ()):
                return "", "", [process]
        return "refused", ip, []

    def _way(self, link: "Link", target: "Process") -> Way | None:
        source = link.process
        port = self._port(link, target)
        if not self._is_allowed(source, target, port):
            return Way(trouble="unreachable")
        trouble, rules = mesh.between(self.view, self.peer(source), self.peer(target), port)
        if not trouble and is_expired(target, source, self._loop.now_us):
            trouble = "certificate"
        forward = tuple(self.effects.between(source.place.uid, target.place.uid))
        backward = tuple(self.effects.between(target.place.uid, source.place.uid))
        if not (trouble or rules or forward or backward):
            return None
        return Way(forward, backward, trouble, rules)

    def _port(self, link: "Link", target: "Process") -> int:
        ports = list(target.program.ports.values()) if target.program else []
        return link.port if link.port in ports else next(iter(ports), link.port)

    def _is_allowed(self, source: "Process", target: "Process", port: int, protocol: str = "TCP") -> bool:
        policies = self.view.all("NetworkPolicy")
        if not policies or source.place.pod_ip == target.place.pod_ip:
            return True
        names_of_ports = target.program.ports if target.program else {}
        return is_allowed(policies, self.peer(source), self.peer(target), port, names_of_ports, protocol)

    def peer(self, process: "Process") -> Peer:
        """Return what policies see of a process."""
        place = process.place
        pod = self._store.get(place.pod)
        labels = pod["metadata"].get("labels") or {} if pod else place.labels
        namespace = self.view.get("Namespace", "", place.pod.namespace)
        of_namespace = (namespace["metadata"].get("labels") or {}) if namespace else {}
        of_namespace = {"kubernetes.io/metadata.name": place.pod.namespace, **of_namespace}
        return Peer(place.pod.namespace, labels, of_namespace, place.pod_ip)

    def admits(self, way: Way, attempt: "Attempt") -> bool:
        """Whether the mesh lets a call pass."""
        link = attempt.plan.link
        return mesh.is_allowed(way.rules, self.peer(link.process), attempt.plan.operation, link.port)

    def named(self, name: str) -> JsonObject | None:
        """Return the Service that a full name means."""
        found = names.service_of(name)
        return None if found is None else self.view.get("Service", *found)

    def dns_answers(self, process: "Process") -> bool:
        """Whether CoreDNS answers a process; true where the cluster has none, as small ones in tests."""
        if self.view.get("Service", "kube-system", "kube-dns") is None:
            return True
        for server in self.resolvers():
            if not self._is_allowed(process, server, 53, "UDP"):
                continue
            there = self.effects.between(process.place.uid, server.place.uid)
            back = self.effects.between(server.place.uid, process.place.uid)
            if not any(effect.is_cut for effect in (*there, *back)):
                return True
        return False

    def resolvers(self) -> list["Process"]:
        """Return the processes of CoreDNS that are ready."""
        if self._resolvers[0] != self.epoch:
            endpoints = self.view.get("Endpoints", "kube-system", "kube-dns") or {}
            ips = [
                entry["ip"]
                for subset in endpoints.get("subsets") or ()
                for entry in subset.get("addresses") or ()
            ]
            # One that was added since then is not ready before the next change.
            self._resolvers = self.epoch, [process for ip in ips for process in self._by_ip.get(ip, ())]
        return [process for process in self._resolvers[1] if process.ready_us]

    def _pod_changed(self, change: "Change") -> None:
        if change.type != "MODIFIED" or change.old is None:
            return
        if change.old["metadata"].get("labels") != change.body["metadata"].get("labels"):
            self.changed()

    def pod(self, ref: Ref) -> list["Process"]:
        """Return the processes of a pod."""
        return [process for process in self.processes.values() if process.place.pod == ref]


@lru_cache(maxsize=64)
def _serves_cluster(corefile: str) -> bool:
    return _ZONE_SERVED.search(corefile) is not None


def _port_of(subset: JsonObject, entry: JsonObject | None, port: int, cluster_ip: str) -> int:
    """Return the port of a subset's pods that a Service's port leads to, 0 for none."""
    if cluster_ip == "None":
        return port
    if entry is None:
        return 0
    for candidate in subset.get("ports") or ():
        if candidate.get("name", "") == entry.get("name", ""):
            number: int = candidate["port"]
            return number
    return 0
