"""Whose doing a failure was: each stage of a trial runs inside `blame`."""

import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from itbench.interfaces.fault import Fault, Stage, StageError
from itbench.interfaces.score import printable


class Blamed(Exception):  # noqa: N818 - it carries a fault and is itself none
    """Carries the fault of a stage outwards."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


@contextmanager
def blame(stage: Stage) -> Iterator[None]:
    """Turn any ordinary exception into a fault of this stage; an inner blame wins.

    Raises:
        Blamed: something inside raised.
    """
    try:
        yield
    except Blamed:
        raise
    except Exception as error:
        raise Blamed(fault_of(error, stage)) from error


def fault_of(error: BaseException, stage: Stage) -> Fault:
    """Return the fault that an exception stands for; an inner blame or a StageError names its own stage."""
    if isinstance(error, Blamed):
        return error.fault
    if isinstance(error, StageError):
        stage = error.stage
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    text = "".join(traceback.format_exception(error))
    return Fault(stage, printable(_one_line(message)), printable(text))


def _one_line(message: str, longest: int = 500) -> str:
    line = " ".join(message.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
