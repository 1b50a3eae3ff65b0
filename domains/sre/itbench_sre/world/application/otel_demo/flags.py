"""The demo's feature flags, all off, and what each does in the programs that ask for it."""

from collections.abc import Mapping
from typing import Any

from itbench_sre.world.application.flags import flag_file

_SWITCH: Mapping[str, Any] = {"on": True, "off": False}
_FLAGS: Mapping[str, tuple[str, Mapping[str, Any], str]] = {
    "adFailure": ("Fail ad service", _SWITCH, "off"),
    "adHighCpu": ("Triggers high cpu load in the ad service", _SWITCH, "off"),
    "adManualGc": ("Triggers full manual garbage collections in the ad service", _SWITCH, "off"),
    "cartFailure": ("Fail cart service", _SWITCH, "off"),
    "emailMemoryLeak": (
        "Memory leak in the email service.",
        {"10000x": 10000, "1000x": 1000, "100x": 100, "10x": 10, "1x": 1, "off": 0},
        "off",
    ),
    "imageSlowLoad": (
        "slow loading images in the frontend",
        {"10sec": 10000, "5sec": 5000, "off": 0},
        "off",
    ),
    "kafkaQueueProblems": (
        "Overloads Kafka queue while simultaneously introducing a consumer side delay leading to a lag spike",
        {"off": 0, "on": 100},
        "off",
    ),
    "loadGeneratorFloodHomepage": (
        "Flood the frontend with a large amount of requests.",
        {"off": 0, "on": 100},
        "off",
    ),
    "paymentFailure": (
        "Fail payment service charge requests n%",
        {"10%": 0.1, "100%": 1, "25%": 0.25, "50%": 0.5, "75%": 0.75, "90%": 0.95, "off": 0},
        "off",
    ),
    "paymentUnreachable": ("Payment service is unavailable", _SWITCH, "off"),
    "productCatalogFailure": ("Fail product catalog service on a specific product", _SWITCH, "off"),
    "recommendationCacheFailure": ("Fail recommendation service cache", _SWITCH, "off"),
}

FLAG_FILE = flag_file(_FLAGS)
"""Text of `demo.flagd.json`."""

ACTS: Mapping[str, Mapping[str, Mapping[str, int]]] = {
    "ad": {
        "adFailure": {"failure_per_million|oteldemo.AdService/GetAds": 100_000},
        "adHighCpu": {"background_cpu_m": 4000, "cpu_per_cent": 1_400},
        "adManualGc": {"stop_us|oteldemo.AdService/GetAds": 400_000, "cpu_per_cent": 400},
    },
    "cart": {
        "cartFailure": {
            "failure_per_million|POST /oteldemo.CartService/EmptyCart": 1_000_000,
            "wait_us|POST /oteldemo.CartService/EmptyCart": 1_500_000,
        },
    },
    "checkout": {
        "kafkaQueueProblems": {"extra_calls|kafka": 1},
        "paymentUnreachable": {"unreachable|payment": 1},
    },
    "email": {"emailMemoryLeak": {"leaked_bytes_per_request": 2_600}},
    "fraud-detection": {"kafkaQueueProblems": {"wait_us|orders process": 10_000}},
    "frontend-proxy": {"imageSlowLoad": {"wait_us|GET /images/products/{picture}": 1_000}},
    "load-generator": {"loadGeneratorFloodHomepage": {"extra_calls|user_flood_home": 1}},
    "payment": {"paymentFailure": {"failure_per_million|grpc.oteldemo.PaymentService/Charge": 1_000_000}},
    "product-catalog": {
        "productCatalogFailure": {
            "failure_per_million|oteldemo.ProductCatalogService/GetProduct|product=OLJCESPC7Z": 1_000_000
        },
    },
    "recommendation": {
        "recommendationCacheFailure": {"leaked_bytes_per_request": 1_000_000, "cpu_per_cent": 1_500},
    },
}
"""Program -> flag -> effects of its value."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "ad": {"adFailure": "UNAVAILABLE: UNAVAILABLE"},
    "cart": {
        "cartFailure": "FAILED_PRECONDITION: Can't access cart storage. System.ApplicationException: "
        "Wasn't able to connect to redis\n   at cart.cartstore.ValkeyCartStore.EnsureRedisConnected()"
    },
    "checkout": {
        "paymentUnreachable": "UNAVAILABLE: name resolver error: produced zero addresses (badAddress:50051)"
    },
    "payment": {
        "token": "INVALID_ARGUMENT: The credit card (ending 6278) expired on 1/2030.",
        "paymentFailure": "UNKNOWN: Payment request failed. Invalid token. app.loyalty.level=gold",
    },
    "product-catalog": {
        "productCatalogFailure": "INTERNAL: Error: Product Catalog Fail Feature Flag Enabled"
    },
}
"""Program -> flag -> code and message of the failures that it causes."""
