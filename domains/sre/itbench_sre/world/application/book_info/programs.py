"""BookInfo's programs: the page, the services behind it, a database of ratings, and the gateway before it."""

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

_MIB = 1 << 20


def _http(name: str, default: str, *, retries: int = 0, timeout_us: int = 3_000_000) -> Dependency:
    return Dependency(
        address=Setting(variable=f"{name.upper()}_URL", default=default),
        protocol=Protocol.HTTP,
        timeout_us=Setting(default=timeout_us),
        retries=Setting(default=retries),
    )


def _page(path: str, *calls: Call, cpu_us: int = 5_500) -> Operation:
    line = '{source} - - "GET ' + path + ' HTTP/1.1" {status} -'
    return Operation(
        name=f"GET {path}",
        protocol=Protocol.HTTP,
        steps=(Work(cpu_us, 1_000), *calls, Work(2_500)),
        failure_per_million=1_200,
        slow_per_million=6_000,
        memory=200_000,
        lines=(
            Line(body=line, severity="INFO"),
            Line(body=line, severity="INFO", when="failure"),
            Line(
                body=f"Exception on {path} [GET]: {{error}}",
                severity="ERROR",
                number=17,
                when="failure",
            ),
        ),
    )


_DETAILS = Call(dependency="details", operation="GET /details/{id}", span="GET")
_REVIEWS = Call(dependency="reviews", operation="GET /reviews/{id}", span="GET")
_RATINGS = Call(dependency="ratings", operation="GET /ratings/{id}", span="GET")
PAGES = (
    _page("/"),
    _page("/productpage", _DETAILS, _REVIEWS, cpu_us=9_000),
    _page("/login"),
    _page("/api/v1/products"),
    _page("/api/v1/products/{id}", _DETAILS),
    _page("/api/v1/products/{id}/reviews", _REVIEWS),
    _page("/api/v1/products/{id}/ratings", _RATINGS),
)

PRODUCTPAGE = Program(
    name="productpage",
    language="python",
    ports={"http": 9080},
    operations={page.name: page for page in PAGES},
    dependencies={
        "details": _http("details", "http://details:9080"),
        "reviews": _http("reviews", "http://reviews:9080", retries=1),
        "ratings": _http("ratings", "http://ratings:9080"),
    },
    # Sessions are signed, and good for a month.
    settings={
        "log_level": Setting(variable="LOG_LEVEL", default="info"),
        "token_life_s": Setting(default=31 * 86_400),
    },
    slots=8,
    queue=128,
    startup_us=1_500_000,
    startup_cpu_us=900_000,
    memory=62 * _MIB,
    idle_cpu_m=3,
    metrics=("process",),
    lines=(Line(body="Listening at: http://[::]:9080 (1)", has_trace=False),),
)

DETAILS = Program(
    name="details",
    language="ruby",
    ports={"http": 9080},
    operations={
        "GET /details/{id}": Operation(
            name="GET /details/{id}",
            protocol=Protocol.HTTP,
            steps=(Work(1_900, 700),),
            failure_per_million=700,
            memory=90_000,
            lines=(
                Line(body='{source} - - "GET /details/0 HTTP/1.1" {status} 178', severity=""),
                Line(
                    body='{source} - - "GET /details/0 HTTP/1.1" {status} 42',
                    severity="",
                    number=0,
                    when="failure",
                ),
                Line(body="ERROR {error}", severity="ERROR", number=17, when="failure"),
            ),
        )
    },
    slots=16,
    queue=128,
    startup_us=900_000,
    startup_cpu_us=350_000,
    memory=52 * _MIB,
    idle_cpu_m=2,
    lines=(Line(body="WEBrick::HTTPServer#start: pid=1 port=9080", has_trace=False),),
)


def reviews(*, has_stars: bool) -> Program:
    """Return the reviews: version 1 without stars, 2 and 3 with those of the ratings."""
    calls = (Call(dependency="ratings", operation="GET /ratings/{id}", span="GET", is_optional=True),)
    return Program(
        name="reviews",
        language="java",
        ports={"http": 9080},
        operations={
            "GET /reviews/{id}": Operation(
                name="GET /reviews/{id}",
                protocol=Protocol.HTTP,
                steps=(Work(2_800, 900), *(calls if has_stars else ()), Work(700)),
                failure_per_million=800,
                slow_per_million=5_000,
                memory=300_000,
                lines=(
                    Line(
                        body="[ERROR   ] SRVE0777E: Exception thrown by application class "
                        "'application.rest.LibertyRestEndpoint.bookReviewsById': {error}",
                        severity="ERROR",
                        number=17,
                        when="failure",
                    ),
                    Line(
                        body="Error: unable to contact http://ratings:9080/ratings got exception {error}",
                        severity="ERROR",
                        number=17,
                        when="without ratings",
                    ),
                ),
            )
        },
        dependencies={
            "ratings": Dependency(
                address=Setting(variable="RATINGS_URL", default="http://ratings:9080"),
                protocol=Protocol.HTTP,
                timeout_us=Setting(default=2_500_000),
            )
        }
        if has_stars
        else {},
        slots=40,
        queue=200,
        startup_us=6_000_000,
        startup_cpu_us=4_500_000,
        memory=270 * _MIB,
        idle_cpu_m=5,
        metrics=("jvm",),
        lines=(
            Line(
                body="CWWKF0011I: The defaultServer server is ready to run a smarter planet.", has_trace=False
            ),
        ),
    )


def ratings(database: str) -> Program:
    """Return the ratings: kept in memory, or in `mysql` or `mongodb`."""
    steps: tuple[Work | Call, ...] = (Work(1_100, 300),)
    dependencies = {}
    if database:
        name, operation, dependency = _STORES[database]
        steps = (*steps, Call(dependency=name, operation=operation, span=operation))
        dependencies = {name: dependency}
    return Program(
        name="ratings",
        language="nodejs",
        ports={"http": 9080},
        operations={
            "GET /ratings/{id}": Operation(
                name="GET /ratings/{id}",
                protocol=Protocol.HTTP,
                steps=(*steps, Work(300)),
                failure_per_million=600,
                memory=80_000,
                lines=(
                    Line(body="GET /ratings/0", severity="", one_in=2),
                    Line(
                        body="could not connect to ratings database: {error}",
                        severity="error",
                        number=17,
                        when="failure",
                    ),
                ),
            )
        },
        dependencies=dependencies,
        slots=64,
        queue=256,
        startup_us=600_000,
        startup_cpu_us=400_000,
        memory=46 * _MIB,
        idle_cpu_m=2,
        metrics=("nodejs",),
        lines=(Line(body="Server listening on: http://0.0.0.0:9080", has_trace=False),),
    )


_STORES = {
    "mysql": (
        "mysqldb",
        "SELECT ratings",
        Dependency(
            address=Setting(variable="MYSQL_DB_HOST:MYSQL_DB_PORT", default="mysqldb:3306", is_required=True),
            protocol=Protocol.SQL,
            timeout_us=Setting(default=4_000_000),
            pool=Setting(default=0),
            password=Setting(variable="MYSQL_DB_PASSWORD", default=""),
        ),
    ),
    "mongodb": (
        "mongodb",
        "find ratings",
        Dependency(
            address=Setting(
                variable="MONGO_DB_URL", default="mongodb://mongodb:27017/test", is_required=True
            ),
            protocol=Protocol.SQL,
            timeout_us=Setting(default=4_000_000),
            pool=Setting(default=5),
        ),
    ),
}


def database(kind: str) -> Program:
    """Return the database of the ratings, `mysql` or `mongodb`."""
    is_mysql = kind == "mysql"
    operation = "SELECT ratings" if is_mysql else "find ratings"
    return Program(
        name=kind,
        language=kind,
        role="database",
        ports={"sql": 3306} if is_mysql else {"mongo": 27017},
        settings={
            "user": Setting(default="root"),
            "password": Setting(variable="MYSQL_ROOT_PASSWORD" if is_mysql else "", default=""),
            "max_connections": Setting(default=151 if is_mysql else 800),
            "reserved_connections": Setting(default=1),
            "statement_timeout_ms": Setting(default=0),
        },
        operations={
            operation: Operation(
                name=operation, protocol=Protocol.SQL, steps=(Work(500, 800),), memory=200_000
            )
        },
        slots=16,
        queue=200,
        startup_us=5_000_000,
        startup_cpu_us=1_200_000,
        memory=(330 if is_mysql else 140) * _MIB,
        idle_cpu_m=5,
        lines=(Line(body="ready for connections. Version: '8.0.41'", severity="", has_trace=False),),
    )


GATEWAY = Program(
    name="proxyv2",
    language="envoy",
    role="proxy",
    ports={"http": 80, "status-port": 15021, "metrics": 15020},
    operations={
        page.name: Operation(
            name=page.name,
            protocol=Protocol.HTTP,
            steps=(Work(600), Call(dependency="productpage", operation=page.name), Work(200)),
            failure_per_million=11_000,
            memory=50_000,
        )
        for page in PAGES
    },
    dependencies={
        "productpage": Dependency(
            address=Setting(default="productpage:9080"),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=15_000_000),
            retries=Setting(default=2),
            pool=Setting(default=1024),
        )
    },
    slots=256,
    queue=1024,
    startup_us=1_200_000,
    startup_cpu_us=150_000,
    memory=44 * _MIB,
    idle_cpu_m=4,
    lines=(Line(body="Envoy proxy is ready", severity="info", has_trace=False),),
)

WAYPOINT = Program(
    name="proxyv2-waypoint",
    language="envoy",
    role="collector",
    ports={"mesh": 15008, "status-port": 15021},
    startup_us=1_200_000,
    startup_cpu_us=150_000,
    memory=40 * _MIB,
    idle_cpu_m=3,
    lines=(Line(body="Envoy proxy is ready", severity="info", has_trace=False),),
)

CURL = Program(
    name="ubi10-minimal",
    language="shell",
    role="load",
    settings={"users": Setting(default=100)},
    dependencies={
        "gateway": Dependency(
            address=Setting(default="http://bookinfo-gateway-istio:80"),
            protocol=Protocol.HTTP,
            timeout_us=Setting(default=60_000_000),
            pool=Setting(default=50),
        )
    },
    slots=512,
    startup_us=50_000,
    startup_cpu_us=3_000,
    memory=4 * _MIB,
)
