"""What people of the platform run beside: nightly jobs, a release waiting, an ingress, limits of their namespaces."""

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.manifests.workloads import template
from itbench_sre.world.application.model import Image, Operation, Program, Protocol, Work
from itbench_sre.world.store.refs import JsonObject

_SPACE = "platform-tools"
_IMAGE = "registry.internal/platform/maintenance:1.9.2"
_PROGRAM = Program(
    name="maintenance",
    language="python",
    role="job",
    operations={"run": Operation(name="run", protocol=Protocol.HTTP, steps=(Work(900_000, 20_000_000),))},
    memory=48_000_000,
    startup_us=1_200_000,
    startup_cpu_us=400_000,
)
# Name, when, what it is called with.
_NIGHTLY = (
    ("telemetry-retention", "17 3 * * *", ("--task", "retention")),
    ("certificate-report", "5 * * * *", ("--task", "certificates")),
    ("image-scan", "*/30 * * * *", ("--task", "scan")),
    ("backup-clickhouse", "40 1 * * *", ("--task", "backup")),
)


def recorders() -> tuple[list[JsonObject], list[Image]]:
    """Return the objects and their images."""
    labels = {"app.kubernetes.io/managed-by": "argocd", "app.kubernetes.io/part-of": "platform-tools"}
    made = [
        k8s.namespace(_SPACE, {"team": "platform"}),
        k8s.service_account("maintenance", _SPACE, labels),
        k8s.limit_range(
            "defaults",
            _SPACE,
            {"cpu": "500m", "memory": "256Mi"},
            {"cpu": "50m", "memory": "64Mi"},
            labels=labels,
        ),
        k8s.resource_quota(
            "platform-tools", _SPACE, {"limits.memory": "8Gi", "pods": "20", "requests.cpu": "2"}, labels
        ),
        k8s.network_policy("default-deny", _SPACE, {}, [], [], labels=labels),
        k8s.ingress("jaeger", "jaeger", "traces.internal.example", "jaeger-collector", 16686, labels=labels),
        k8s.ingress(
            "prometheus",
            "prometheus",
            "metrics.internal.example",
            "prometheus-kube-prometheus-prometheus",
            9090,
            labels=labels,
        ),
    ]
    for name, schedule, arguments in _NIGHTLY:
        of_pods = {"app.kubernetes.io/name": name}
        pod = k8s.pod_spec(
            [
                k8s.container(
                    name,
                    _IMAGE,
                    arguments=arguments,
                    resource=k8s.resources("50m", "64Mi", "500m", "256Mi"),
                )
            ],
            restart="OnFailure",
            account="maintenance",
        )
        made.append(
            k8s.cron_job(name, _SPACE, template(of_pods, pod), schedule, labels={**labels, **of_pods})
        )
    return made, [Image(reference=_IMAGE, program=_PROGRAM)]
