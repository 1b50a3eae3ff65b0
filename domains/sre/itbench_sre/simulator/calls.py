"""What a request of each kind does: operations of services, the work they cost and the calls they make."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """Time spent by the service itself; `cpu_share` thousandths of it burn CPU."""

    mean_us: int
    cpu_share: int = 600


@dataclass(frozen=True, slots=True)
class Call:
    """A remote call of one operation; `count` times in a row.

    A connection pool stands between where `catalog.POOLS` knows the pair.
    """

    operation: str
    span: str
    timeout_us: int
    retries: int = 0
    address: str = ""
    count: int = 1


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry point of a service; `system` is rpc, http, db, messaging or none (no server span)."""

    service: str
    span: str
    system: str
    steps: tuple[Work | Call, ...]
    mishap_per_million: int = 0
    log: str = ""


def _query(span: str, operation: str) -> Call:
    return Call(operation, span, 3_500_000)


_SECOND = 1_000_000
_PC = "oteldemo.ProductCatalogService"
_CART = "oteldemo.CartService"


def _frontend(call: Call, *more: Call) -> tuple[Work | Call, ...]:
    return (Work(9_000), call, *more, Work(3_000))


def _proxied(path: str, method: str, timeout_us: int = 15 * _SECOND) -> Operation:
    operation = f"frontend {method} {path}"
    return Operation(
        "frontend-proxy",
        "ingress",
        "http",
        (Work(600), Call(operation, "router frontend egress", timeout_us)),
        mishap_per_million=6_000,
        log=f"{method} {path}",
    )


_LIST = Call(
    "product-catalog ListProducts", f"grpc.{_PC}/ListProducts", 5 * _SECOND, 1, "PRODUCT_CATALOG_ADDR"
)
_GET = Call("product-catalog GetProduct", f"grpc.{_PC}/GetProduct", 5 * _SECOND, 1, "PRODUCT_CATALOG_ADDR")
_CONVERT = Call("currency Convert", "grpc.oteldemo.CurrencyService/Convert", 4 * _SECOND, 1, "CURRENCY_ADDR")

_CHECKOUT_STEPS = (
    Work(3_000),
    Call("cart GetCart", f"{_CART}/GetCart", 3 * _SECOND, 1, "CART_ADDR"),
    Call("product-catalog GetProduct", f"{_PC}/GetProduct", 4 * _SECOND, 1, "PRODUCT_CATALOG_ADDR", 2),
    Call("currency Convert", "oteldemo.CurrencyService/Convert", 3 * _SECOND, 1, "CURRENCY_ADDR", 2),
    Call("shipping get-quote", "HTTP POST /get-quote", 4 * _SECOND, 1, "SHIPPING_ADDR"),
    Call("payment Charge", "oteldemo.PaymentService/Charge", 3 * _SECOND, 1, "PAYMENT_ADDR"),
    Call("shipping ship-order", "HTTP POST /ship-order", 4 * _SECOND, 1, "SHIPPING_ADDR"),
    Call("cart EmptyCart", f"{_CART}/EmptyCart", 3 * _SECOND, 1, "CART_ADDR"),
    Call("email send", "HTTP POST /send_order_confirmation", 3 * _SECOND, 1, "EMAIL_ADDR"),
    Call("kafka publish", "orders publish", 4 * _SECOND, 1, "KAFKA_ADDR"),
    Work(1_000),
)

_FRONTEND_STEPS: dict[str, tuple[Work | Call, ...]] = {
    "GET /": _frontend(_LIST),
    "GET /api/products/{productId}": _frontend(_GET, _CONVERT),
    "GET /api/recommendations": _frontend(
        Call(
            "recommendation ListRecommendations",
            "grpc.oteldemo.RecommendationService/ListRecommendations",
            5 * _SECOND,
            1,
            "RECOMMENDATION_ADDR",
        )
    ),
    "GET /api/data": _frontend(
        Call("ad GetAds", "grpc.oteldemo.AdService/GetAds", 4 * _SECOND, 1, "AD_ADDR")
    ),
    "GET /api/cart": _frontend(
        Call("cart GetCart", f"grpc.{_CART}/GetCart", 4 * _SECOND, 1, "CART_ADDR"), _GET, _CONVERT
    ),
    "POST /api/cart": _frontend(Call("cart AddItem", f"grpc.{_CART}/AddItem", 4 * _SECOND, 1, "CART_ADDR")),
    "POST /api/checkout": _frontend(
        Call(
            "checkout PlaceOrder",
            "grpc.oteldemo.CheckoutService/PlaceOrder",
            14 * _SECOND,
            1,
            "CHECKOUT_ADDR",
        )
    ),
}

_OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "frontend-proxy",
        "ingress",
        "http",
        (Work(500), Call("image-provider GET", "router image-provider egress", 10 * _SECOND)),
        mishap_per_million=20_000,
        log="GET /images/products",
    ),
    Operation("image-provider", "image-provider", "http", (Work(900),)),
    Operation(
        "product-catalog",
        f"{_PC}/ListProducts",
        "rpc",
        (Work(1_500), _query("SELECT products", "postgresql list"), Work(800)),
        log="list",
    ),
    Operation(
        "product-catalog",
        f"{_PC}/GetProduct",
        "rpc",
        (Work(900), _query("SELECT products", "postgresql get"), Work(400)),
        log="get",
    ),
    Operation("postgresql", "list", "none", (Work(400_000, 150),)),
    Operation("postgresql", "get", "none", (Work(200_000, 150),)),
    Operation("postgresql", "insert", "none", (Work(12_000, 200),)),
    Operation("currency", "Currency/Convert", "rpc", (Work(700),), log="convert"),
    Operation("ad", "oteldemo.AdService/GetAds", "rpc", (Work(5_000),), log="ad"),
    Operation(
        "recommendation",
        "/oteldemo.RecommendationService/ListRecommendations",
        "rpc",
        (
            Work(400_000, 950),
            Call(
                "product-catalog GetProduct",
                f"/{_PC}/GetProduct",
                3 * _SECOND,
                1,
                "PRODUCT_CATALOG_ADDR",
            ),
            Work(2_000),
        ),
        log="recommend",
    ),
    Operation(
        "cart", f"POST /{_CART}/GetCart", "rpc", (Work(1_000), _query("HGET", "valkey-cart read")), log="get"
    ),
    Operation(
        "cart",
        f"POST /{_CART}/AddItem",
        "rpc",
        (Work(1_200), _query("HMSET", "valkey-cart write")),
        log="add",
    ),
    Operation(
        "cart",
        f"POST /{_CART}/EmptyCart",
        "rpc",
        (Work(900), _query("HMSET", "valkey-cart write")),
        log="empty",
    ),
    Operation("valkey-cart", "read", "none", (Work(700),)),
    Operation("valkey-cart", "write", "none", (Work(900),)),
    Operation("checkout", "oteldemo.CheckoutService/PlaceOrder", "rpc", _CHECKOUT_STEPS, log="order"),
    Operation(
        "shipping",
        "POST /get-quote",
        "http",
        (Work(600), Call("quote POST", "POST /getquote", 3 * _SECOND, 0, "QUOTE_ADDR"), Work(300)),
        log="quote",
    ),
    Operation("shipping", "POST /ship-order", "http", (Work(700),), log="ship"),
    Operation("quote", "POST /getquote", "http", (Work(2_500),), log="quote"),
    Operation("payment", "grpc.oteldemo.PaymentService/Charge", "rpc", (Work(4_000),), log="charge"),
    Operation("email", "POST /send_order_confirmation", "http", (Work(6_000),), log="mail"),
    Operation("kafka", "publish", "none", (Work(1_500),)),
    Operation(
        "accounting",
        "orders consume",
        "messaging",
        (Work(2_000), _query("INSERT otel.orders", "postgresql insert")),
        log="order",
    ),
    Operation("fraud-detection", "orders consume", "messaging", (Work(8_000),), log="order"),
)

CONSUMERS: dict[str, str] = {
    "accounting": "accounting orders consume",
    "fraud-detection": "fraud-detection orders consume",
}
"""Readers of the orders log -> their operation."""


def _named(operation: Operation) -> str:
    short = {
        f"{_PC}/ListProducts": "ListProducts",
        f"{_PC}/GetProduct": "GetProduct",
        "Currency/Convert": "Convert",
        "oteldemo.AdService/GetAds": "GetAds",
        "/oteldemo.RecommendationService/ListRecommendations": "ListRecommendations",
        f"POST /{_CART}/GetCart": "GetCart",
        f"POST /{_CART}/AddItem": "AddItem",
        f"POST /{_CART}/EmptyCart": "EmptyCart",
        "oteldemo.CheckoutService/PlaceOrder": "PlaceOrder",
        "POST /get-quote": "get-quote",
        "POST /ship-order": "ship-order",
        "POST /getquote": "POST",
        "grpc.oteldemo.PaymentService/Charge": "Charge",
        "POST /send_order_confirmation": "send",
        "image-provider": "GET",
        "ingress": "images",
    }
    return f"{operation.service} {short.get(operation.span, operation.span)}"


def _routed(route: str) -> Operation:
    method, path = route.split()
    return _proxied(path, method)


OPERATIONS: dict[str, Operation] = {
    **{_named(operation): operation for operation in _OPERATIONS},
    **{
        f"frontend {route}": Operation("frontend", route, "http", steps, log=route)
        for route, steps in _FRONTEND_STEPS.items()
    },
    **{f"frontend-proxy {route}": _routed(route) for route in _FRONTEND_STEPS},
}

REQUESTS: tuple[tuple[int, str, str], ...] = (
    (17, "browse", "GET /"),
    (20, "product", "GET /api/products/{productId}"),
    (16, "recommendations", "GET /api/recommendations"),
    (13, "ads", "GET /api/data"),
    (8, "cart", "GET /api/cart"),
    (9, "add to cart", "POST /api/cart"),
    (9, "checkout", "POST /api/checkout"),
    (8, "images", "images"),
)
"""(weight, kind of request, entry point of frontend-proxy)."""

LOAD: dict[str, Call] = {
    kind: Call(f"frontend-proxy {entry}", entry.split()[0] if " " in entry else "GET", 20 * _SECOND)
    for _, kind, entry in REQUESTS
}

# 64 quantiles of a log-normal with sigma 0.45, mean 256; and of an exponential, mean 256.
WORK_TABLE: tuple[int, ...] = (
    78, 95, 105, 113, 119, 125, 131, 136, 141, 145, 149, 154, 158, 162, 165, 169, 173, 177, 181, 184, 188, 192, 195,
    199, 203, 207, 210, 214, 218, 222, 226, 230, 234, 238, 242, 247, 251, 256, 260, 265, 270, 275, 281, 286, 292, 298,
    304, 311, 318, 325, 333, 341, 350, 360, 371, 383, 396, 411, 429, 450, 477, 512, 567, 688,
)  # fmt: skip
GAP_TABLE: tuple[int, ...] = (
    2, 6, 10, 14, 19, 23, 28, 32, 37, 41, 46, 51, 56, 61, 66, 71, 77, 82, 88, 94, 99, 105, 111, 118, 124, 131, 138, 145,
    152, 159, 167, 174, 182, 191, 199, 208, 217, 227, 237, 247, 258, 269, 281, 293, 306, 319, 334, 349, 365, 382, 401,
    420, 442, 465, 491, 520, 552, 589, 632, 683, 748, 835, 966, 1249,
)  # fmt: skip
