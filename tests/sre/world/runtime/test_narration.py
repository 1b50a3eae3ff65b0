"""What fills the places of log lines."""

import pytest

from itbench_sre.world.application.model import Line, Operation, Program, Setting, Work
from itbench_sre.world.runtime.narration import go_duration

from .conftest import Town


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0ns"),
        (999, "999ns"),
        (192_897, "192.897µs"),
        (3_000_000, "3ms"),
        (12_340_000, "12.34ms"),
        (2_500_000_000, "2.5s"),
        (61_000_000_001, "61.000000001s"),
    ],
)
def test_a_duration_is_printed_as_go_does_up_to_a_minute(nanoseconds: int, text: str) -> None:
    assert go_duration(nanoseconds) == text


def _telling(level: str) -> Program:
    lines = (
        Line(body="looked up", severity="DEBUG", number=5),
        Line(body="answered"),
        Line(body="slow", severity="WARN", number=13),
        Line(body="bare", severity="", number=0),
    )
    operation = Operation(name="Get", steps=(Work(1_000),), lines=lines)
    return Program(
        name="cart",
        language="go",
        ports={"grpc": 8080},
        operations={"Get": operation},
        settings={"log_level": Setting(default=level)},
    )


@pytest.mark.parametrize(
    ("level", "said"),
    [
        ("debug", ["looked up", "answered", "slow", "bare"]),
        ("info", ["answered", "slow", "bare"]),
        ("WARN", ["slow", "bare"]),
        ("error", ["bare"]),
        ("", ["looked up", "answered", "slow", "bare"]),
    ],
)
def test_nothing_below_the_least_severity_is_logged(town: Town, level: str, said: list[str]) -> None:
    process = town.up(_telling(level))
    town.ears.lines.clear()
    town.ask(process, "Get")
    town.run(2)
    assert [body for body, _ in town.ears.lines] == said


def test_a_version_that_logs_more_does_so_in_each_request(town: Town) -> None:
    program = _telling("info")
    process = town.up(program, image=town.image(program, defects={"lines_per_request": 3}))
    town.ears.lines.clear()
    town.ask(process, "Get", times=2)
    town.run(2)
    stages = [fields["number"] for body, fields in town.ears.lines if body.endswith("entered")]
    assert stages == [1, 2, 3, 1, 2, 3]
