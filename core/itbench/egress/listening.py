"""Ends listening without losing a connection that came at the same moment."""

import asyncio


async def stop_listening(server: asyncio.Server) -> None:
    """Close a server's sockets, after every connection that was accepted has got its transport.

    Without that, asyncio leaves such a connection open and unknown: https://github.com/python/cpython/issues/109564.
    """
    loop = asyncio.get_running_loop()
    for listener in server.sockets:
        loop.remove_reader(listener.fileno())
    await asyncio.sleep(0)
    server.close()
