"""Listens on the loopback until it is interrupted."""

import secrets
import socket
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from itbench.errors import UsageError
from itbench.view.data.catalogue import Catalogue
from itbench.view.data.files import require_paths
from itbench.view.server.app import Viewer
from itbench.view.server.guard import TOKEN
from itbench.view.server.watcher import Watcher

HOST = "127.0.0.1"
# So long the first page may wait for what it shows.
_FIRST_S = 0.3


class _Server(uvicorn.Server):
    """A server that ends the streams of changes before it waits for open connections."""

    def __init__(self, config: uvicorn.Config, watcher: Watcher) -> None:
        super().__init__(config)
        self._watcher = watcher

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, and end all connections."""
        self._watcher.stop()
        await super().shutdown(sockets)


def serve(paths: Sequence[Path], *, port: int, listening: Callable[[str], object]) -> None:
    """Serve the pages of the runs below some paths until it is interrupted.

    Args:
        paths: run files, and folders with run files.
        port: on which it listens; 0 for any that is free.
        listening: is told the address with the token, once browsers can connect.

    Raises:
        UsageError: there is no such path, or the port is taken.
    """
    require_paths(paths)
    token = secrets.token_urlsafe(24)
    with _bound(port) as listener, Watcher(Catalogue(paths)) as watcher:
        port = listener.getsockname()[1]
        app = Viewer(watcher.catalogue, watcher).app(token, port)
        config = uvicorn.Config(
            app, log_level="warning", lifespan="off", access_log=False, server_header=False, date_header=False
        )
        watcher.first(_FIRST_S)
        listening(f"http://{HOST}:{port}/?{TOKEN}={token}")
        _Server(config, watcher).run(sockets=[listener])


def _bound(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise UsageError(
            f"cannot listen on port {port} of {HOST}: {error.strerror}; give another one with --port"
        ) from error
    return listener
