"""A small shop that is told of to telemetry as the runtime does: frames and attempts, in order of their ends."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from itbench_sre.world.application.model import (
    Application,
    Call,
    Dependency,
    Image,
    Line,
    Operation,
    Program,
    Protocol,
    Setting,
)
from itbench_sre.world.clock.loop import MINUTE_US, SECOND_US, Loop
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.controllers.events import EventWriter
from itbench_sre.world.recorder.recorder import Recorder
from itbench_sre.world.runtime.frames import Attempt, Failure, Frame, Request, Sink
from itbench_sre.world.runtime.meters import Meters
from itbench_sre.world.runtime.place import Place
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.store.refs import JsonObject, Ref
from itbench_sre.world.store.store import Store
from itbench_sre.world.telemetry.generations import groups_of
from itbench_sre.world.telemetry.ruler import Ruler
from itbench_sre.world.telemetry.rules import scope_of
from itbench_sre.world.telemetry.scrapes import Scraper
from itbench_sre.world.telemetry.streams import Streams

START_US = 1_765_820_000 * SECOND_US
NAMESPACE = "otel-demo"
_PORTS = {"http": 8080}


def _line(body: str, severity: str, number: int = 9, when: str = "success") -> Line:
    return Line(body=body, severity=severity, number=number, when=when)


def _program(name: str, language: str, role: str, *operations: Operation, **needs: Protocol) -> Program:
    flags = {"flagd": Dependency(address=Setting(default="flagd:8013"))}
    reached = {
        key.replace("_", "-"): Dependency(
            address=Setting(default=f"{key.replace('_', '-')}:8080"), protocol=protocol
        )
        for key, protocol in needs.items()
    }
    return Program(
        name=name,
        language=language,
        role=role,
        ports=_PORTS,
        operations={operation.name: operation for operation in operations},
        dependencies={**reached, **(flags if language in {"python", "java"} else {})},
        lines=(Line(body=f"{name} started", has_trace=False),),
    )


_CART = "oteldemo.CartService/GetCart"
_ORDER = "oteldemo.CheckoutService/PlaceOrder"
_ADS = "oteldemo.AdService/GetAds"
_LIST = "oteldemo.RecommendationService/ListRecommendations"
_CONVERT = "oteldemo.CurrencyService/Convert"
GRPC, HTTP, KAFKA, REDIS = Protocol.GRPC, Protocol.HTTP, Protocol.KAFKA, Protocol.REDIS


def _operation(
    name: str, protocol: Protocol, *steps: Call, lines: tuple[Line, ...] = (), **attributes: str
) -> Operation:
    pairs = tuple((key.replace("_", "."), value) for key, value in attributes.items())
    return Operation(name=name, protocol=protocol, steps=steps, lines=lines, attributes=pairs)


PROGRAMS = (
    _program(
        "load-generator",
        "python",
        "load",
        _operation(
            "user_get_cart",
            HTTP,
            Call(dependency="frontend-proxy", operation="GET /api/cart"),
            lines=(_line("User {user} getting cart", "INFO"),),
        ),
        _operation("user_checkout", HTTP, Call(dependency="frontend-proxy", operation="POST /api/checkout")),
        frontend_proxy=HTTP,
    ),
    _program(
        "frontend-proxy",
        "envoy",
        "proxy",
        _operation("GET /api/cart", HTTP, Call(dependency="frontend", operation="GET /api/cart")),
        _operation("POST /api/checkout", HTTP, Call(dependency="frontend", operation="POST /api/checkout")),
        frontend=HTTP,
    ),
    _program(
        "frontend",
        "nodejs",
        "server",
        _operation(
            "GET /api/cart",
            HTTP,
            Call(dependency="cart", operation=f"POST /{_CART}"),
            Call(dependency="ad", operation=_ADS),
            Call(dependency="recommendation", operation=f"/{_LIST}"),
        ),
        _operation("POST /api/checkout", HTTP, Call(dependency="checkout", operation=_ORDER)),
        cart=GRPC,
        checkout=GRPC,
        ad=GRPC,
        recommendation=GRPC,
    ),
    _program(
        "cart",
        "dotnet",
        "server",
        _operation(
            f"POST /{_CART}",
            GRPC,
            Call(dependency="valkey-cart", operation="HGET"),
            lines=(_line("GetCartAsync called with userId={user}", "Information"),),
            app_user_id="{user}",
        ),
        valkey_cart=REDIS,
    ),
    _program(
        "ad",
        "java",
        "server",
        _operation(_ADS, GRPC, lines=(_line("Targeted ad request received for [{category}]", "INFO"),)),
    ),
    _program(
        "recommendation",
        "python",
        "server",
        _operation(f"/{_LIST}", GRPC, lines=(_line("Receive ListRecommendations for {product}", "INFO"),)),
    ),
    _program(
        "checkout",
        "go",
        "server",
        _operation(
            _ORDER,
            GRPC,
            Call(dependency="currency", operation=_CONVERT),
            Call(dependency="kafka", operation="orders"),
            lines=(
                _line('order confirmation email sent to "{email}"', "INFO"),
                _line("order placed {order}", "INFO"),
            ),
        ),
        currency=GRPC,
        kafka=KAFKA,
    ),
    _program("currency", "cpp", "server", _operation(_CONVERT, GRPC)),
    _program(
        "accounting",
        "dotnet",
        "worker",
        _operation("orders process", KAFKA, lines=(_line("Order details: {order}", "Information"),)),
    ),
    _program("valkey-cart", "valkey", "cache", _operation("HGET", REDIS)),
    _program("kafka", "kafka", "broker", _operation("orders", KAFKA)),
    _program("flagd", "go", "flags"),
    _program("otel-collector", "go", "server"),
)
_WORDS = {
    "dns": Failure("UNAVAILABLE", "name resolver error: produced zero addresses", kind="dns"),
    "refused": Failure(
        "UNAVAILABLE", 'dial tcp 10.0.0.9:8080: "connect: connection refused"', kind="refused"
    ),
    "timeout": Failure("DEADLINE_EXCEEDED", "context deadline exceeded", kind="timeout"),
}


class Shop:
    """Objects in a store, processes, and requests whose frames and attempts end in order of time."""

    def __init__(self, seed: int = 1, scale: int = 1, *, is_recorded: bool = True) -> None:
        self.seed = seed
        self.loop = Loop(START_US)
        self.store = Store(self.loop, seed)
        self.events = EventWriter(self.store, self.loop, seed)
        self.meters = Meters()
        self.processes: list[Process] = []
        self.by_name: dict[str, Process] = {}
        self.failing: dict[str, Failure] = {}
        self.served: dict[tuple[str, str, bool], int] = {}
        self.application = Application(
            name="shop",
            namespace=NAMESPACE,
            objects=(),
            images=tuple(
                Image(reference=f"ghcr.io/demo:2.1.3-{program.name}", program=program) for program in PROGRAMS
            ),
            entrance="frontend-proxy:8080",
            journeys=(),
            visits_per_minute=60,
            objectives={"frontend-proxy": (20_000, 1500)},
        )
        self.store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}, "helm")
        for image in self.application.images:
            self._place(image)
        self.scraper = Scraper(self.loop, seed, self.store, self.meters, NAMESPACE)
        self.ruler = Ruler(self.loop, self.scraper.samples, groups_of(self.application), seed)
        self.sink: Sink = Sink()
        self.recorder: Recorder | None = None
        if is_recorded:
            silent = scope_of(self.application).silent
            self.recorder = Recorder(
                self.loop, seed, self.store, self, self.scraper, self.ruler, NAMESPACE, silent, scale
            )
            self.sink = self.recorder.sink
        self.streams = Streams(self.loop, seed, self.meters, self.recorder.sink if self.recorder else None)
        for process in self.processes:
            self.streams.started(process)
        self.scraper.start()
        self.ruler.start()

    def _place(self, image: Image) -> None:
        assert image.program is not None
        name = image.program.name
        random = Randomness(mixed(self.seed, name))
        pod_name = f"{name}-5d4f8b9c6-{random.suffix()}"
        address = f"100.96.3.{len(self.processes) + 10}"
        node = f"i-0{random.hexadecimal(16)}"
        body: JsonObject = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": pod_name,
                "namespace": NAMESPACE,
                "ownerReferences": [
                    {"apiVersion": "apps/v1", "controller": True, "kind": "ReplicaSet", "name": f"{name}-5d4f8b9c6", "uid": random.uid()}
                ],
            },
            "spec": {"containers": [{"name": name, "image": image.reference}], "nodeName": node},
            "status": {
                "conditions": [{"type": "Ready", "status": "True"}],
                "phase": "Running",
                "podIP": address,
                "startTime": "2025-12-15T17:15:11Z",
            },
        }  # fmt: skip
        made = self.store.create(body, "kube-controller-manager")
        place = Place(
            pod=Ref("Pod", NAMESPACE, pod_name),
            uid=made["metadata"]["uid"],
            container=name,
            restart=0,
            node=node,
            pod_ip=address,
            image=image,
            environment={"OTEL_SERVICE_NAME": name},
            labels={"app.kubernetes.io/version": "2.1.3"},
            cpu_limit_m=200,
            memory_limit=200 << 20,
            memory_request=200 << 20,
        )
        process = Process(place=place, started_us=START_US, ready_us=START_US, memory=60_000_000)
        self.processes.append(process)
        self.by_name[name] = process

    def run(self, minutes: int, per_minute: int = 60) -> None:
        """Let requests come for some minutes."""
        if self.recorder is not None:
            self.recorder.start(self.loop.now_us + 2 * MINUTE_US)
        for process in self.processes:
            line = process.place.image.program.lines[0] if process.place.image.program else None
            if line:
                self.sink.line(process, line, {}, None)
        count = minutes * per_minute
        for number in range(count):
            jitter_us = Randomness(mixed(self.seed, f"arrival {number}")).below(4 * SECOND_US)
            self.loop.at(START_US + number * 60_000_000 // per_minute + jitter_us, self._visit, number)
        for number in range(minutes):
            self.loop.at(START_US + number * MINUTE_US, self._event, number)
        self.loop.run_until(START_US + minutes * MINUTE_US)

    def _event(self, number: int) -> None:
        pod = self.processes[number % 5].place.pod
        self.events.emit(
            pod, "Unhealthy", "Readiness probe failed", component="kubelet", host="i-1", type="Warning"
        )

    def _visit(self, number: int) -> None:
        random = Randomness(mixed(self.seed, f"request {number}"))
        fields = {
            "category": "telescopes",
            "email": "tobias@example.com",
            "order": random.uid(),
            "product": "9SIQT8TOJO",
            "user": random.uid(),
        }
        request = Request(number, "visit", random.hexadecimal(32), random.below(100) < 60, random, fields)
        name = "user_checkout" if number % 4 == 0 else "user_get_cart"
        self._serve(self.by_name["load-generator"], name, request, "", self.loop.now_us)

    def _serve(
        self, process: Process, name: str, request: Request, parent: str, now_us: int
    ) -> tuple[int, Failure | None]:
        program = process.place.image.program
        assert program is not None
        operation = program.operations[name]
        random = request.random
        frame = Frame(
            process, operation, request, random.hexadecimal(16), parent, now_us + random.between(5, 90)
        )
        end_us = frame.began_us + random.between(100, 4_000)
        process.cpu_us += 400
        for step in operation.steps:
            assert isinstance(step, Call)
            end_us, failure = self._call(frame, step, end_us)
            frame.failure = frame.failure or failure
        if program.name in self.failing:
            frame.failure = self.failing[program.name]
        frame.ended_us = end_us + random.between(10, 300)
        self.loop.at(frame.ended_us, self._ended, frame)
        return frame.ended_us, frame.failure

    def _call(self, frame: Frame, call: Call, now_us: int) -> tuple[int, Failure | None]:
        program = frame.process.place.image.program
        assert program is not None
        dependency = program.dependencies[call.dependency]
        server = self.by_name[call.dependency]
        attempt = Attempt(
            frame, call, dependency, frame.request, frame.request.random.hexadecimal(16), f"{call.dependency}:8080",
            now_us + 20, tries=1, server=server,
        )  # fmt: skip
        ended_us, attempt.failure = self._serve(
            server, call.operation, frame.request, attempt.span_id, now_us + 60
        )
        attempt.ended_us = ended_us + frame.request.random.between(20, 200)
        if dependency.protocol is KAFKA:
            self._consume(attempt)
        self.loop.at(attempt.ended_us, self._answered, attempt)
        return attempt.ended_us, attempt.failure

    def _consume(self, attempt: Attempt) -> None:
        old = attempt.request
        fields = {**old.fields, "link_trace": old.trace_id, "link_span": attempt.span_id}
        random = Randomness(mixed(self.seed, f"message {old.number}"))
        message = Request(old.number, "message", random.hexadecimal(32), old.is_sampled, random, fields)
        self.loop.at(attempt.ended_us, self._process, message)

    def _process(self, message: Request) -> None:
        self._serve(self.by_name["accounting"], "orders process", message, "", self.loop.now_us)

    def _ended(self, frame: Frame) -> None:
        self.meters.served(frame)
        self.sink.served(frame)
        key = (frame.process.place.container, frame.operation.name, frame.failure is not None)
        self.served[key] = self.served.get(key, 0) + 1
        for line in frame.operation.lines:
            self.sink.line(frame.process, line, {"span_id": frame.span_id}, frame.request)

    def _answered(self, attempt: Attempt) -> None:
        self.meters.called(attempt)
        self.sink.called(attempt)


@pytest.fixture
def failures() -> Mapping[str, Failure]:
    """Failures by what went wrong."""
    return _WORDS


@pytest.fixture
def shop_type() -> type[Shop]:
    """The class of shops, for those that want one of their own."""
    return Shop


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Shop, Path]:
    """A shop after thirteen minutes, the last six of them with a cart that cannot be reached, and its files."""
    shop = Shop()
    shop.loop.at(START_US + 7 * MINUTE_US, shop.failing.update, {"cart": _WORDS["refused"]})
    shop.run(13)
    assert shop.recorder is not None
    directory = tmp_path_factory.mktemp("snapshot")
    shop.recorder.write(directory)
    return shop, directory
