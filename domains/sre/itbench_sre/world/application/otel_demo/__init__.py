"""The OpenTelemetry demo 2.1.3 (chart 0.38.6), as in the published snapshots."""

from functools import cache

from itbench_sre.world.application.model import Application, Image, Journey, Program
from itbench_sre.world.application.otel_demo import collector, edge, goods, objects, shop, stores
from itbench_sre.world.application.otel_demo.flags import ACTS, WORDS
from itbench_sre.world.application.otel_demo.sizes import SIZES
from itbench_sre.world.application.otel_demo.vocabulary import FIELDS
from itbench_sre.world.application.versions import Line, images_of
from itbench_sre.world.store.quantities import units

__all__ = ["otel_demo"]

PROGRAMS: dict[str, Program] = {
    "accounting": stores.ACCOUNTING,
    "ad": goods.AD,
    "cart": shop.CART,
    "checkout": shop.CHECKOUT,
    "currency": shop.CURRENCY,
    "email": shop.EMAIL,
    "flagd": stores.FLAGD_PROGRAM,
    "flagd-ui": stores.FLAGD_UI,
    "fraud-detection": stores.FRAUD_DETECTION,
    "frontend": edge.FRONTEND,
    "frontend-proxy": edge.FRONTEND_PROXY,
    "image-provider": edge.IMAGE_PROVIDER,
    "kafka": stores.KAFKA,
    "load-generator": edge.LOAD_GENERATOR,
    "otel-collector": stores.COLLECTOR,
    "payment": shop.PAYMENT,
    "postgresql": stores.POSTGRESQL,
    "product-catalog": goods.PRODUCT_CATALOG,
    "quote": shop.QUOTE,
    "recommendation": goods.RECOMMENDATION,
    "shipping": shop.SHIPPING,
    "valkey-cart": stores.VALKEY,
}
"""Container -> its program."""

# Requests a minute at noon, about, of 100 visits; the others are asked rarely or never.
_RATES = {
    "ad": 12, "cart": 50, "checkout": 8, "currency": 20, "email": 8, "flagd": 20, "fraud-detection": 8, "accounting": 8,
    "frontend": 140, "frontend-proxy": 150, "image-provider": 10, "kafka": 8, "load-generator": 100, "payment": 8,
    "postgresql": 8, "product-catalog": 150, "quote": 10, "recommendation": 12, "shipping": 18, "valkey-cart": 50,
}  # fmt: skip
_OLDER = ("2.1.2", "2.1.1", "2.0.2")
_NEWER = ("2.1.4", "2.1.5", "2.1.6", "2.1.7", "2.1.8", "2.2.0", "2.2.1", "2.2.2", "2.2.3", "2.2.4", "2.3.0", "2.3.1",
          "2.3.2", "2.4.0", "2.4.1", "2.4.2", "2.5.0", "2.5.1", "2.5.2", "2.6.0", "2.6.1", "2.6.2", "2.7.0")  # fmt: skip
_FOREIGN = {
    "flagd": ("ghcr.io/open-feature/flagd:{tag}", "v0.12.8", ("v0.12.7", "v0.12.4", "v0.11.8"),
              tuple(f"v0.{minor}.{patch}" for minor in (12, 13, 14, 15) for patch in range(9, 15))),
    "otel-collector": ("otel/opentelemetry-collector-contrib:{tag}", "0.135.0", ("0.134.1", "0.133.0", "0.132.0"),
                       tuple(f"0.{minor}.0" for minor in range(136, 160))),
    "postgresql": ("ghcr.io/open-telemetry/demo:{tag}-postgresql", "2.1.3", _OLDER, _NEWER),
    "valkey-cart": ("valkey/valkey:{tag}", "8.1.3-alpine", ("8.1.2-alpine", "8.1.1-alpine", "8.0.4-alpine"),
                    tuple(f"{version}-alpine" for version in (
                        "8.1.4", "8.1.5", "8.1.6", "8.2.0", "8.2.1", "8.2.2", "9.0.0", "9.0.1", "9.0.2", "9.1.0",
                        "9.1.1", "9.1.2", "9.2.0", "9.2.1", "9.2.2"))),
}  # fmt: skip


@cache
def images() -> tuple[Image, ...]:
    """Return everything that the registries hold for the demo."""
    made: list[Image] = []
    for name, program in PROGRAMS.items():
        reference, current, older, newer = _FOREIGN.get(
            name, (f"{objects.REPOSITORY}:{{tag}}-{name}", objects.VERSION, _OLDER, _NEWER)
        )
        line = Line(
            reference=reference,
            current=current,
            older=older,
            newer=newer,
            headroom=units(SIZES[name][3]) - program.memory,
            requests_per_minute=_RATES.get(name, 10),
        )
        made += images_of(program, line, 213, flags=ACTS.get(name), words=WORDS.get(name))
    made += [
        Image(reference=tag, program=stores.BUSYBOX, size=4_300_000) for tag in ("busybox", "busybox:latest")
    ]
    return tuple(made)


def otel_demo(visits_per_minute: int = 100) -> Application:
    """Return the demo with so many visits at noon."""
    return Application(
        name="otel-demo",
        namespace=objects.NAMESPACE,
        objects=(*objects.objects(), *collector.objects()),
        images=images(),
        entrance="frontend-proxy:8080",
        journeys=tuple(
            Journey(name=name, weight=weight, operations=operations)
            for name, weight, operations in edge.journeys()
        ),
        visits_per_minute=visits_per_minute,
        objectives={
            "frontend-proxy": (40_000, 1_500),
            "frontend": (20_000, 1_200),
            "checkout": (20_000, 1_500),
            "cart": (20_000, 500),
            "product-catalog": (20_000, 400),
            "recommendation": (20_000, 800),
            "payment": (20_000, 500),
            "shipping": (20_000, 600),
            "ad": (20_000, 800),
            "email": (20_000, 800),
            "currency": (20_000, 400),
            "quote": (20_000, 500),
        },
        fields=FIELDS,
    )
