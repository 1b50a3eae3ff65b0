"""Programs at the edge of the demo: the load generator, Envoy, the web frontend and the server of pictures."""

from collections.abc import Iterable

from itbench_sre.world.application.model import (
    Call,
    Dependency,
    Line,
    Operation,
    Program,
    Protocol,
    Setting,
    Work,
)

# A Next.js page or route: HTTP operation -> what it costs and what it asks.
_ROUTES: tuple[tuple[str, int, int, tuple[Call, ...]], ...] = (
    ("GET /", 16_000, 4_000, ()),
    ("GET /cart", 3_000, 4_000, ()),
    (
        "GET /api/products/{productId}",
        3_400,
        3_000,
        (Call(dependency="product-catalog", operation="oteldemo.ProductCatalogService/GetProduct",
              span="grpc.oteldemo.ProductCatalogService/GetProduct"),),
    ),
    (
        "GET /api/products",
        4_200,
        3_000,
        (Call(dependency="product-catalog", operation="oteldemo.ProductCatalogService/ListProducts",
              span="grpc.oteldemo.ProductCatalogService/ListProducts"),),
    ),
    (
        "GET /api/recommendations",
        4_600,
        3_000,
        (
            Call(dependency="recommendation", operation="/oteldemo.RecommendationService/ListRecommendations",
                 span="grpc.oteldemo.RecommendationService/ListRecommendations"),
            Call(dependency="product-catalog", operation="oteldemo.ProductCatalogService/GetProduct",
                 span="grpc.oteldemo.ProductCatalogService/GetProduct", count=4),
        ),
    ),
    (
        "GET /api/data",
        3_300,
        3_000,
        (Call(dependency="ad", operation="oteldemo.AdService/GetAds", span="grpc.oteldemo.AdService/GetAds"),),
    ),
    (
        "GET /api/currency",
        2_800,
        2_000,
        (Call(dependency="currency", operation="Currency/GetSupportedCurrencies",
              span="grpc.oteldemo.CurrencyService/GetSupportedCurrencies"),),
    ),
    (
        "GET /api/shipping",
        3_200,
        2_000,
        (
            Call(dependency="shipping", operation="POST /get-quote", span="POST"),
            Call(dependency="currency", operation="Currency/Convert", span="grpc.oteldemo.CurrencyService/Convert"),
        ),
    ),
    (
        "GET /api/cart",
        3_600,
        3_000,
        (
            Call(dependency="cart", operation="POST /oteldemo.CartService/GetCart",
                 span="grpc.oteldemo.CartService/GetCart"),
            Call(dependency="product-catalog", operation="oteldemo.ProductCatalogService/GetProduct",
                 span="grpc.oteldemo.ProductCatalogService/GetProduct"),
        ),
    ),
    (
        "POST /api/cart",
        4_000,
        3_000,
        (
            Call(dependency="cart", operation="POST /oteldemo.CartService/AddItem",
                 span="grpc.oteldemo.CartService/AddItem"),
            Call(dependency="cart", operation="POST /oteldemo.CartService/GetCart",
                 span="grpc.oteldemo.CartService/GetCart"),
        ),
    ),
    (
        "POST /api/checkout",
        5_200,
        4_000,
        (
            Call(dependency="checkout", operation="oteldemo.CheckoutService/PlaceOrder",
                 span="grpc.oteldemo.CheckoutService/PlaceOrder"),
            Call(dependency="product-catalog", operation="oteldemo.ProductCatalogService/GetProduct",
                 span="grpc.oteldemo.ProductCatalogService/GetProduct", count=2),
        ),
    ),
)  # fmt: skip
_IMAGES = "GET /images/products/{picture}"
# Share of answers that never come: the browser's or the collector's stream is reset, a page is not rendered in time.
_MISHAPS = {"GET /api/data": 30_000, "POST /api/checkout": 9_000, _IMAGES: 12_000, "GET /": 6_000}

FRONTEND_PROXY = Program(
    name="frontend-proxy",
    language="envoy",
    role="proxy",
    ports={"service": 8080, "admin": 10000},
    settings={"port": Setting(variable="ENVOY_PORT", default=8080)},
    operations={
        route: Operation(
            name=route,
            protocol=Protocol.HTTP,
            steps=(
                Work(900),
                Call(dependency="frontend", operation=route, span="router frontend egress"),
                Work(300),
            ),
            failure_per_million=_MISHAPS.get(route, 7_000),
            memory=60_000,
        )
        for route, *_ in _ROUTES
    }
    | {
        _IMAGES: Operation(
            name=_IMAGES,
            protocol=Protocol.HTTP,
            steps=(
                Work(700),
                Call(dependency="image-provider", operation="GET", span="router image-provider egress"),
                Work(200),
            ),
            failure_per_million=_MISHAPS[_IMAGES],
            memory=60_000,
        )
    },
    dependencies={
        "frontend": Dependency(
            address=Setting(variable="FRONTEND_HOST:FRONTEND_PORT", default="frontend:8080"),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=15_000_000),
            pool=Setting(default=1024),
        ),
        "image-provider": Dependency(
            address=Setting(
                variable="IMAGE_PROVIDER_HOST:IMAGE_PROVIDER_PORT", default="image-provider:8081"
            ),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=15_000_000),
            pool=Setting(default=1024),
        ),
        "flagd": Dependency(address=Setting(variable="FLAGD_HOST:FLAGD_PORT", default="flagd:8013")),
    },
    slots=256,
    queue=1024,
    startup_us=900_000,
    startup_cpu_us=120_000,
    memory=19_000_000,
    idle_cpu_m=4,
)

FRONTEND = Program(
    name="frontend",
    language="nodejs",
    ports={"service": 8080},
    settings={
        "port": Setting(variable="PORT", default=8080),
        "heap_mib": Setting(variable="NODE_OPTIONS#max-old-space-size", default=0),
    },
    operations={
        route: Operation(
            name=route,
            protocol=Protocol.HTTP,
            steps=(
                Work(cpu_us // 3, wait_us // 2),
                *calls,
                Work(
                    cpu_us - cpu_us // 3,
                    wait_us // 2,
                    span=f"executing api route (pages) {route.split()[1]}"
                    if "/api/" in route
                    else "render route (pages) " + route.split()[1],
                ),
            ),
            failure_per_million=600,
            slow_per_million=8_000,
            memory=350_000,
            attributes=(
                ("http.method", route.split()[0]),
                ("http.target", "{path}"),
                ("session.id", "{session}"),
            ),
        )
        for route, cpu_us, wait_us, calls in _ROUTES
    },
    dependencies={
        **{
            name: Dependency(
                address=Setting(variable=f"{name.upper().replace('-', '_')}_ADDR", default=f"{name}:8080"),
                timeout_us=Setting(default=60_000_000),
                pool=Setting(default=100),
            )
            for name in ("ad", "cart", "checkout", "currency", "product-catalog", "recommendation")
        },
        "shipping": Dependency(
            address=Setting(variable="SHIPPING_ADDR", default="http://shipping:8080"),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=60_000_000),
            pool=Setting(default=64),
        ),
        "flagd": Dependency(address=Setting(variable="FLAGD_HOST:FLAGD_PORT", default="flagd:8013")),
    },
    slots=64,
    queue=256,
    startup_us=1_500_000,
    startup_cpu_us=1_400_000,
    memory=108_000_000,
    idle_cpu_m=18,
    metrics=("nodejs",),
    lines=(
        Line(body="   ▲ Next.js 15.5.2\n", severity="", number=0, when="begin", has_trace=False),
        Line(body=" ✓ Ready in {duration_ms}ms\n", severity="", number=0, has_trace=False),
    ),
)

IMAGE_PROVIDER = Program(
    name="image-provider",
    language="nginx",
    ports={"service": 8081},
    settings={"port": Setting(variable="IMAGE_PROVIDER_PORT", default=8081)},
    operations={
        "GET": Operation(
            name="image-provider",
            protocol=Protocol.HTTP,
            steps=(Work(350, 300),),
            memory=20_000,
            failure_per_million=500,
        )
    },
    slots=128,
    queue=512,
    startup_us=400_000,
    startup_cpu_us=40_000,
    memory=9_600_000,
    idle_cpu_m=1,
)


def _task(name: str, line: str, *calls: Call, after: str = "") -> Operation:
    lines = [Line(body=line, when="begin")] if line else []
    if after:
        lines.append(Line(body=after))
    return Operation(
        name=name,
        protocol=Protocol.HTTP,
        steps=(Work(900), *calls, Work(700)),
        memory=40_000,
        lines=tuple(lines),
    )


def _get(operation: str, count: int = 1) -> Call:
    return Call(
        dependency="frontend-proxy",
        operation=operation,
        span=operation.split()[0],
        count=count,
        is_optional=True,
    )


_ADD = (_get("GET /api/products/{productId}"), _get("POST /api/cart"))
_ADDING = "User {user} adding {quantity} of product {product} to cart"
_TASKS = (
    _task("user_index", "User accessing index page", _get("GET /")),
    _task("user_browse_product", "User browsing product: {product}", _get("GET /api/products/{productId}")),
    _task(
        "user_get_recommendations",
        "User getting recommendations for product: {product}",
        _get("GET /api/recommendations"),
    ),
    _task("user_get_ads", "User getting ads for category: {category}", _get("GET /api/data")),
    _task("user_view_cart", "User viewing cart", _get("GET /api/cart")),
    _task("user_add_to_cart", _ADDING, *_ADD),
    _task(
        "user_checkout_single",
        _ADDING,
        *_ADD,
        _get("POST /api/checkout"),
        after="Checkout completed for user {user}",
    ),
    _task(
        "user_checkout_multi",
        _ADDING,
        *_ADD,
        *_ADD,
        *_ADD,
        _get("POST /api/checkout"),
        after="Multi-item checkout completed for user {user}",
    ),
    _task("user_flood_home", "", _get("GET /", 0)),
    _task(
        "browser_change_currency",
        "",
        _get("GET /cart"),
        _get("GET /api/currency"),
        _get("GET /api/cart"),
        _get("GET /api/shipping"),
        after="Currency changed to CHF",
    ),
    _task(
        "browser_add_to_cart",
        "",
        _get("GET /"),
        _get("GET /api/products"),
        _get(_IMAGES, 4),
        _get("POST /api/cart"),
        after="Product added to cart successfully",
    ),
)
_WEIGHTS = {
    "user_index": 4,
    "user_browse_product": 40,
    "user_get_recommendations": 12,
    "user_get_ads": 12,
    "user_view_cart": 12,
    "user_add_to_cart": 8,
    "user_checkout_single": 4,
    "user_checkout_multi": 4,
    "user_flood_home": 20,
    "browser_change_currency": 2,
    "browser_add_to_cart": 3,
}


def journeys() -> Iterable[tuple[str, int, tuple[str, ...]]]:
    """Yield each task of the load generator with its weight and its calls of the entrance."""
    for task in _TASKS:
        calls = [step for step in task.steps if isinstance(step, Call)]
        yield (
            task.name,
            _WEIGHTS[task.name],
            tuple(call.operation for call in calls for _ in range(call.count)),
        )


LOAD_GENERATOR = Program(
    name="load-generator",
    language="python",
    role="load",
    ports={"service": 8089},
    settings={
        "port": Setting(variable="LOCUST_WEB_PORT", default=8089),
        "users": Setting(variable="LOCUST_USERS", default=10),
        "spawn_rate": Setting(variable="LOCUST_SPAWN_RATE", default=1),
        "is_started": Setting(variable="LOCUST_AUTOSTART", default="true"),
    },
    operations={task.name: task for task in _TASKS},
    dependencies={
        "frontend-proxy": Dependency(
            address=Setting(variable="LOCUST_HOST", default="http://frontend-proxy:8080", is_required=True),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=60_000_000),
            pool=Setting(default=100),
        ),
        "flagd": Dependency(
            address=Setting(variable="FLAGD_HOST:FLAGD_OFREP_PORT", default="flagd:8016"),
            protocol=Protocol.HTTP,
        ),
    },
    slots=512,
    queue=512,
    startup_us=2_000_000,
    startup_cpu_us=2_500_000,
    memory=74_000_000,
    idle_cpu_m=8,
    metrics=("process",),
    lines=(
        Line(
            body="Instrumentation complete - logs will now include trace context",
            when="begin",
            has_trace=False,
        ),
        Line(body="Starting web interface at http://0.0.0.0:{port}", has_trace=False),
        Line(body="Starting Locust 2.40.5", has_trace=False),
    ),
)
