"""Programs that sell: cart, checkout, payment, email, shipping, quote, currency."""

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
from itbench_sre.world.application.otel_demo.parts import (
    FLAGD,
    dotnet,
    grpc,
    http,
    kafka,
    port_setting,
    said,
)

_CART = "POST /oteldemo.CartService/"


def _cart(name: str, command: str, said_: str, *, cpu_us: int, asks: bool = False) -> Operation:
    flag = (
        Call(dependency="flagd", operation="flagd.evaluation.v1.Service/ResolveBoolean", is_optional=True),
    )
    return Operation(
        name=_CART + name,
        steps=(
            Work(cpu_us, 300),
            *(flag if asks else ()),
            Call(dependency="valkey-cart", operation=command, span=command),
            Work(300),
        ),
        failure_per_million=300,
        slow_per_million=4_000,
        memory=40_000,
        lines=(
            Line(body=said_, severity="Information", when="begin"),
            Line(
                body="Error when executing service method '" + name + "'. {error}",
                severity="Error",
                number=17,
                when="failure",
            ),
        ),
        attributes=(
            ("app.user.id", "{user}"),
            *((("app.product.id", "{product}"),) if name == "AddItem" else ()),
        ),
    )


CART = Program(
    name="cart",
    language="dotnet",
    ports={"service": 8080},
    settings={"port": Setting(variable="CART_PORT", default=8080)},
    operations={
        operation.name: operation
        for operation in (
            _cart("GetCart", "HGET", "GetCartAsync called with userId={user}", cpu_us=1_300),
            _cart(
                "AddItem",
                "HMSET",
                "AddItemAsync called with userId={user}, productId={product}, quantity={quantity}",
                cpu_us=1_600,
            ),
            _cart("EmptyCart", "HMSET", "EmptyCartAsync called with userId={user}", cpu_us=1_300, asks=True),
        )
    },
    dependencies={
        "valkey-cart": Dependency(
            address=Setting(variable="VALKEY_ADDR", is_required=True, default=""),
            protocol=Protocol.REDIS,
            timeout_us=Setting(default=5_000_000),
            pool=Setting(default=32),
            pool_wait_us=Setting(default=5_000_000),
            is_needed_at_start=True,
        ),
        "flagd": FLAGD,
    },
    slots=64,
    queue=256,
    startup_us=3_500_000,
    startup_cpu_us=900_000,
    memory=52_000_000,
    idle_cpu_m=4,
    metrics=("dotnet", "process"),
    lines=(
        dotnet("Successfully connected to Redis", "begin"),
        dotnet("Initializing the Feature Lifecycle Manager for state {State}.", "begin"),
        dotnet("Starting initialization of the feature provider", "begin"),
        dotnet(
            "Overriding HTTP_PORTS '{http}' and HTTPS_PORTS '{https}'. Binding to values defined by URLS "
            "instead '{urls}'.",
            severity="Warning",
            number=13,
        ),
        dotnet("Now listening on: {address}"),
        dotnet("Application started. Press Ctrl+C to shut down."),
        dotnet("Hosting environment: {EnvName}"),
        dotnet("Content root path: {ContentRoot}"),
        dotnet("Application is shutting down...", "failure"),
        dotnet("Shutting down the Feature Lifecycle Manager for state {State}", "failure"),
        dotnet("Shutting down the feature provider", "failure"),
    ),
)

_ORDER = (("app.order.id", "{order}"), ("app.user.id", "{user}"), ("app.user.currency", "{currency}"))
CHECKOUT = Program(
    name="checkout",
    language="go",
    ports={"service": 8080},
    settings={
        "port": port_setting("CHECKOUT_PORT"),
        "soft_heap_mib": Setting(variable="GOMEMLIMIT", default=0),
    },
    operations={
        "oteldemo.CheckoutService/PlaceOrder": Operation(
            name="oteldemo.CheckoutService/PlaceOrder",
            steps=(
                Work(900, 500, span="prepareOrderItemsAndShippingQuoteFromCart"),
                Call(dependency="cart", operation=_CART + "GetCart", span="oteldemo.CartService/GetCart"),
                Call(
                    dependency="product-catalog",
                    operation="oteldemo.ProductCatalogService/GetProduct",
                    count=2,
                ),
                Call(
                    dependency="currency",
                    operation="Currency/Convert",
                    span="oteldemo.CurrencyService/Convert",
                    count=2,
                ),
                Call(dependency="shipping", operation="POST /get-quote", span="HTTP POST"),
                Call(
                    dependency="payment",
                    operation="grpc.oteldemo.PaymentService/Charge",
                    span="oteldemo.PaymentService/Charge",
                ),
                Call(dependency="shipping", operation="POST /ship-order", span="HTTP POST"),
                Call(
                    dependency="cart",
                    operation=_CART + "EmptyCart",
                    span="oteldemo.CartService/EmptyCart",
                    is_optional=True,
                ),
                Call(
                    dependency="email",
                    operation="POST /send_order_confirmation",
                    span="HTTP POST",
                    is_optional=True,
                ),
                Call(dependency="kafka", operation="orders", span="orders publish", is_optional=True),
                Work(1_400, 500),
            ),
            failure_per_million=800,
            slow_per_million=6_000,
            memory=120_000,
            attributes=(
                *_ORDER,
                ("app.order.amount", "{amount}"),
                ("app.shipping.tracking.id", "{tracking}"),
            ),
            lines=(
                Line(
                    body="[PlaceOrder]",
                    when="begin",
                    attributes=(("user_id", "{user}"), ("user_currency", "{currency}")),
                ),
                Line(body="payment went through", attributes=(("transaction_id", "{transaction}"),)),
                Line(
                    body="order placed",
                    attributes=(("app.order.id", "{order}"), ("app.order.amount", "{amount}")),
                ),
                Line(body='order confirmation email sent to "{email}"'),
                Line(body="sending to postProcessor"),
                Line(body="Successful to write message. offset: 0, duration: {duration}"),
                Line(body="{error}", severity="ERROR", number=17, when="failure"),
            ),
        )
    },
    dependencies={
        "cart": grpc("CART_ADDR"),
        "product-catalog": grpc("PRODUCT_CATALOG_ADDR"),
        "currency": grpc("CURRENCY_ADDR"),
        "payment": grpc("PAYMENT_ADDR"),
        "shipping": http("SHIPPING_ADDR"),
        "email": http("EMAIL_ADDR"),
        "kafka": kafka(),
        "flagd": FLAGD,
    },
    slots=128,
    queue=512,
    startup_us=700_000,
    startup_cpu_us=180_000,
    memory=11_500_000,
    idle_cpu_m=2,
    metrics=("go",),
    lines=(
        said('starting to listen on tcp: "[::]:{port}"'),
        said("client/metadata fetching metadata for all topics from broker kafka:9092\n", "every 600"),
        said("Checkout gRPC server stopped", "failure"),
    ),
)

PAYMENT = Program(
    name="payment",
    language="nodejs",
    ports={"service": 8080},
    # The cards that customers pay with are good until February 2030.
    settings={"port": port_setting("PAYMENT_PORT"), "token_life_s": Setting(default=36_200 * 3_600)},
    operations={
        "grpc.oteldemo.PaymentService/Charge": Operation(
            name="grpc.oteldemo.PaymentService/Charge",
            steps=(Work(3_800, 1_000, span="charge"), Work(700)),
            failure_per_million=700,
            slow_per_million=8_000,
            memory=90_000,
            attributes=(("app.payment.amount", "{amount}"), ("rpc.service", "oteldemo.PaymentService")),
            lines=(
                Line(body="Charge request received.", severity="info", when="begin"),
                Line(
                    body="Transaction complete.",
                    severity="info",
                    attributes=(
                        ("transactionId", "{transaction}"),
                        ("cardType", "{card}"),
                        ("lastFourDigits", "{digits}"),
                        ("amount", "{amount}"),
                        ("loyalty_level", "{loyalty}"),
                    ),
                ),
                Line(body="{error}", severity="warn", number=13, when="failure"),
            ),
        )
    },
    dependencies={"flagd": FLAGD},
    slots=32,
    queue=128,
    startup_us=1_000_000,
    startup_cpu_us=900_000,
    memory=92_000_000,
    idle_cpu_m=4,
    metrics=("nodejs", "process"),
    lines=(said("payment gRPC server started on port {port}", severity="info"),),
)

EMAIL = Program(
    name="email",
    language="ruby",
    ports={"service": 8080},
    settings={"port": port_setting("EMAIL_PORT"), "mode": Setting(variable="APP_ENV", default="development")},
    operations={
        "POST /send_order_confirmation": Operation(
            name="POST /send_order_confirmation",
            protocol=Protocol.HTTP,
            steps=(Work(900), Work(2_600, 800, span="send_email"), Work(400)),
            failure_per_million=900,
            slow_per_million=6_000,
            memory=80_000,
            attributes=(("app.order.id", "{order}"),),
            lines=(
                Line(
                    body="Order confirmation email sent to: {email}", severity="", number=0, has_trace=False
                ),
                Line(body="{error}", severity="", number=0, when="failure", has_trace=False),
            ),
        )
    },
    dependencies={"flagd": FLAGD},
    slots=16,
    queue=128,
    startup_us=1_500_000,
    startup_cpu_us=700_000,
    memory=49_000_000,
    idle_cpu_m=2,
    lines=(said("* Listening on http://0.0.0.0:{port}", severity=""),),
)

SHIPPING = Program(
    name="shipping",
    language="rust",
    ports={"service": 8080},
    settings={"port": port_setting("SHIPPING_PORT")},
    operations={
        "POST /get-quote": Operation(
            name="POST /get-quote",
            protocol=Protocol.HTTP,
            steps=(Work(150), Call(dependency="quote", operation="POST /getquote", span="POST"), Work(100)),
            failure_per_million=400,
            memory=20_000,
            lines=(
                Line(
                    body="Sending Quote",
                    attributes=(("quote.dollars", "{units}"), ("quote.cents", "{cents}")),
                ),
            ),
        ),
        "POST /ship-order": Operation(
            name="POST /ship-order",
            protocol=Protocol.HTTP,
            steps=(Work(220, 100),),
            failure_per_million=400,
            memory=20_000,
            lines=(Line(body="Tracking ID Created", attributes=(("tracking_id", "{tracking}"),)),),
        ),
    },
    dependencies={"quote": http("QUOTE_ADDR")},
    slots=32,
    queue=256,
    startup_us=200_000,
    startup_cpu_us=20_000,
    memory=3_300_000,
    idle_cpu_m=1,
    lines=(
        said("Successfully configured OTel", "begin"),
        said("Shipping service is running"),
    ),
)

QUOTE = Program(
    name="quote",
    language="php",
    ports={"service": 8080},
    settings={"port": port_setting("QUOTE_PORT")},
    operations={
        "POST /getquote": Operation(
            name="POST /getquote",
            protocol=Protocol.HTTP,
            steps=(Work(500), Work(400, 200, span="calculate-quote"), Work(300)),
            failure_per_million=600,
            memory=120_000,
            lines=(Line(body="Calculated quote", attributes=(("total", "{units}.{cents}"),)),),
        )
    },
    slots=8,
    queue=128,
    startup_us=500_000,
    startup_cpu_us=100_000,
    memory=18_500_000,
    idle_cpu_m=1,
)

CURRENCY = Program(
    name="currency",
    language="cpp",
    ports={"service": 8080},
    settings={"port": port_setting("CURRENCY_PORT")},
    operations={
        "Currency/Convert": Operation(
            name="Currency/Convert",
            steps=(Work(350, 100),),
            failure_per_million=300,
            memory=8_000,
            attributes=(("app.currency.conversion.to", "{currency}"),),
            lines=(
                Line(body="Convert conversion successful"),
                Line(body="Convert conversion failure", severity="ERROR", number=17, when="failure"),
            ),
        ),
        "Currency/GetSupportedCurrencies": Operation(
            name="Currency/GetSupportedCurrencies",
            steps=(Work(250, 100),),
            memory=8_000,
            lines=(Line(body="GetSupportedCurrencies successful"),),
        ),
    },
    slots=16,
    queue=128,
    startup_us=300_000,
    startup_cpu_us=60_000,
    memory=3_200_000,
    idle_cpu_m=2,
    lines=(said("Currency Server listening on port: 0.0.0.0:{port}"),),
)
