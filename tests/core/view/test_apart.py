"""Reading large files in a process of its own."""

import os

import pytest

from itbench.errors import RunFileError
from itbench.view.data.apart import apart


def test_a_process_that_is_killed_is_a_file_that_cannot_be_read() -> None:
    with pytest.raises(RunFileError, match="the process that read it was killed"):
        apart(os._exit, 9)  # Ends the process without a word, as a kill does
