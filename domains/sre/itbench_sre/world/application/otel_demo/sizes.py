"""Requests and limits of the demo's containers, as ITBench's clusters set them (the samples where they show some)."""

from collections.abc import Mapping

SIZES: Mapping[str, tuple[str, str, str, str]] = {
    "accounting": ("15m", "80Mi", "60m", "160Mi"),
    "ad": ("20m", "225Mi", "150m", "450Mi"),
    "cart": ("15m", "55Mi", "45m", "165Mi"),
    "checkout": ("20m", "17Mi", "50m", "40Mi"),
    "currency": ("10m", "4Mi", "20m", "10Mi"),
    "email": ("10m", "50Mi", "40m", "100Mi"),
    "flagd": ("100m", "120Mi", "250m", "512Mi"),
    "flagd-ui": ("", "", "", "250Mi"),
    "fraud-detection": ("15m", "200Mi", "100m", "400Mi"),
    "frontend": ("50m", "100Mi", "150m", "200Mi"),
    "frontend-proxy": ("15m", "25Mi", "40m", "65Mi"),
    "image-provider": ("2m", "8Mi", "15m", "20Mi"),
    "kafka": ("50m", "400Mi", "400m", "750Mi"),
    "load-generator": ("100m", "100Mi", "500m", "750Mi"),
    "otel-collector": ("75m", "150Mi", "200m", "300Mi"),
    "payment": ("15m", "80Mi", "40m", "160Mi"),
    "postgresql": ("10m", "50Mi", "50m", "100Mi"),
    "product-catalog": ("15m", "15Mi", "50m", "30Mi"),
    "quote": ("5m", "20Mi", "20m", "40Mi"),
    "recommendation": ("25m", "40Mi", "70m", "96Mi"),
    "shipping": ("5m", "5Mi", "15m", "15Mi"),
    "valkey-cart": ("5m", "4Mi", "15m", "20Mi"),
}
"""Container -> CPU and memory requests, CPU and memory limits."""

USERS: Mapping[str, int] = {
    "accounting": 1654,
    "frontend": 1001,
    "frontend-proxy": 101,
    "image-provider": 101,
    "kafka": 1000,
    "payment": 1000,
    "quote": 33,
    "valkey-cart": 999,
}
"""Component -> user id that its container runs as."""
