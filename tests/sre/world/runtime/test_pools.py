"""Connection pools: too small, leaking, refused by the server, and connections whose other end is gone."""

from dataclasses import replace

from itbench_sre.world.application.model import Call, Image, Program, Protocol, Setting
from itbench_sre.world.runtime.process import Process

from .conftest import Town, on, server


def database(wait_us: int = 50_000, **settings: int | str) -> Program:
    return server(
        "db",
        500,
        protocol=Protocol.SQL,
        operation="SELECT",
        wait_us=wait_us,
        language="postgres",
        role="database",
        slots=64,
        settings={key: Setting(default=value) for key, value in settings.items()},
    )


def shop(
    town: Town, behind: Program, image: Image | None = None, **dependency: object
) -> tuple[Process, Process]:
    call = Call(dependency="db", operation="SELECT")
    program = server("front", 300, call, needs={"db": on("db", Protocol.SQL, **dependency)}, slots=200)
    image = replace(image, program=program) if image else None
    front = town.start(program, image=image)
    back = town.up(behind)
    town.run(3)
    return front, back


def test_a_pool_that_is_large_enough_serves_all(town: Town) -> None:
    front, back = shop(town, database(), pool=10)
    town.ask(front, "Get", 300, every_us=10_000)
    town.run(10)
    assert town.failures() == []
    assert 1 <= back.connections <= 10


def test_a_pool_that_is_too_small_lets_calls_wait_in_vain(town: Town) -> None:
    front, back = shop(town, database(wait_us=200_000), pool=1, pool_wait_us=500_000)
    town.ask(front, "Get", 100, every_us=20_000)
    town.run(20)
    assert back.connections == 1
    assert town.failures().count("pool") > 50
    assert set(town.failures()) == {"pool"}


def test_a_leak_exhausts_the_pool_and_a_restart_frees_it(town: Town) -> None:
    image = Image(reference="front:2", program=None, defects={"leaked_connections_per_million": 300_000})
    front, back = shop(town, database(wait_us=1_000), image, pool=5, pool_wait_us=500_000)
    town.ask(front, "Get", 100, every_us=50_000)
    town.run(10)
    assert town.failures().count("pool") > 50
    assert back.connections == 5
    town.runtime.stop(front, is_killed=True)
    assert back.connections == 0


def test_a_server_takes_only_so_many_connections(town: Town) -> None:
    front, _ = shop(town, database(wait_us=500_000, max_connections=6, reserved_connections=3), pool=20)
    town.ask(front, "Get", 10, every_us=0)
    town.run(5)
    assert town.failures() == ["53300"] * 7
    assert set(town.messages()) == {"sorry, too many clients already"}


def test_idle_connections_to_a_lost_server_are_noticed_late(town: Town) -> None:
    front, back = shop(town, database(wait_us=1_000), pool=4, timeout_us=2_000_000)
    town.ask(front, "Get", 2, every_us=0)
    town.run(1)
    town.runtime.lose(back)
    town.up(database(), number=1)
    town.run(2)
    town.ask(front, "Get", 10, every_us=5_000_000)
    town.run(60)
    assert 1 <= len(town.failures()) <= 2
    assert set(town.failures()) == {"ETIMEDOUT"}


def test_a_wrong_password_is_refused_on_connecting(town: Town) -> None:
    wrong = Setting(default="old")
    front, _ = shop(town, database(password="new"), pool=4, password=wrong)
    town.ask(front, "Get")
    town.run(2)
    assert town.messages() == ['password authentication failed for user "postgres"']


def test_a_lock_makes_statements_wait_and_a_full_disk_refuses_writes(town: Town) -> None:
    writing = server(
        "db",
        500,
        protocol=Protocol.SQL,
        operation="INSERT",
        role="database",
        language="postgres",
        writes=1000,
    )
    call = Call(dependency="db", operation="INSERT")
    front = town.start(
        server("front", 300, call, needs={"db": on("db", Protocol.SQL, pool=5, timeout_us=9_000_000)})
    )
    back = town.up(writing)
    town.run(3)
    town.runtime.inside(back.place.pod, "lock_table", {"table": "INSERT", "seconds": 3})
    town.ask(front, "Get")
    town.run(5)
    assert town.failures() == []
    assert town.ears.attempts[0].ended_us - town.ears.attempts[0].began_us > 2_900_000
    town.runtime.inside(back.place.pod, "fill_disk", {"left": 500})
    town.ask(front, "Get")
    town.run(2)
    assert town.failures() == ["53100"]
    town.runtime.inside(back.place.pod, "free_disk", {"bytes": 10_000_000})
    town.ask(front, "Get")
    town.run(2)
    assert len(town.failures()) == 1
