"""What processes use: processor time under limits and beside others, memory, and the ends that follow."""

from collections.abc import Callable

import pytest

from itbench_sre.world.application.model import Image, Setting
from itbench_sre.world.runtime.effects import BurnEffect, JvmEffect
from itbench_sre.world.runtime.process import Process

from .conftest import Town, server

Pair = Callable[..., tuple[Process, Process]]
MIB = 1 << 20


def mean_us(town: Town, process: Process) -> int:
    took = [frame.ended_us - frame.began_us for frame in town.ears.frames if frame.process is process]
    return sum(took) // len(took)


def asked(town: Town, times: int, every_us: int, **place: int) -> Process:
    process = town.start(server("work", 20_000), **place)
    town.run(5)
    town.ask(process, "Get", times, every_us)
    town.run(times * every_us // 1_000_000 + 30)
    return process


def test_a_limit_that_is_used_up_stretches_the_work(town: Town) -> None:
    free = mean_us(town, asked(town, 100, 100_000))
    tight = asked(town, 100, 100_000, cpu_limit_m=180)  # 200 would be needed
    assert mean_us(town, tight) > 2 * free
    assert tight.throttled_us > 0
    assert 0 < tight.throttled_periods <= tight.periods


def test_a_limit_with_room_leaves_the_work_as_it_is(town: Town) -> None:
    free = mean_us(town, asked(town, 100, 100_000))
    roomy = asked(town, 100, 100_000, cpu_limit_m=800)
    assert mean_us(town, roomy) < free * 11 // 10
    assert roomy.throttled_periods == 0


def test_a_full_node_stretches_everybody_who_asks_for_more_than_his_share(town: Town) -> None:
    process = town.start(server("work", 20_000), cpu_request_m=100)
    noisy = town.start(server("noisy"), cpu_request_m=100)
    town.run(5)
    town.runtime.effects.put("stress", BurnEffect(pod=noisy.place.uid, cpu_m=16_000))
    town.run(10)
    town.ask(process, "Get", 50, 10_000)
    town.run(10)
    assert noisy.stretch > 700
    assert mean_us(town, process) < 60_000  # within its share it is not stretched


def test_a_process_beyond_its_memory_limit_is_killed(town: Town) -> None:
    process = town.start(server("work", memory=100 * MIB), memory_limit=120 * MIB)
    town.run(5)
    assert not process.is_over
    town.runtime.effects.put("stress", BurnEffect(pod=process.place.uid, memory=50 * MIB))
    town.run(2)
    assert town.kubelets.ends == [("work-0", 137, "OOMKilled")]


def test_a_leak_ends_in_a_kill_after_as_many_requests_as_fit(town: Town) -> None:
    program = server("work", memory=100 * MIB)
    image = Image(reference="work:2", program=program, defects={"leaked_bytes_per_request": MIB})
    process = town.start(program, image=image, memory_limit=150 * MIB)
    town.run(3)
    town.ask(process, "Get", 40, 50_000)
    town.run(4)
    assert process.memory == 140 * MIB
    assert town.kubelets.ends == []
    town.ask(process, "Get", 20, 50_000)
    town.run(4)
    assert town.kubelets.ends == [("work-0", 137, "OOMKilled")]


@pytest.mark.parametrize(("heap_mib", "dies"), [(200, False), (34, True)])
def test_a_java_heap_that_is_too_small_ends_the_process(town: Town, heap_mib: int, dies: bool) -> None:
    program = server(
        "work", language="java", memory=100 * MIB, settings={"heap_mib": Setting(default=heap_mib)}
    )
    process = town.start(program)
    town.run(3)
    town.runtime.effects.put("chaos", JvmEffect(pod=process.place.uid, gc_us=500_000))
    process.memory += 5 * MIB
    town.run(5)
    assert process.is_over is dies


def test_a_low_limit_makes_the_start_long(town: Town) -> None:
    quick = town.start(server("a", startup_cpu_us=1_000_000))
    slow = town.start(server("b", startup_cpu_us=1_000_000), cpu_limit_m=100)
    town.run(4)
    assert quick.ready_us
    assert not slow.ready_us
    town.run(20)
    assert slow.ready_us
