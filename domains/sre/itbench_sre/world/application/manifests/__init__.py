"""Kubernetes objects as an API server keeps what a release tool sent: with its defaults filled in."""

from itbench_sre.world.application.manifests.network import (
    ingress,
    network_policy,
    port,
    service,
)
from itbench_sre.world.application.manifests.objects import (
    config_map,
    namespace,
    persistent_volume_claim,
    role_binding,
    secret,
    service_account,
    thing,
)
from itbench_sre.world.application.manifests.pods import (
    container,
    env,
    env_from,
    exec_probe,
    grpc_probe,
    http_probe,
    pod_spec,
    resources,
    tcp_probe,
)
from itbench_sre.world.application.manifests.policies import (
    autoscaler,
    disruption_budget,
    limit_range,
    priority_class,
    resource_quota,
)
from itbench_sre.world.application.manifests.workloads import (
    cron_job,
    daemon_set,
    deployment,
    job,
    stateful_set,
)

__all__ = [
    "autoscaler",
    "config_map",
    "container",
    "cron_job",
    "daemon_set",
    "deployment",
    "disruption_budget",
    "env",
    "env_from",
    "exec_probe",
    "grpc_probe",
    "http_probe",
    "ingress",
    "job",
    "limit_range",
    "namespace",
    "network_policy",
    "persistent_volume_claim",
    "pod_spec",
    "port",
    "priority_class",
    "resource_quota",
    "resources",
    "role_binding",
    "secret",
    "service",
    "service_account",
    "stateful_set",
    "tcp_probe",
    "thing",
]
