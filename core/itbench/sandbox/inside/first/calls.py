"""Calls of the C library, and messages with descriptors."""

import _ctypes
import _socket
import errno
import os
import sys

HOST_ERRORS = (errno.EAGAIN, errno.ENFILE, errno.ENOMEM)
_MOST_DESCRIPTORS = 8


def call(name: str, *arguments: int | bytes | None) -> int:
    """Call a function of the C library; `ctypes` itself would take 5 ms to import."""
    address = _ctypes.dlsym(_ctypes.dlopen(None, 0), name)  # type: ignore[arg-type]  # None is the program itself
    return int(_ctypes.call_function(address, arguments))


def send(control: _socket.socket, data: bytes, descriptor: int) -> None:
    """Send a message with a descriptor."""
    rights = (_socket.SOL_SOCKET, _socket.SCM_RIGHTS, descriptor.to_bytes(4, sys.byteorder))
    control.sendmsg([data], [rights])


def receive(control: _socket.socket) -> tuple[bytes, list[int]]:
    """Return a message and the descriptors that came with it.

    Raises:
        OSError: the machine has no room for them.
    """
    data, ancillary, flags, _ = control.recvmsg(512, _socket.CMSG_SPACE(_MOST_DESCRIPTORS * 4))
    if flags & _socket.MSG_CTRUNC:
        # The kernel could not hand all descriptors over; the next one says whose limit it is.
        os.close(os.dup(control.fileno()))
        raise OSError(errno.ENFILE, os.strerror(errno.ENFILE))
    numbers = ancillary[0][2] if ancillary else b""
    return data, [
        int.from_bytes(numbers[place : place + 4], sys.byteorder) for place in range(0, len(numbers), 4)
    ]
