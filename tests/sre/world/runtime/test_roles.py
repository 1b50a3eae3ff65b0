"""Brokers and those who read, caches, flags, jobs and scripts."""

import json
from dataclasses import replace

import pytest

from itbench_sre.world.application.model import Call, Image, Operation, Program, Protocol, Setting, Work
from itbench_sre.world.runtime.brokers import Broker
from itbench_sre.world.runtime.effects import LinkEffect
from itbench_sre.world.runtime.process import Process

from .conftest import Town, on, server


def broker_of(process: Process) -> Broker:
    assert process.extra is not None
    role = process.extra.role
    assert isinstance(role, Broker)
    return role


def stream(town: Town, cpu_us: int = 20_000) -> tuple[Process, Process, Process]:
    """Return a producer, a broker, and a worker that takes `cpu_us` for each message."""
    broker = server(
        "kafka",
        500,
        protocol=Protocol.KAFKA,
        operation="orders",
        role="broker",
        language="kafka",
        writes=1000,
    )
    call = Call(dependency="kafka", operation="orders")
    needs = {"kafka": on("kafka", Protocol.KAFKA)}
    reading = Operation(name="orders process", protocol=Protocol.KAFKA, steps=(Work(cpu_us),))
    worker = Program(
        name="worker",
        language="java",
        role="worker",
        operations={"orders process": reading},
        consumes={"orders": "orders process"},
        dependencies=needs,
        slots=1,
        startup_us=500_000,
    )
    kept = town.up(broker)
    front = town.up(server("front", 300, call, needs=needs))
    reader = town.start(worker)
    town.run(8)
    return front, kept, reader


def lag(kept: Process) -> int:
    return broker_of(kept).topics["orders"].lag("worker")


def done(town: Town, process: Process) -> int:
    return sum(frame.process is process for frame in town.ears.frames)


def test_messages_are_read_soon_by_who_keeps_up(town: Town) -> None:
    front, kept, reader = stream(town)
    town.ask(front, "Get", 100)
    town.run(12)
    assert done(town, reader) == 100
    assert lag(kept) == 0
    numbers = {frame.request.number for frame in town.ears.frames if frame.process is reader}
    assert numbers == set(range(100))


def test_lag_grows_where_a_reader_is_too_slow_and_is_worked_off(town: Town) -> None:
    front, kept, reader = stream(town, cpu_us=300_000)
    town.ask(front, "Get", 100)
    town.run(11)
    assert lag(kept) > 50
    town.run(40)
    assert lag(kept) == 0
    assert done(town, reader) == 100


def test_a_reader_that_starts_again_goes_on_where_it_was(town: Town) -> None:
    front, kept, reader = stream(town, cpu_us=100_000)
    town.ask(front, "Get", 50)
    town.run(3)
    town.runtime.stop(reader, is_killed=True)
    town.run(10)
    assert lag(kept) > 15
    assert reader.program is not None
    again = town.start(reader.program, number=1)
    town.run(40)
    assert lag(kept) == 0
    assert done(town, reader) + done(town, again) >= 50


def test_a_partition_from_the_broker_stops_a_reader(town: Town) -> None:
    front, kept, reader = stream(town)
    effect = LinkEffect(sources=(reader.place.uid,), targets=(kept.place.uid,), is_cut=True)
    town.runtime.effects.put("cut", effect)
    town.ask(front, "Get", 30)
    town.run(10)
    assert lag(kept) == 30
    town.runtime.effects.drop("cut")
    town.run(10)
    assert lag(kept) == 0


def test_a_broker_whose_disk_is_full_takes_no_messages(town: Town) -> None:
    front, kept, _ = stream(town)
    town.runtime.inside(kept.place.pod, "fill_disk", {"left": 2_500})
    town.ask(front, "Get", 5)
    town.run(3)
    assert town.failures() == ["KafkaStorageException"] * 3


def cached(town: Town, password: str = "", **settings: int | str) -> tuple[Process, Process]:
    cache = server(
        "valkey",
        100,
        protocol=Protocol.REDIS,
        operation="HMSET",
        role="cache",
        language="valkey",
        writes=100_000,
        memory=3_000_000,
        settings={key: Setting(default=value) for key, value in settings.items()},
    )
    call = Call(dependency="valkey", operation="HMSET")
    needs = {"valkey": replace(on("valkey", Protocol.REDIS), password=Setting(default=password))}
    front = town.up(server("front", 300, call, needs=needs, language="dotnet"))
    kept = town.up(cache)
    town.run(3)
    return front, kept


def test_a_password_set_at_run_time_shuts_clients_out(town: Town) -> None:
    front, kept = cached(town)
    town.ask(front, "Get")
    town.run(1)
    town.runtime.inside(kept.place.pod, "set_password", {"password": "secret"})
    town.ask(front, "Get")
    town.run(1)
    assert town.messages() == ["NOAUTH Authentication required."]


@pytest.mark.parametrize(("eviction", "refused"), [("noeviction", True), ("allkeys-lru", False)])
def test_a_full_cache_refuses_writes_or_forgets(town: Town, eviction: str, refused: bool) -> None:
    front, kept = cached(town, max_memory_mib=1, eviction=eviction)
    town.ask(front, "Get", 400, every_us=10_000)
    town.run(6)
    assert ("OOM" in town.failures()) is refused
    assert kept.memory < 5_000_000


def flagged(town: Town, flag: dict[str, object], effect: dict[str, int], group: str = "all") -> Process:
    text = json.dumps(
        {"flags": {"slow": {"state": "ENABLED", "variants": {"on": True, "off": False}, **flag}}}
    )
    flagd = server("flagd", role="flags", settings={"file": Setting(file="/etc/flags.json", default="")})
    town.up(flagd, files={"/etc/flags.json": text})
    program = server("work", 1_000, needs={"flagd": on("flagd")})
    image = Image(
        reference="work:1",
        program=program,
        flags={"slow": effect},
        words={"slow": "INTERNAL: Error: slow is on."},
    )
    process = town.start(program, image=image)
    town.run(8)
    return process


def test_a_flag_acts_once_it_is_on_and_mounted(town: Town) -> None:
    process = flagged(town, {"defaultVariant": "off"}, {"failure_per_million": 1_000_000})
    town.ask(process, "Get")
    town.run(1)
    flagd = next(each for each in town.runtime.processes.values() if each.name == "flagd")
    text = flagd.files["/etc/flags.json"].replace('"defaultVariant": "off"', '"defaultVariant": "on"')
    town.runtime.mounted(flagd, {"/etc/flags.json": text})
    town.run(5)
    town.ask(process, "Get")
    town.run(1)
    assert [frame.failure and frame.failure.message for frame in town.ended] == [None, "Error: slow is on."]


@pytest.mark.parametrize(("group", "fails"), [("all", True), ("beta", False)])
def test_a_flag_aims_at_a_group(town: Town, group: str, fails: bool) -> None:
    targeting = {"if": [{"==": [{"var": "group"}, group]}, "on", "off"]}
    process = flagged(
        town, {"defaultVariant": "off", "targeting": targeting}, {"failure_per_million": 1_000_000}
    )
    town.ask(process, "Get", 5)
    town.run(2)
    assert all((frame.failure is not None) is fails for frame in town.ended)


def test_a_flag_multiplies_processor_time(town: Town) -> None:
    process = flagged(town, {"defaultVariant": "on"}, {"cpu_per_cent": 900})
    before = process.cpu_us
    town.ask(process, "Get", 100, every_us=10_000)
    town.run(3)
    assert process.cpu_us - before > 800_000


def test_a_job_does_its_work_and_ends(town: Town) -> None:
    good = Program(
        name="job",
        language="python",
        role="job",
        operations={"run": Operation(name="run", steps=(Work(900_000),))},
    )
    town.start(good)
    bad = replace(good, name="bad", operations={"run": Operation(name="run", failure_per_million=1_000_000)})
    town.start(bad)
    town.run(10)
    assert sorted(town.kubelets.ends) == [("bad-0", 1, "Error"), ("job-0", 0, "Completed")]


def test_a_script_waits_for_a_port_and_ends(town: Town) -> None:
    shell = Program(name="busybox", language="shell", role="shell")
    command = ("sh", "-c", "until nc -z -v -w30 back 8080; do echo waiting; sleep 2; done;")
    town.start(shell, command=command)
    town.run(10)
    assert town.kubelets.ends == []
    town.up(server("back"))
    town.run(5)
    assert town.kubelets.ends == [("busybox-0", 0, "Completed")]


@pytest.mark.parametrize("command", [("/bin/nothing",), ("no-such-server", "--port", "80")])
def test_a_command_that_is_not_there_is_told_before_the_start_returns(
    town: Town, command: tuple[str, ...]
) -> None:
    town.start(server("work"), command=command)
    assert town.kubelets.ends == [("work-0", 128, "StartError")]


def test_a_flag_can_send_calls_to_an_address_that_is_not_there(town: Town) -> None:
    text = json.dumps(
        {"flags": {"lost": {"state": "ENABLED", "variants": {"on": True}, "defaultVariant": "on"}}}
    )
    flagd = server("flagd", role="flags", settings={"file": Setting(file="/etc/flags.json", default="")})
    town.up(flagd, files={"/etc/flags.json": text})
    needs = {"back": on("back", pool=2), "flagd": on("flagd")}
    program = server("front", 300, Call(dependency="back", operation="Get"), needs=needs)
    town.up(server("back"))
    town.start(program)
    image = Image(reference="front:1", program=program, flags={"lost": {"unreachable|back": 1}})
    front = town.start(program, image=image, number=1)
    town.run(8)
    town.ask(front, "Get")
    town.run(2)
    assert town.messages() == ["name resolver error: produced zero addresses"]


def test_a_flag_can_multiply_the_calls_of_a_dependency(town: Town) -> None:
    text = json.dumps(
        {"flags": {"more": {"state": "ENABLED", "variants": {"on": 5}, "defaultVariant": "on"}}}
    )
    flagd = server("flagd", role="flags", settings={"file": Setting(file="/etc/flags.json", default="")})
    town.up(flagd, files={"/etc/flags.json": text})
    needs = {"back": on("back"), "flagd": on("flagd")}
    program = server("front", 300, Call(dependency="back", operation="Get"), needs=needs)
    town.up(server("back"))
    image = Image(reference="front:1", program=program, flags={"more": {"extra_calls|back": 1}})
    front = town.start(program, image=image)
    town.run(8)
    town.ask(front, "Get")
    town.run(2)
    assert len(town.ears.attempts) == 6
