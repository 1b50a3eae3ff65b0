"""What an engineer sees first of each mechanism, what the truth names, and how its harmless instances differ."""

from collections.abc import Mapping
from dataclasses import dataclass

_WORKLOAD = "the workload; its pods are an alias"
_SCHEDULE = "the Schedule; the experiments that it spawns are an alias"
_NODE = "the first of the nodes; the others are aliases"
_OBJECT = "the object itself"
_POLICY = "the policy"
_TRIGGER = "none: a trigger where the page needs it, the root only where it harms by itself"


@dataclass(frozen=True, slots=True)
class Note:
    """One mechanism, for docs/reference/mechanisms.md.

    Attributes:
        seen: what an engineer sees first.
        twin: how harmless instances differ.
        root: what the truth names.
    """

    seen: str
    twin: str
    root: str = _WORKLOAD


NOTES: Mapping[str, Note] = {
    "address-variable": Note("a rollout that went well, then calls of one dependency that are refused or not resolved", "another spelling of the same address; an address that is rarely needed"),
    "ambient-mode": Note("403 for callers that no longer prove who they are; edges that the mesh stops counting", "a label that says what is so anyway; pods that no policy asks", "the Namespace, or the workload"),
    "anti-affinity": Note("Pending pods and FailedScheduling", "a wish instead of a demand; a label that nobody near has; old pods that keep serving"),
    "api-surge": Note("slow answers of the Kubernetes API", "pauses between requests; fewer loops"),
    "authorization-policy": Note("403 or PERMISSION_DENIED at one service", "methods that nobody uses; a service that is not asked", _POLICY),
    "autoscaler": Note("many pods that idle, KubeHpaMaxedOut", "a target that fits what is used; bounds that leave room", "the HorizontalPodAutoscaler"),
    "batch-jobs": Note("pods of a Job beside slower databases", "fewer pods; another hour; a job that is stopped", "the CronJob or the Job"),
    "cache-lifetime": Note("more calls and slower answers behind a cache", "a life that still keeps most answers"),
    "cache-memory": Note("OOM errors of a cache, or keys that are forgotten", "room for what is kept; eviction instead of refusal"),
    "call-retries": Note("more calls than users make, most of all once something fails", "few retries; a dependency that answers"),
    "call-time-limit": Note("DEADLINE_EXCEEDED, while the dependency itself is well", "a limit above what answers take"),
    "clock-skew": Note("refusals of what has expired: tokens, cards, certificates", "a skew within what is tolerated; a program that looks at no time", _SCHEDULE),
    "cluster-dns-configuration": Note("names that do not resolve, after CoreDNS was restarted", "another cache, a log, another time to live", "the ConfigMap coredns"),
    "cluster-dns-scaled": Note("time-outs of lookups", "one server fewer that was not needed, or more", "the Deployment coredns"),
    "command-missing": Note("RunContainerError and CrashLoopBackOff", "a command that does the same; old pods that keep serving"),
    "config-map-edit": Note("programs that fail at their start or behave differently, after a restart", "a comment, a copy of a key, a number that is still enough; readers that were not restarted", "the ConfigMap"),
    "connection-squatter": Note("`too many clients`, at a server whose own clients have not changed", "fewer connections than are left"),
    "container-kill": Note("restarts without a rollout", "one pod of several; once instead of each minute", _SCHEDULE),
    "cordoned-nodes": Note("SchedulingDisabled nodes and a Pending pod", "another node with room; a rollout that keeps the old pod", _NODE),
    "cpu-limit": Note("throttling and slow answers of one service", "a limit above its peaks"),
    "cpu-stress": Note("throttling without more requests", "load that leaves enough; an idle workload", _SCHEDULE),
    "disk-neighbour": Note("DiskPressure and evictions on one node", "a file that fits; a volume of its own, for which it is evicted itself"),
    "disruption-budget": Note("evictions: all pods at once, or never allowed", "a budget that leaves enough; a pod that starts quickly elsewhere", "the PodDisruptionBudget; the drained nodes are aliases"),
    "dns-chaos": Note("lookups that fail in one workload", "names that it does not ask for, or knows already", _SCHEDULE),
    "dns-policy": Note("lookups that fail after a rollout", "a resolver that knows the cluster's names"),
    "drained-nodes": Note("evictions, and pods that start elsewhere or stay Pending", "room elsewhere, and a quick start", _NODE),
    "dropped-index": Note("a database that works, with one slow statement", "a statement that nobody uses, or that needs no index"),
    "environment-reference": Note("CreateContainerConfigError", "a key that is there, or may be missing; old pods that keep serving"),
    "feature-flag": Note("failures or slowness that began without a rollout of the service that fails", "a group that nobody is in; a disabled flag; a copy of the file that nobody read again; a flag that does little", "the ConfigMap of flags; pods of the load generator are an alias where the flag is theirs"),
    "full-disk": Note("`No space left on device`", "space that lasts"),
    "heap-size": Note("full collections or OutOfMemory, after a rollout", "a heap that still holds what is used"),
    "http-abort": Note("connections that end early", "another path or port", _SCHEDULE),
    "http-delay": Note("slow answers of one service, without work in it", "another path or port; a delay within the objective", _SCHEDULE),
    "http-tamper": Note("answers with another status, or bodies that cannot be read", "another path or port; the status that they have anyway", _SCHEDULE),
    "image-architecture": Note("`exec format error`, or no match for the platform", "old pods that keep serving"),
    "image-missing": Note("ErrImagePull and ImagePullBackOff: not found", "old pods that keep serving"),
    "image-pull-secret": Note("ImagePullBackOff: 401 or 403", "the right password; old pods that keep serving", "the workload; its pods and the Secret are aliases"),
    "init-container-crashing": Note("Init:CrashLoopBackOff", "a script that ends well; old pods that keep serving", "the workload; its pods and the ConfigMap of the script are aliases"),
    "init-container-hanging": Note("Init:0/1 without end", "a wait for something that is there, or of some seconds", "the workload; its pods and the ConfigMap of the script are aliases"),
    "io-chaos": Note("slow or failing writes", "a delay that nobody waits for", _SCHEDULE),
    "jvm-exception": Note("exceptions of one Java program", "a method that no request goes through", _SCHEDULE),
    "jvm-stress": Note("garbage collections, throttling, or OOMKilled", "a limit that leaves room", _SCHEDULE),
    "killed-process": Note("a restart without a reason of its own", "a quick start; another pod that serves"),
    "limit-range": Note("FailedCreate: more than the LimitRange allows", "a size above those of new pods", "the LimitRange"),
    "limits-removed": Note("a node short of memory, later", "a program that takes no more than before"),
    "liveness-probe": Note("restarts: container failed liveness probe", "a patience longer than a start"),
    "locked-table": Note("statements that wait, and callers that time out", "a table that nobody uses; a lock of a second"),
    "memory-hog": Note("OOMKilled without more requests", "memory that fits"),
    "memory-limit": Note("OOMKilled and CrashLoopBackOff after a rollout", "a limit above what is used"),
    "memory-neighbour": Note("MemoryPressure and evictions on one node", "memory that fits; few requests, for which it is evicted itself"),
    "memory-stress": Note("OOMKilled", "memory that fits", _SCHEDULE),
    "mutual-tls": Note("connections that are reset between two services", "callers that are in the mesh", "the PeerAuthentication; a caller that left the mesh is an alias"),
    "network-corruption": Note("slow calls between two services, and resets", "few packets; services that do not talk", _SCHEDULE),
    "network-delay": Note("slow calls between two services", "a delay within the objective; services that do not talk", _SCHEDULE),
    "network-loss": Note("slow calls between two services, some that time out", "few packets; services that do not talk", _SCHEDULE),
    "network-partition": Note("calls between two services that time out", "services that do not talk; the direction in which nothing is asked", _SCHEDULE),
    "network-policy-egress": Note("time-outs of all that a workload asks", "a policy that allows what is used", _POLICY),
    "network-policy-ingress": Note("time-outs of all who ask a workload", "a policy that allows those who ask", _POLICY),
    "node-selector": Note("Pending pods and FailedScheduling", "a label that nodes have; old pods that keep serving"),
    "node-maintenance": Note("evictions from one node, which takes pods again later", "always, unless something forbids, breaks or delays new pods", _TRIGGER),
    "noisy-neighbour": Note("a busy node, and slow answers of what is on it", "a limit; another node; fewer loops"),
    "partial-rollback": Note("a program that ends at once: a variable is not set", "both or neither taken back"),
    "persistent-volume-claim": Note("Pending pods: claim not found", "a claim that is there; old pods that keep serving"),
    "pod-failure": Note("pods that are there and do nothing", "one pod of several; seconds", _SCHEDULE),
    "pod-kill": Note("pods that come and go", "one pod of several; a quick start", _SCHEDULE),
    "pods-deleted": Note("new pods of one workload", "always, unless something forbids, breaks or delays new pods", _TRIGGER),
    "pool-size": Note("calls that wait for a connection, while the server is idle", "as many connections as are used at once"),
    "priority-preemption": Note("Preempted pods that stay Pending", "a lower priority; room enough", "the workload; its pods and the PriorityClass are aliases"),
    "processor-hog": Note("throttling of one container without more requests", "less than its limit leaves"),
    "readiness-probe": Note("Running pods that are not Ready, and no endpoints", "another spelling of the right port; old pods that keep serving"),
    "report-query": Note("a busy database, all of whose statements are slow", "a report that is over soon"),
    "requests-too-large": Note("Pending pods: insufficient memory", "room enough; old pods that keep serving"),
    "resource-quota": Note("FailedCreate: exceeded quota", "room for new pods; no new pods", "the ResourceQuota; the Namespace is an alias"),
    "route": Note("404 or 503 at the entrance", "an annotation, a time limit, a weight", "the HTTPRoute or Ingress"),
    "routine-restart": Note("new pods of one workload", "always, unless something forbids, breaks or delays new pods", _TRIGGER),
    "routine-rollout": Note("new pods of one workload, with another image", "always, unless something forbids, breaks or delays new pods", _TRIGGER),
    "scaled-by-one": Note("one more pod of a workload", "always, unless the pod takes what others need", _TRIGGER),
    "scaled-workload": Note("no pods and no endpoints, or no requests at all", "more replicas; a workload that nobody asks"),
    "secret-value": Note("refused passwords, or CreateContainerConfigError, once readers restart", "the same value again; readers that were not restarted", "the Secret"),
    "server-certificate": Note("certificate has expired", "a certificate that is good for months", "the Secret; the workload and its pods are aliases"),
    "server-connections": Note("`too many clients` after a restart of the server", "as many as its clients open", "the ConfigMap"),
    "server-password": Note("NOAUTH or WRONGPASS without a rollout", "the password that clients have", "the workload; its pods are an alias"),
    "service-deleted": Note("names that do not resolve", "a Service that nobody asks", "the Service"),
    "service-selector": Note("Endpoints without addresses", "a label that the pods have", "the Service"),
    "service-target-port": Note("connection refused by pods that are well", "another spelling of the same port; a port that nobody asks", "the Service"),
    "tainted-nodes": Note("pods that leave nodes, or stay Pending", "a taint that only discourages; room elsewhere", _NODE),
    "traffic-campaign": Note("more requests everywhere, and what gives way first", "a few users more"),
    "user-count": Note("more or fewer requests everywhere", "a few users more or fewer"),
    "version-failing": Note("errors of one service since its rollout", "a good version; failures as rare as before"),
    "version-leaking-connections": Note("a pool that runs empty some time after a rollout", "a leak that takes hours; a good version"),
    "version-leaking-memory": Note("memory that grows since a rollout, then OOMKilled", "a leak that takes hours; a good version"),
    "version-not-starting": Note("CrashLoopBackOff, or a long time until Ready", "a somewhat longer start; old pods that keep serving"),
    "version-retrying": Note("more calls than users make, once something fails", "a dependency that answers; a good version"),
    "version-slow": Note("slow answers of one service since its rollout", "a little slower; a good version"),
    "version-with-other-keys": Note("a program that ends at once: a variable is not set", "a version that reads the same variables; old pods that keep serving"),
    "worker-count": Note("queues and refusals of one service", "as many workers as are busy at once"),
}  # fmt: skip
"""Name of a mechanism -> note."""
