"""What a server sends is bounded once decoded, whatever its status."""

import gzip
from typing import Any

import pytest

from itbench.models import ModelError
from itbench.testing.model_server import ModelServer, Raw

BOMB = gzip.compress(b"\0" * 20_000_000, 9)


@pytest.mark.slow
@pytest.mark.parametrize("status", [400, 500])
def test_an_error_that_grows_when_it_is_decoded_is_not_read_to_its_end(status: int, asker: Any) -> None:
    """It is slow because it decodes megabytes."""
    raw = Raw(body=BOMB, code=status, headers={"content-encoding": "gzip"})
    with (
        ModelServer(lambda _: raw) as server,
        pytest.raises(ModelError, match="its body has more than 4000000 bytes"),
    ):
        asker(server).ask(attempts="1")
