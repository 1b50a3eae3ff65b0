"""The shape of a generated application: which services there are, what each does, and what it asks for that.

Every deed but those at the gateway has at least one that asks for it, and asks only deeds of later layers, so that no
call goes round in a circle; a request costs a bounded number of calls.
"""

from dataclasses import dataclass, field

from itbench_sre.world.application.generated import words
from itbench_sre.world.application.generated.chance import happens, one_of, shuffled
from itbench_sre.world.application.generated.languages import LANGUAGES
from itbench_sre.world.application.generated.words import Industry
from itbench_sre.world.application.model import Protocol
from itbench_sre.world.clock.randomness import Randomness

_MOST_CALLS = 18  # of one request, all in all
STATEMENTS = ("SELECT", "INSERT", "UPDATE")


@dataclass(slots=True, eq=False)
class Deed:
    """An operation of a service.

    Attributes:
        size: calls that it takes, itself included.
        asks: deeds of other services, in order.
        data: (name of the store, operation there, count).
        publishes: topic, or empty.
    """

    owner: "Part"
    verb: tuple[str, str]
    name: str
    size: int = 1
    asks: "list[Deed]" = field(default_factory=list)
    data: list[tuple[str, str, int]] = field(default_factory=list)
    publishes: str = ""


@dataclass(slots=True, eq=False)
class Part:
    """A service, worker, job or store.

    Attributes:
        role: as in `Program.role`.
        layer: 0 for the gateway, then 1 to the deepest.
        reads: topic that a worker reads.
    """

    name: str
    thing: str
    role: str
    language: str
    layer: int = 0
    protocol: Protocol = Protocol.HTTP
    deeds: list[Deed] = field(default_factory=list)
    reads: str = ""


@dataclass(slots=True, eq=False)
class Shape:
    """All of it.

    Attributes:
        routes: deeds of the gateway, which users ask for.
        parts: everything but the gateway, stores first.
        topics: of the broker; none without a broker.
    """

    industry: Industry
    company: str
    gateway: Part
    parts: list[Part]
    stores: list[str]
    caches: list[str]
    topics: list[str]
    broker: str
    flags: str
    load: str
    relay: str

    @property
    def services(self) -> list[Part]:
        """Return the services, workers and jobs."""
        return self.parts


def shape(seed_random: Randomness, size: int) -> Shape:
    """Draw the shape of an application of about `size` workloads."""
    random = seed_random
    industry = one_of(random, words.INDUSTRIES)
    things = shuffled(random, industry.things)
    suffix = one_of(random, ("", "-service", "-api", "-svc"))
    workers = max(1, size // 9)
    jobs = max(1, size // 14)
    stores = shuffled(random, industry.stores)[: max(1, min(len(industry.stores), size // 9))]
    caches = max(1, size // 14)
    count = max(3, size - workers - jobs - len(stores) - caches - 5)
    made = Shape(
        industry=industry,
        company=one_of(random, industry.companies),
        gateway=Part(one_of(random, words.GATEWAYS), "edge", "proxy", one_of(random, ("envoy", "nginx"))),
        parts=[],
        stores=[f"{name}-db" for name in stores],
        caches=[f"{things.pop()}-cache" for _ in range(caches)],
        topics=[
            f"{industry.subject}.{past}" for _, past in shuffled(random, industry.verbs)[: max(1, size // 15)]
        ],
        broker=one_of(random, words.BROKERS),
        flags=one_of(random, words.FLAG_STORES),
        load=one_of(random, words.LOADS) if happens(random, 60) else "",
        relay=one_of(random, words.RELAYS),
    )
    _services(random, made, things, count, suffix)
    _data(random, made)
    _behind(random, made, things, workers, jobs)
    return made


def _services(random: Randomness, made: Shape, things: list[str], count: int, suffix: str) -> None:
    layers = 2 + random.below(3) if count > 5 else 2
    languages = shuffled(random, list(LANGUAGES))[: 3 + random.below(4)]
    for place in range(count):
        thing = things.pop() if things else f"region-{place}"
        layer = 1 + place * layers // count
        language = one_of(random, languages)
        protocol = Protocol.GRPC if layer > 1 and happens(random, 45) else Protocol.HTTP
        part = Part(f"{thing}{suffix}", thing, "server", language, layer, protocol)
        for verb in shuffled(random, made.industry.verbs)[: 1 + random.below(3)]:
            part.deeds.append(Deed(part, verb, _name(part, verb, made.industry)))
        made.parts.append(part)
    for part in made.parts:
        for deed in part.deeds:
            if part.layer == 1:
                route = Deed(made.gateway, deed.verb, deed.name, asks=[deed], size=2)
                made.gateway.deeds.append(route)
            else:
                _asked(random, made, deed, part.layer)
    for _ in range(count // 3):
        _another_call(random, made)


def _asked(random: Randomness, made: Shape, deed: Deed, layer: int) -> None:
    """Let some deed of a layer above ask for this one: one of those that ask least so far."""
    above = [one for part in made.parts if part.layer == layer - 1 for one in part.deeds]
    above.sort(key=lambda one: one.size)
    _ask(made, one_of(random, above[: max(1, len(above) // 3)]), deed)


def _another_call(random: Randomness, made: Shape) -> None:
    part = one_of(random, made.parts)
    later = [one for other in made.parts if other.layer > part.layer for one in other.deeds]
    if later:
        deed, wanted = one_of(random, part.deeds), one_of(random, later)
        if wanted not in deed.asks and deed.size + wanted.size < _MOST_CALLS // 2:
            _ask(made, deed, wanted)


def _ask(made: Shape, deed: Deed, wanted: Deed) -> None:
    deed.asks.append(wanted)
    for part in [made.gateway, *reversed(made.parts)]:
        for one in part.deeds:
            one.size = _size(one)


def _size(deed: Deed) -> int:
    return 1 + sum(_size(asked) for asked in deed.asks)


def _name(part: Part, verb: tuple[str, str], industry: Industry) -> str:
    thing = part.thing
    if part.protocol is Protocol.GRPC:
        words_ = "".join(word.title() for word in thing.split("-"))
        return f"{industry.subject}.v1.{words_}/{verb[0].title()}"
    method = {"create": "POST", "update": "PUT", "find": "GET", "list": "GET", "check": "GET"}.get(
        verb[0], "POST"
    )
    path = {
        "find": f"/{thing}/{{id}}",
        "list": f"/{thing}",
        "create": f"/{thing}",
        "update": f"/{thing}/{{id}}",
    }
    return f"{method} /api{path.get(verb[0], f'/{thing}/{{id}}/{verb[0]}')}"


def _data(random: Randomness, made: Shape) -> None:
    """Give deeds of the deeper services their statements, and those of some others a cache."""
    deepest = max(part.layer for part in made.parts)
    for place, part in enumerate(made.parts):
        if part.layer < deepest and not happens(random, 55) and place >= len(made.stores) + len(made.caches):
            continue
        store = made.stores[place % len(made.stores)]
        cache = made.caches[place % len(made.caches)]
        is_cached = place < len(made.caches) or happens(random, 30)
        for deed in part.deeds:
            statement = {"create": "INSERT", "update": "UPDATE"}.get(deed.verb[0], "SELECT")
            if is_cached:
                deed.data.append((cache, "GET" if statement == "SELECT" else "SETEX", 1))
            deed.data.append((store, f"{statement} {part.thing.replace('-', '_')}", 1 + random.below(2)))


def _behind(random: Randomness, made: Shape, things: list[str], workers: int, jobs: int) -> None:
    """Add what nobody waits for: workers that read topics, and jobs that run by the clock."""
    makers = shuffled(random, [deed for part in made.parts for deed in part.deeds])
    for place, topic in enumerate(made.topics):
        makers[place % len(makers)].publishes = topic
    kinds = shuffled(random, words.WORKERS)
    languages = [part.language for part in made.parts]
    for place in range(workers):
        thing = things.pop() if things else made.industry.subject
        part = Part(f"{thing}-{kinds[place % len(kinds)]}", thing, "worker", one_of(random, languages))
        part.reads = made.topics[place % len(made.topics)]
        deed = Deed(part, ("process", "processed"), f"{part.reads} process")
        deed.data.append((made.stores[place % len(made.stores)], f"INSERT {thing.replace('-', '_')}", 1))
        leaves = [
            one
            for other in made.parts
            if other.role == "server"
            for one in other.deeds
            if one.size == 1 and not one.publishes
        ]
        if leaves and happens(random, 40):
            deed.asks.append(one_of(random, leaves))
        part.deeds.append(deed)
        made.parts.append(part)
    tasks = shuffled(random, words.TASKS)
    for place in range(jobs):
        thing = one_of(random, made.parts).thing
        part = Part(
            f"{thing}-{tasks[place % len(tasks)]}", thing, "job", one_of(random, ("python", "go", "ruby"))
        )
        deed = Deed(part, ("run", "ran"), "run")
        table = thing.replace("-", "_")
        deed.data.append((made.stores[place % len(made.stores)], f"SELECT {table}", 4))
        part.deeds.append(deed)
        made.parts.append(part)
