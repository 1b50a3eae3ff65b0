"""What a provider's client library is built on, and what to install where it is missing."""

import os
import sys
from functools import cache
from importlib.util import find_spec
from typing import Any

from itbench.models.http.bounded import bounded
from itbench.models.http.gate import LARGEST


def absent(*names: str) -> list[str]:
    """Return in one line which packages are not installed and what to do; nothing is imported, for that takes long."""
    missing = [repr(name.replace("_", "-")) for name in names if find_spec(name) is None]
    if not missing:
        return []
    packages = f"package {missing[0]} is" if len(missing) == 1 else f"packages {', '.join(missing)} are"
    return [f"the {packages} not installed; install with: pip install 'itbench[models]'"]


def transport(library: Any) -> Any:
    """Return the HTTP package that a client library is built on: httpx, or its successor httpx2."""
    bases = library.DefaultAsyncHttpxClient.__mro__
    root = next(base.__module__ for base in bases if base.__name__ == "AsyncClient").partition(".")[0]
    return sys.modules[root]


def transport_errors(library: Any) -> tuple[type[Exception], ...]:
    """Return what the HTTP package raises while a stream is read."""
    http = transport(library)
    return (http.HTTPError, http.StreamError)


def http_client(library: Any, idle_s: float) -> Any:
    """Return a client of the HTTP package that keeps as many connections as the gate lets in."""
    http = transport(library)
    return library.DefaultAsyncHttpxClient(
        verify=_tls(http, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")),
        timeout=http.Timeout(idle_s, connect=min(60.0, idle_s), pool=None),
        limits=http.Limits(max_connections=LARGEST, max_keepalive_connections=LARGEST),
        event_hooks={"response": [bounded(http)]},
    )


@cache
def _tls(http: Any, _file: str | None, _folder: str | None) -> Any:
    """Return the TLS settings of a client, with the certificates that the environment names; reading them takes 30 ms."""
    return http.create_ssl_context()
