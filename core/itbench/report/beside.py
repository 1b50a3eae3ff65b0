"""What was handed in, and the truth beside it."""

import json
import shutil
from collections.abc import Iterator
from itertools import zip_longest

from itbench.interfaces.json import JsonObject, JsonValue
from itbench.store.reader import TrialDetail
from itbench.text.files import text_of_file
from itbench.text.harmless import broken, one_line, padded
from itbench.text.shorten import each_line, shorten

_SHOWN_BYTES = 8
_SHOWN_LINES = 200
_GUTTER = " | "


def submission_beside_truth(detail: TrialDetail, truth: JsonObject | str, *, is_whole: bool) -> Iterator[str]:
    """Yield lines with the submission on the left and the truth on the right.

    Args:
        detail: of the trial.
        truth: the truth, or why it cannot be shown.
        is_whole: whether nothing is left out of long ones.
    """
    columns = (shutil.get_terminal_size((160, 24)).columns - len(_GUTTER)) // 2
    left = _submission(detail, columns, is_whole=is_whole)
    right = _lines(truth, columns, is_whole=is_whole)
    yield from _both("submission", "truth", columns)
    yield from _both("-" * columns, "-" * columns, columns)
    for one, other in zip_longest(left, right, fillvalue=""):
        yield from _both(one, other, columns)


def _both(one: str, other: str, columns: int) -> Iterator[str]:
    yield f"{padded(one, columns)}{_GUTTER}{other}".rstrip()


def _submission(detail: TrialDetail, columns: int, *, is_whole: bool) -> Iterator[str]:
    if detail.answer is not None:
        yield from _lines(detail.answer, columns, is_whole=is_whole)
    for path, data in detail.files.items():
        text = text_of_file(data)
        if text is None:
            kind = f"no text, begins with {data[:_SHOWN_BYTES].hex(' ')}"
            yield from broken(one_line(f"file {path}, {len(data)} bytes ({kind})"), columns)
        else:
            yield from broken(one_line(f"file {path}, {len(data)} bytes:"), columns)
            yield from _lines(text, columns, is_whole=is_whole)
    if detail.answer is None and not detail.files:
        yield "nothing was handed in"
    if detail.observed:
        yield "observed at the end:"
        yield from _lines(detail.observed, columns, is_whole=is_whole)


def _lines(value: JsonValue, columns: int, *, is_whole: bool) -> Iterator[str]:
    text = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
    for line in each_line(text.rstrip("\n")) if is_whole else _shortened(text.rstrip("\n")):
        yield from broken(one_line(line), columns)


def _shortened(text: str) -> Iterator[str]:
    found = shorten(text, _SHOWN_LINES)
    yield from found.head
    if found.left_out:
        yield f"... {found.left_out_lines:,} lines, {found.left_out:,} characters left out (--all shows them) ..."
        yield from found.tail
