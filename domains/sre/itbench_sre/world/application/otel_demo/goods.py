"""Programs that show what is sold: the product catalog, recommendations and ads."""

from itbench_sre.world.application.model import Call, Dependency, Line, Operation, Program, Setting, Work
from itbench_sre.world.application.otel_demo.parts import FLAGD, grpc, port_setting, said

_CATALOG = "oteldemo.ProductCatalogService/"

PRODUCT_CATALOG = Program(
    name="product-catalog",
    language="go",
    ports={"service": 8080},
    settings={
        "port": port_setting("PRODUCT_CATALOG_PORT"),
        "soft_heap_mib": Setting(variable="GOMEMLIMIT", default=0),
        "reload_s": Setting(variable="PRODUCT_CATALOG_RELOAD_INTERVAL", default=10),
        "products": Setting(file="/usr/src/app/products/products.json", default="", is_required=True),
    },
    operations={
        f"{_CATALOG}ListProducts": Operation(
            name=f"{_CATALOG}ListProducts",
            steps=(Work(600, 200),),
            failure_per_million=200,
            memory=60_000,
            attributes=(("app.products.count", "10"),),
        ),
        f"{_CATALOG}GetProduct": Operation(
            name=f"{_CATALOG}GetProduct",
            steps=(Work(420, 150),),
            failure_per_million=400,
            slow_per_million=2_000,
            memory=20_000,
            attributes=(("app.product.id", "{product}"), ("app.product.name", "{product_name}")),
            lines=(
                Line(
                    body="Product Found",
                    attributes=(("app.product.id", "{product}"), ("app.product.name", "{product_name}")),
                ),
            ),
        ),
    },
    dependencies={"flagd": FLAGD},
    slots=128,
    queue=512,
    startup_us=400_000,
    startup_cpu_us=120_000,
    memory=11_800_000,
    idle_cpu_m=2,
    metrics=("go",),
    lines=(
        said("Loading Product Catalog...", "begin"),
        said("Product Catalog gRPC server started on port: {port}", "begin"),
        said("Product Catalog reload interval: 10", "begin"),
        said("Reloading Product Catalog...", "every 10"),
        said("Product Catalog gRPC server stopped", "failure"),
    ),
)

RECOMMENDATION = Program(
    name="recommendation",
    language="python",
    ports={"service": 8080},
    settings={"port": port_setting("RECOMMENDATION_PORT")},
    operations={
        "/oteldemo.RecommendationService/ListRecommendations": Operation(
            name="/oteldemo.RecommendationService/ListRecommendations",
            steps=(
                Work(1_500),
                Call(
                    dependency="product-catalog",
                    operation=f"{_CATALOG}ListProducts",
                    span=f"/{_CATALOG}ListProducts",
                ),
                Work(4_600, 400, span="get_product_list"),
                Work(900),
            ),
            failure_per_million=700,
            slow_per_million=6_000,
            memory=120_000,
            attributes=(("app.products_recommended.count", "5"),),
            lines=(
                Line(body="Receive ListRecommendations for product ids:{products}"),
                Line(body="get_product_list: cache miss", when="flag recommendationCacheFailure", one_in=2),
                Line(
                    body="Exception calling application: {error}", severity="ERROR", number=17, when="failure"
                ),
            ),
        )
    },
    dependencies={"product-catalog": grpc("PRODUCT_CATALOG_ADDR"), "flagd": FLAGD},
    slots=10,
    queue=128,
    startup_us=1_500_000,
    startup_cpu_us=900_000,
    memory=41_000_000,
    idle_cpu_m=4,
    metrics=("process",),
    lines=(said("Recommendation service started, listening on port {port}"),),
)

AD = Program(
    name="ad",
    language="java",
    ports={"service": 8080},
    settings={
        "port": port_setting("AD_PORT"),
        "heap_mib": Setting(variable="JAVA_TOOL_OPTIONS#Xmx", default=0),
    },
    operations={
        "oteldemo.AdService/GetAds": Operation(
            name="oteldemo.AdService/GetAds",
            steps=(
                Work(1_500, 300),
                Call(
                    dependency="flagd",
                    operation="flagd.evaluation.v1.Service/ResolveBoolean",
                    is_optional=True,
                ),
                Work(1_600, 500),
            ),
            failure_per_million=1_500,
            slow_per_million=6_000,
            memory=300_000,
            attributes=(("app.ads.category", "{category}"), ("app.ads.ad_request_type", "TARGETED")),
            lines=(
                Line(body="no baggage found in context", when="begin"),
                Line(body="Targeted ad request received for [{category}]", when="begin"),
                Line(
                    body="GetAds Failed with status Status{code={error}, description=null, cause=null}",
                    severity="WARN",
                    number=13,
                    when="failure",
                ),
                Line(
                    body="Feature Flag adManualGc enabled, performing a manual gc now",
                    severity="WARN",
                    number=13,
                    when="flag adManualGc",
                ),
            ),
        )
    },
    dependencies={
        "flagd": Dependency(
            address=Setting(variable="FLAGD_HOST:FLAGD_PORT", default="flagd:8013"),
            timeout_us=Setting(default=500_000),
            pool=Setting(default=8),
        )
    },
    slots=32,
    queue=128,
    startup_us=4_000_000,
    startup_cpu_us=3_000_000,
    memory=345_000_000,
    idle_cpu_m=9,
    metrics=("jvm",),
    lines=(
        said("Ad service starting.", "begin"),
        said("Ad service started, listening on {port}"),
    ),
)
