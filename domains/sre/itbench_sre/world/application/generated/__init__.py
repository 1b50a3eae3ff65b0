"""Applications drawn from a seed: other names, languages, shapes and manners of writing manifests each time."""

from itbench_sre.world.application import manifests as k8s
from itbench_sre.world.application.generated import infrastructure
from itbench_sre.world.application.generated.chance import one_of, shuffled
from itbench_sre.world.application.generated.objects import Manifests
from itbench_sre.world.application.generated.programs import Made, Maker
from itbench_sre.world.application.generated.shape import Shape, shape
from itbench_sre.world.application.generated.standing import IMAGES, TAGS, Standing
from itbench_sre.world.application.generated.style import Style, drawn_style
from itbench_sre.world.application.generated.toggles import Acts, toggles
from itbench_sre.world.application.generated.words import TEAMS, Industry
from itbench_sre.world.application.model import Application, Image, Journey, Program
from itbench_sre.world.application.versions import Line, images_of
from itbench_sre.world.clock.randomness import Randomness, mixed
from itbench_sre.world.store.refs import JsonObject

__all__ = ["generated"]

_MIB = 1 << 20


def generated(seed: int, size: int = 0, calls_per_minute: int = 125) -> Application:
    """Return the application of a seed, of about `size` workloads (10 to 60 of chance where 0).

    At noon its entrance gets `calls_per_minute`, of which a visit makes several.
    """
    random = Randomness(mixed(seed, "generated application"))
    made_shape = shape(random, size or random.between(10, 60))
    style = drawn_style(random, made_shape.company, one_of(random, TEAMS))
    maker = Maker(random, made_shape, style.space)
    makes = [maker.made(part) for part in made_shape.parts]
    edge = infrastructure.gateway(maker, random)
    manifests = Manifests(random, style, maker)
    standing = Standing(manifests, maker, makes)
    flag_text, acts, words = toggles(random, makes)
    programs = _standing_programs(maker, makes)
    journeys = _journeys(random, made_shape)
    objects = _objects(manifests, standing, [edge, *makes], flag_text)
    return Application(
        name=style.application,
        namespace=style.space,
        objects=tuple(objects),
        images=tuple(_images(seed, style, [edge, *makes], programs, acts, words)),
        entrance=f"{made_shape.gateway.name}:{maker.port}",
        journeys=journeys,
        visits_per_minute=_visits(journeys, calls_per_minute),
        objectives=_objectives(random, made_shape),
        fields=_fields(made_shape.industry),
        manager=style.manager,
    )


def _standing_programs(maker: Maker, makes: list[Made]) -> list[Program]:
    made = [
        infrastructure.postgres(makes),
        infrastructure.redis(),
        infrastructure.broker(maker.shape.topics),
        infrastructure.flag_store(),
        infrastructure.relay(),
    ]
    return [*made, infrastructure.load(maker)] if maker.shape.load else made


def _objects(manifests: Manifests, standing: Standing, makes: list[Made], flag_text: str) -> list[JsonObject]:
    style = manifests.style
    made: list[JsonObject] = [
        k8s.namespace(style.space, {"team": style.team}),
        *standing.edge(),
        k8s.service_account(style.application, style.space, style.own("", "platform")),
        *standing.databases(),
        *standing.caches(),
        *standing.broker(),
        *standing.flags(flag_text),
        *standing.relay(),
    ]
    for one in reversed(makes):
        made += manifests.of(one, _callers(one, makes))
    made += standing.load()
    return [*made[:1], *standing.quota(made), *made[1:]]


def _callers(one: Made, makes: list[Made]) -> list[str]:
    """Return the names of those whose program asks for this one."""
    return [other.part.name for other in makes if one.part.name in other.program.dependencies]


def _images(
    seed: int,
    style: Style,
    makes: list[Made],
    programs: list[Program],
    acts: Acts,
    words: dict[str, dict[str, str]],
) -> list[Image]:
    current, older, newer = style.tags
    made: list[Image] = []
    for one in makes:
        line = Line(
            reference=f"{style.registry}/{one.program.name}:{{tag}}",
            current=current,
            older=older,
            newer=newer,
            headroom=max(8 * _MIB, one.limit_mib * _MIB - one.program.memory),
            requests_per_minute=12,
        )
        name = one.program.name
        made += images_of(one.program, line, seed, flags=acts.get(name), words=words.get(name))
    for program in programs:
        tags = TAGS.get(program.name, style.tags)
        reference = IMAGES.get(program.name, f"{style.registry}/{program.name}:{{tag}}")
        line = Line(
            reference=reference,
            current=tags[0],
            older=tags[1],
            newer=tags[2],
            headroom=64 * _MIB,
            requests_per_minute=60,
        )
        made += images_of(program, line, seed)
    shell = Program(
        name="busybox", language="shell", role="shell", startup_us=50_000, startup_cpu_us=2_000, memory=600_000,
        idle_cpu_m=0,
    )  # fmt: skip
    return [*made, Image(reference="busybox:1.37", program=shell, size=4_300_000)]


def _journeys(random: Randomness, made: Shape) -> tuple[Journey, ...]:
    """Return journeys that take every route of the gateway at least once."""
    routes = shuffled(random, made.gateway.deeds)
    count = max(3, len(routes) // 3)
    chosen: list[list[str]] = [[] for _ in range(count)]
    for place, route in enumerate(routes):
        chosen[place % count].append(route.name)
    for operations in chosen:
        if random.below(2):
            operations.append(one_of(random, routes).name)
    return tuple(
        Journey(
            name=f"{made.industry.customer}-{one_of(random, made.industry.kinds)}-{place + 1}",
            weight=random.between(2, 20),
            operations=tuple(operations),
            pause_us=random.between(600, 3_000) * 1000,
        )
        for place, operations in enumerate(chosen)
    )


def _visits(journeys: tuple[Journey, ...], calls_per_minute: int) -> int:
    weights = sum(journey.weight for journey in journeys)
    calls = sum(journey.weight * len(journey.operations) for journey in journeys)
    return max(1, calls_per_minute * weights // calls)


def _objectives(random: Randomness, made: Shape) -> dict[str, tuple[int, int]]:
    objectives = {made.gateway.name: (30_000, 1_500)}
    for part in made.parts:
        if part.role == "server" and (part.layer == 1 or random.below(2)):
            objectives[part.name] = (20_000, 400 + 200 * random.below(6))
    return objectives


def _fields(industry: Industry) -> dict[str, tuple[str, ...]]:
    return {
        "customer": ("<100000-999999>",),
        "reference": ("<hex 10>",),
        "id": ("<10000-99999>",),
        "kind": industry.kinds,
        "amount": ("<5-4000>",),
        "session": ("<uuid>",),
    }
