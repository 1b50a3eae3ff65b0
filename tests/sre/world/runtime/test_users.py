"""Users: drawn beforehand, played by a load generator, and what becomes of their visits."""

from itbench_sre.world.application.model import (
    Application,
    Call,
    Image,
    Journey,
    Operation,
    Program,
    Protocol,
    Setting,
)
from itbench_sre.world.clock.loop import MINUTE_US
from itbench_sre.world.runtime.process import Process
from itbench_sre.world.runtime.shapes import Day
from itbench_sre.world.runtime.users import Users

from .conftest import NAMESPACE, START_US, Town, on, server


def visited(town: Town, users: str = "10", *, has_load: bool = True) -> tuple[Users, Process]:
    shop = server("shop", 2_000, protocol=Protocol.HTTP, operation="GET /")
    load = Program(
        name="load",
        language="python",
        role="load",
        settings={"users": Setting(variable="USERS", default=10)},
        dependencies={"shop": on("shop", Protocol.HTTP, pool=50)},
        operations={
            "browse": Operation(
                name="browse", steps=tuple(Call(dependency="shop", operation="GET /") for _ in range(3))
            )
        },
        startup_us=500_000,
    )
    programs = [shop, load] if has_load else [shop]
    application = Application(
        name="shop",
        namespace=NAMESPACE,
        objects=(),
        images=tuple(Image(reference=program.name, program=program) for program in programs),
        entrance="shop.shop:8080",
        journeys=(Journey(name="browse", weight=1, operations=("GET /", "GET /", "GET /")),),
        visits_per_minute=60,
        fields={"user": ("ann", "bob")},
    )
    serving = town.up(shop)
    if has_load:
        town.start(load, environment={"USERS": users})
    town.run(5)
    made = Users(town.runtime, application, 1, is_flat=True)
    made.begin()
    return made, serving


def total(users: Users, what: str) -> int:
    return sum(getattr(minute, what) for minute in users.minutes.values())


def test_visits_come_at_their_rate_and_are_counted(town: Town) -> None:
    users, _ = visited(town)
    town.run(600)
    assert 520 < total(users, "visits") < 680
    assert total(users, "calls") > 3 * total(users, "visits") - 10
    assert total(users, "failed") == total(users, "failed_calls") == 0


def test_twice_the_users_visit_twice_as_often_and_the_first_ones_as_before() -> None:
    moments: list[set[int]] = []
    for number in ("10", "20"):
        town = Town()
        visited(town, number)
        town.run(300)
        moments.append({frame.began_us for frame in town.ears.frames if frame.operation.name == "browse"})
    assert 1.7 * len(moments[0]) < len(moments[1]) < 2.3 * len(moments[0])
    assert moments[0] <= moments[1]


def test_nobody_visits_while_the_load_generator_is_away(town: Town) -> None:
    users, _ = visited(town)
    town.run(60)
    player = next(each for each in town.runtime.processes.values() if each.name == "load")
    town.runtime.stop(player, is_killed=True)
    before = len(town.ears.frames)
    town.run(120)
    assert len(town.ears.frames) == before
    assert total(users, "refused") > 80


def test_a_visit_that_fails_is_given_up_with_what_it_would_have_asked(town: Town) -> None:
    users, serving = visited(town)
    town.run(60)
    town.runtime.stop(serving, is_killed=True)
    town.run(60)
    assert total(users, "failed") > 30
    assert total(users, "failed_calls") == total(users, "failed")
    assert total(users, "unsent") == 2 * total(users, "failed")


def test_an_application_without_a_load_generator_is_visited_from_outside(town: Town) -> None:
    users, _ = visited(town, has_load=False)
    town.run(120)
    assert total(users, "calls") > 250
    assert total(users, "failed") == 0


def test_arrivals_do_not_depend_on_what_becomes_of_visits() -> None:
    counts = []
    for is_killed in (False, True):
        town = Town()
        users, serving = visited(town)
        if is_killed:
            town.runtime.stop(serving, is_killed=True)
        town.run(300)
        counts.append([minute.visits for minute in users.minutes.values()])
    assert counts[0] == counts[1]


def test_a_day_has_a_night_and_spikes() -> None:
    day = Day(5)
    shares = [day.per_cent(START_US + minute * MINUTE_US) for minute in range(1440)]
    assert min(shares) < 40
    assert max(shares) > 115
    assert Day(5, is_flat=True).per_cent(START_US) == 100
