"""The standing workloads, row by row: system, network, monitoring, storage of telemetry, experiments, mesh."""

from itbench_sre.world.application.platform.configurations import (
    CLICKHOUSE,
    COREFILE,
    EVENTS_COLLECTOR,
    ISTIO_MESH,
    KUBE_PROXY,
    OBJECTS_COLLECTOR,
    PROMETHEUS,
)
from itbench_sre.world.application.platform.parts import Standing

_PROMETHEUS = ("prometheus", "kube-prometheus-stack-77.14.0", "77.14.0")
_CHAOS = ("chaos-mesh", "chaos-mesh-2.8.0", "2.8.0")

ROWS: tuple[Standing, ...] = (
    Standing(
        name="coredns", namespace="kube-system", image="registry.k8s.io/coredns/coredns:v1.11.4", replicas=2,
        ports={"dns/udp": 53, "dns-tcp": 53, "metrics": 9153, "health": 8080, "ready": 8181},
        service={"dns/udp": 53, "dns-tcp": 53, "metrics": 9153}, service_name="kube-dns", memory_mib=22, cpu_m=3,
        sizes=("100m", "70Mi", "", "170Mi"), config={"coredns": ("/etc/coredns", {"Corefile": COREFILE})},
        critical="system-cluster-critical", probe=("/health", 8080), arguments=("-conf", "/etc/coredns/Corefile"),
    ),
    Standing(
        name="coredns-autoscaler", namespace="kube-system", memory_mib=12, cpu_m=1, sizes=("20m", "10Mi", "", ""),
        image="registry.k8s.io/cpa/cluster-proportional-autoscaler:v1.9.0", critical="system-cluster-critical",
    ),
    Standing(
        name="kube-proxy", namespace="kube-system", kind="DaemonSet", image="registry.k8s.io/kube-proxy:v1.32.9",
        memory_mib=24, cpu_m=1, sizes=("100m", "", "", ""), critical="system-node-critical", host_network=True,
        config={"kube-proxy": ("/var/lib/kube-proxy", {"config.conf": KUBE_PROXY})},
    ),
    Standing(
        name="cilium", namespace="kube-system", kind="DaemonSet", image="quay.io/cilium/cilium:v1.16.6",
        memory_mib=120, cpu_m=12, sizes=("25m", "128Mi", "", ""), critical="system-node-critical", host_network=True,
    ),
    Standing(
        name="cilium-operator", namespace="kube-system", image="quay.io/cilium/operator-generic:v1.16.6",
        memory_mib=40, cpu_m=2, sizes=("25m", "64Mi", "", ""), critical="system-cluster-critical",
        is_on_control_plane=True, host_network=True,
    ),
    Standing(
        name="ebs-csi-node", namespace="kube-system", kind="DaemonSet", memory_mib=30, cpu_m=1,
        image="registry.k8s.io/provider-aws/aws-ebs-csi-driver:v1.38.1", sizes=("10m", "40Mi", "", "256Mi"),
        critical="system-node-critical",
    ),
    Standing(
        name="ebs-csi-controller", namespace="kube-system", memory_mib=60, cpu_m=2, language="go",
        image="registry.k8s.io/provider-aws/aws-ebs-csi-controller:v1.38.1", sizes=("10m", "40Mi", "", "256Mi"),
        critical="system-cluster-critical", is_on_control_plane=True,
    ),
    Standing(
        name="kops-controller", namespace="kube-system", kind="DaemonSet", memory_mib=30, cpu_m=1,
        image="registry.k8s.io/kops/kops-controller:1.32.1", sizes=("50m", "50Mi", "", ""), tier=4,
        critical="system-cluster-critical", is_on_control_plane=True, host_network=True,
    ),
    Standing(
        name="aws-cloud-controller-manager", namespace="kube-system", kind="DaemonSet", memory_mib=34, cpu_m=2,
        image="registry.k8s.io/provider-aws/cloud-controller-manager:v1.32.1", sizes=("200m", "", "", ""),
        critical="system-node-critical", is_on_control_plane=True, host_network=True,
    ),
    Standing(
        name="metrics-server", namespace="metrics-server", image="registry.k8s.io/metrics-server/metrics-server:v0.8.0",
        ports={"https": 10250}, service={"https": 443}, memory_mib=44, cpu_m=5, sizes=("100m", "200Mi", "", ""),
        critical="system-cluster-critical", release=("metrics-server", "metrics-server-3.13.0", "0.8.0"),
    ),
    Standing(
        name="ingress-nginx-controller", namespace="ingress-nginx", language="nginx", memory_mib=88, cpu_m=4,
        image="registry.k8s.io/ingress-nginx/controller:v1.13.3", ports={"http": 80, "https": 443, "webhook": 8443},
        service={"http": 80, "https": 443}, sizes=("100m", "90Mi", "", ""), release=("ingress-nginx", "ingress-nginx-4.13.3", "1.13.3"),
    ),
    Standing(
        name="prometheus-prometheus-kube-prometheus-prometheus", namespace="prometheus", kind="StatefulSet",
        image="quay.io/prometheus/prometheus:v3.6.0", ports={"http-web": 9090}, service={"http-web": 9090},
        service_name="prometheus-kube-prometheus-prometheus", memory_mib=640, cpu_m=60, volume="20Gi",
        sizes=("200m", "800Mi", "", "2Gi"), config={"prometheus-configuration": ("/etc/prometheus/config", {
            "prometheus.yaml": PROMETHEUS})}, probe=("/-/ready", 9090), release=_PROMETHEUS,
    ),
    Standing(
        name="prometheus-kube-prometheus-operator", namespace="prometheus", memory_mib=44, cpu_m=3,
        image="quay.io/prometheus-operator/prometheus-operator:v0.85.0", ports={"https": 10250},
        service={"https": 443}, release=_PROMETHEUS,
    ),
    Standing(
        name="prometheus-kube-state-metrics", namespace="prometheus", memory_mib=38, cpu_m=4,
        image="registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0", ports={"http": 8080},
        service={"http": 8080}, release=_PROMETHEUS,
    ),
    Standing(
        name="prometheus-prometheus-node-exporter", namespace="prometheus", kind="DaemonSet", memory_mib=20, cpu_m=2,
        image="quay.io/prometheus/node-exporter:v1.9.1", ports={"http-metrics": 9100}, service={"http-metrics": 9100},
        host_network=True, release=_PROMETHEUS,
    ),
    Standing(
        name="opentelemetry-operator", namespace="opentelemetry-operator", memory_mib=52, cpu_m=2,
        image="ghcr.io/open-telemetry/opentelemetry-operator/opentelemetry-operator:0.136.0",
        ports={"webhook-server": 9443, "metrics": 8443}, service={"https": 8443}, sizes=("100m", "64Mi", "", ""),
        release=("opentelemetry-operator", "opentelemetry-operator-0.97.1", "0.136.0"),
    ),
    Standing(
        name="kubernetes-objects-snapshot-collector", namespace="opentelemetry-collectors", kind="StatefulSet",
        image="ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.136.0",
        ports={"metrics": 8888}, service={"monitoring": 8888}, service_name="kubernetes-objects-snapshot-monitoring",
        memory_mib=70, cpu_m=6,
        config={"kubernetes-objects-snapshot-collector-f955bc5f": ("/conf", {"collector.yaml": OBJECTS_COLLECTOR})},
        release=("opentelemetry-collectors", "", ""),
    ),
    Standing(
        name="kubernetes-events-collector", namespace="opentelemetry-collectors", kind="StatefulSet", memory_mib=60,
        image="ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.136.0",
        ports={"metrics": 8888}, service={"monitoring": 8888}, service_name="kubernetes-events-monitoring", cpu_m=5,
        config={"kubernetes-events-collector-5bd98846": ("/conf", {"collector.yaml": EVENTS_COLLECTOR})},
        release=("opentelemetry-collectors", "", ""),
    ),
    Standing(
        name="clickhouse", namespace="clickhouse", kind="StatefulSet", language="cpp", memory_mib=900, cpu_m=80,
        image="docker.io/bitnamilegacy/clickhouse:25.7.5", ports={"http": 8123, "tcp": 9000},
        service={"http": 8123, "tcp": 9000}, service_name="clickhouse-clickhouse", volume="50Gi",
        sizes=("250m", "1Gi", "", "4Gi"), config={"clickhouse-configuration": ("/etc/clickhouse", {
            "00_default_overrides.xml": CLICKHOUSE})}, release=("clickhouse", "", ""),
    ),
    Standing(
        name="clickhouse-operator", namespace="clickhouse-operator", memory_mib=46, cpu_m=2,
        image="altinity/clickhouse-operator:0.25.4", ports={"metrics": 8888}, service={"metrics": 8888},
        release=("clickhouse-operator", "altinity-clickhouse-operator-0.25.4", "0.25.4"),
    ),
    Standing(
        name="opensearch-master", namespace="opensearch", kind="StatefulSet", language="java", memory_mib=1100, cpu_m=20,
        image="opensearchproject/opensearch:3.2.0", ports={"http": 9200, "transport": 9300},
        service={"http": 9200, "transport": 9300}, volume="30Gi", sizes=("250m", "1200Mi", "", "2Gi"), tier=2,
        release=("opensearch", "opensearch-3.2.1", "3.2.0"),
    ),
    Standing(
        name="jaeger", namespace="jaeger", memory_mib=210, cpu_m=8, image="jaegertracing/jaeger:2.11.0",
        ports={"query": 16686, "otlp": 4317}, service={"query": 16686, "otlp": 4317}, service_name="jaeger-collector",
        sizes=("100m", "256Mi", "", "1Gi"), release=("jaeger", "jaeger-3.4.1", "2.11.0"),
    ),
    Standing(
        name="chaos-controller-manager", namespace="chaos-mesh", memory_mib=48, cpu_m=3,
        image="ghcr.io/chaos-mesh/chaos-mesh:v2.8.0", ports={"webhook": 10250, "http": 10080}, service={"webhook": 443},
        sizes=("25m", "256Mi", "", ""), release=_CHAOS,
    ),
    Standing(
        name="chaos-daemon", namespace="chaos-mesh", kind="DaemonSet", memory_mib=28, cpu_m=1,
        image="ghcr.io/chaos-mesh/chaos-daemon:v2.8.0", ports={"grpc": 31767, "http": 31766}, host_network=True,
        service={"grpc": 31767}, release=_CHAOS,
    ),
    Standing(
        name="chaos-dns-server", namespace="chaos-mesh", memory_mib=20, cpu_m=1, tier=2,
        image="ghcr.io/chaos-mesh/chaos-coredns:v0.2.8", ports={"dns/udp": 53, "grpc": 9288}, service={"dns/udp": 53},
        sizes=("100m", "70Mi", "", ""), release=_CHAOS,
    ),
    Standing(
        name="istiod", namespace="istio-system", memory_mib=70, cpu_m=4, image="docker.io/istio/pilot:1.27.1",
        ports={"grpc-xds": 15010, "https-dns": 15012, "http-monitoring": 15014, "https-webhooks": 15017},
        service={"grpc-xds": 15010, "https-dns": 15012, "http-monitoring": 15014}, sizes=("100m", "512Mi", "", ""),
        config={"istio": ("/etc/istio/config", {"mesh": ISTIO_MESH})}, release=("istiod", "istiod-1.27.1", "1.27.1"),
    ),
    Standing(
        name="ztunnel", namespace="istio-system", kind="DaemonSet", language="rust", memory_mib=34, cpu_m=5,
        image="docker.io/istio/ztunnel:1.27.1-distroless", ports={"ztunnel-stats": 15020},
        sizes=("50m", "128Mi", "", ""), release=("ztunnel", "ztunnel-1.27.1", "1.27.1"),
        critical="system-node-critical",
    ),
    Standing(
        name="istio-cni-node", namespace="istio-system", kind="DaemonSet", memory_mib=30, cpu_m=1,
        image="docker.io/istio/install-cni:1.27.1-distroless", sizes=("50m", "100Mi", "", ""), release=("istio-cni", "cni-1.27.1", "1.27.1"), critical="system-node-critical", host_network=True,
    ),
    Standing(
        name="opencost", namespace="opencost", memory_mib=60, cpu_m=4, image="ghcr.io/opencost/opencost:1.117.3",
        ports={"http": 9003}, service={"http": 9003}, sizes=("10m", "55Mi", "", "1Gi"), release=("opencost", "opencost-2.2.6", "1.117.3"), tier=2,
    ),
    Standing(
        name="cert-manager", namespace="cert-manager", memory_mib=46, cpu_m=2, tier=2,
        image="quay.io/jetstack/cert-manager-controller:v1.18.2", ports={"http-metrics": 9402},
        service={"http-metrics": 9402}, release=("cert-manager", "cert-manager-v1.18.2", "v1.18.2"),
    ),
)  # fmt: skip
