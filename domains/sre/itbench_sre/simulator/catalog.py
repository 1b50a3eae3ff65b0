"""The shop: its services and how big they are. Facts of OpenTelemetry demo 2.1.3, sizes of our own cluster."""

from __future__ import annotations

from dataclasses import dataclass

NAMESPACE = "otel-demo"
VERSION = "2.1.3"
CHART = "opentelemetry-demo-0.38.6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """One workload of the shop; memory in MiB, CPU in thousandths of a core."""

    name: str
    language: str
    port: int
    replicas: int = 1
    slots: int = 8
    queue: int = 40
    startup_s: int = 3
    cpu_request: int = 100
    cpu_limit: int = 500
    memory_request: int = 96
    memory_limit: int = 192
    memory_base: int = 60
    is_recreated: bool = False
    image: str = ""
    has_metrics: bool = True
    max_replicas: int = 0

    @property
    def image_name(self) -> str:
        """The image reference of the chart."""
        return self.image or f"ghcr.io/open-telemetry/demo:{VERSION}-{self.name}"


SERVICES: tuple[Service, ...] = (
    Service(name="accounting", language="dotnet", port=8080, slots=1, memory_request=120, memory_limit=256, memory_base=110),
    Service(name="ad", language="java", port=8080, replicas=2, startup_s=6, memory_request=300, memory_limit=400, memory_base=250),
    Service(name="cart", language="dotnet", port=8080, slots=12, memory_request=160, memory_limit=256, memory_base=90, is_recreated=True),
    Service(name="checkout", language="go", port=8080, slots=20, memory_request=40, memory_limit=96, memory_base=24),
    Service(name="currency", language="cpp", port=8080, memory_request=40, memory_limit=64, memory_base=14, is_recreated=True),
    Service(name="email", language="ruby", port=8080, memory_request=100, memory_limit=160, memory_base=70, is_recreated=True),
    Service(name="flagd", language="go", port=8013, memory_request=75, memory_limit=150, memory_base=48, image="ghcr.io/open-feature/flagd:v0.12.8", has_metrics=False),
    Service(name="fraud-detection", language="java", port=8080, slots=1, startup_s=6, memory_request=300, memory_limit=420, memory_base=280),
    Service(name="frontend", language="nodejs", port=8080, slots=32, queue=80, memory_request=200, memory_limit=384, memory_base=110, cpu_request=200),
    Service(name="frontend-proxy", language="envoy", port=8080, slots=64, queue=200, memory_request=65, memory_limit=128, memory_base=38, has_metrics=True),
    Service(name="image-provider", language="nginx", port=8081, replicas=2, slots=16, memory_request=50, memory_limit=96, memory_base=18, startup_s=1),
    Service(name="kafka", language="java", port=9092, slots=16, startup_s=10, memory_request=600, memory_limit=800, memory_base=480, is_recreated=True, has_metrics=False),
    Service(name="load-generator", language="python", port=8089, slots=512, memory_request=256, memory_limit=1500, memory_base=180, has_metrics=False),
    Service(name="otel-collector", language="go", port=4317, memory_request=200, memory_limit=400, memory_base=150, image="ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib:0.135.0", has_metrics=False),
    Service(name="payment", language="nodejs", port=8080, replicas=1, memory_request=120, memory_limit=192, memory_base=85, is_recreated=True),
    Service(name="postgresql", language="postgres", port=5432, slots=24, startup_s=3, memory_request=200, memory_limit=400, memory_base=120, is_recreated=True, image="docker.io/library/postgres:17.6", has_metrics=False),
    Service(name="product-catalog", language="go", port=8080, slots=24, memory_request=40, memory_limit=96, memory_base=20, is_recreated=True),
    Service(name="quote", language="php", port=8080, memory_request=60, memory_limit=96, memory_base=32, is_recreated=True),
    Service(name="recommendation", language="python", port=8080, replicas=2, slots=1, queue=12, startup_s=4, cpu_request=400, cpu_limit=1000, memory_request=240, memory_limit=500, memory_base=110, max_replicas=6),
    Service(name="shipping", language="rust", port=8080, memory_request=40, memory_limit=64, memory_base=12, is_recreated=True),
    Service(name="valkey-cart", language="valkey", port=6379, slots=4, startup_s=1, memory_request=40, memory_limit=96, memory_base=16, is_recreated=True, image="docker.io/valkey/valkey:8.1.3-alpine", has_metrics=False),
)  # fmt: skip

BY_NAME: dict[str, Service] = {service.name: service for service in SERVICES}

_NUMBERS: dict[str, int] = {service.name: number for number, service in enumerate(SERVICES)}


def service_address(name: str) -> str:
    """Return the cluster IP of a Service of the shop."""
    number = _NUMBERS[name]
    return f"100.{64 + number % 5}.{number * 37 % 250}.{number * 91 % 250 + 3}"


ADDRESSES: dict[str, dict[str, str]] = {
    "accounting": {
        "KAFKA_ADDR": "kafka:9092",
        "DB_CONNECTION_STRING": "Host=postgresql;Port=5432;Database=otel",
    },
    "ad": {"FLAGD_HOST": "flagd", "FLAGD_PORT": "8013"},
    "cart": {"VALKEY_ADDR": "valkey-cart:6379", "FLAGD_HOST": "flagd", "FLAGD_PORT": "8013"},
    "checkout": {
        "CART_ADDR": "cart:8080",
        "CURRENCY_ADDR": "currency:8080",
        "EMAIL_ADDR": "http://email:8080",
        "PAYMENT_ADDR": "payment:8080",
        "PRODUCT_CATALOG_ADDR": "product-catalog:8080",
        "SHIPPING_ADDR": "http://shipping:8080",
        "KAFKA_ADDR": "kafka:9092",
    },
    "fraud-detection": {"KAFKA_ADDR": "kafka:9092", "FLAGD_HOST": "flagd", "FLAGD_PORT": "8013"},
    "frontend": {
        "AD_ADDR": "ad:8080",
        "CART_ADDR": "cart:8080",
        "CHECKOUT_ADDR": "checkout:8080",
        "CURRENCY_ADDR": "currency:8080",
        "PRODUCT_CATALOG_ADDR": "product-catalog:8080",
        "RECOMMENDATION_ADDR": "recommendation:8080",
        "SHIPPING_ADDR": "http://shipping:8080",
    },
    "frontend-proxy": {
        "FRONTEND_HOST": "frontend",
        "FRONTEND_PORT": "8080",
        "IMAGE_PROVIDER_HOST": "image-provider",
    },
    "load-generator": {"LOCUST_HOST": "http://frontend-proxy:8080", "LOCUST_AUTOSTART": "true"},
    "product-catalog": {
        "DB_CONNECTION_STRING": "postgres://otelu@postgresql:5432/otel?sslmode=disable",
        "FLAGD_HOST": "flagd",
    },
    "recommendation": {
        "PRODUCT_CATALOG_ADDR": "product-catalog:8080",
        "FLAGD_HOST": "flagd",
        "FLAGD_PORT": "8013",
    },
    "shipping": {"QUOTE_ADDR": "http://quote:8080"},
}

CONFIGURATIONS: dict[str, dict[str, str]] = {
    "accounting-config": {"DB_POOL_MAX_SIZE": "4", "DB_POOL_TIMEOUT": "3s"},
    "cart-config": {"VALKEY_POOL_SIZE": "10", "VALKEY_POOL_TIMEOUT": "2s"},
    "checkout-config": {"LOG_LEVEL": "info", "GRPC_KEEPALIVE_TIME": "30s", "OTEL_BSP_SCHEDULE_DELAY": "5000"},
    "frontend-config": {
        "LOG_LEVEL": "info",
        "NODE_OPTIONS": "--max-old-space-size=256",
        "SESSION_TTL": "3600",
    },
    "payment-config": {"LOG_LEVEL": "info", "CARD_CACHE_SIZE": "500", "OTEL_BSP_SCHEDULE_DELAY": "5000"},
    "recommendation-config": {"LOG_LEVEL": "info", "CACHE_SIZE": "200", "MAX_WORKERS": "10"},
    "shipping-config": {"LOG_LEVEL": "info", "HTTP_KEEPALIVE": "75", "MAX_CONNECTIONS_PER_HOST": "64"},
    "product-catalog-config": {
        "DB_POOL_MAX_SIZE": "16",
        "DB_POOL_TIMEOUT": "2s",
        "DB_CONN_MAX_LIFETIME": "90s",
    },
    "postgresql-config": {
        "listen_addresses": "*",
        "max_connections": "100",
        "shared_buffers": "64MB",
        "superuser_reserved_connections": "3",
    },
    "valkey-cart-config": {"maxclients": "10000", "save": "", "appendonly": "no"},
}
"""Plain settings of the shop's ConfigMaps; what a container read when it started decides how it behaves."""

POOLS: dict[tuple[str, str], tuple[str, str]] = {
    ("accounting", "postgresql"): ("accounting-config", "DB_POOL_MAX_SIZE"),
    ("cart", "valkey-cart"): ("cart-config", "VALKEY_POOL_SIZE"),
    ("product-catalog", "postgresql"): ("product-catalog-config", "DB_POOL_MAX_SIZE"),
}
"""(consumer, server) -> where the size of its connection pool is set."""

SERVER_LIMITS: dict[str, tuple[str, str]] = {
    "postgresql": ("postgresql-config", "max_connections"),
    "valkey-cart": ("valkey-cart-config", "maxclients"),
}

READS: dict[str, str] = {
    "accounting": "accounting-config",
    "cart": "cart-config",
    "checkout": "checkout-config",
    "frontend": "frontend-config",
    "payment": "payment-config",
    "product-catalog": "product-catalog-config",
    "recommendation": "recommendation-config",
    "shipping": "shipping-config",
    "postgresql": "postgresql-config",
    "valkey-cart": "valkey-cart-config",
    "flagd": "flagd-config",
}
"""Service -> the ConfigMap its containers read."""
