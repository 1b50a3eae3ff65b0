"""Makes clients of foreign packages: what the environment, a certificate, a URL or a version gets wrong is told, and is no agent's doing."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from itbench.host.faults import HostError, is_shortage
from itbench.interfaces.fault import StageError
from itbench.models.faults import ModelError
from itbench.models.reply.text import sound

# What HTTP packages read of the environment when a client is made.
_VARIABLES = (
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
)
_USER = re.compile(r"//[^/@\s]*@")
_LONGEST = 300


@contextmanager
def making(package: str, environment: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Have what goes wrong while a client of a package is made be a fault of the model, or of the machine if that lacks something.

    Raises:
        ModelError: the client cannot be made; the message says what may be the cause.
        HostError: the machine is short of something.
    """
    try:
        yield
    except StageError:
        raise
    except Exception as error:
        if is_shortage(error):
            raise HostError(f"the client of {package!r} cannot be made", error) from error
        raise ModelError(_told(package, error, environment)) from error


def problem_of(package: str, client: Any, url: str) -> str | None:
    """Return what is wrong with the headers and the URL that a client would send; None where nothing is."""
    for name, value in client.default_headers.items():
        # Some libraries have a value that stands for none.
        if isinstance(value, str) and not is_header(value):
            return (
                f"the package {package!r} would send a header {name!r} with characters that no header has; see the "
                f"environment variables that begin with {package.upper()}_"
            )
    return url_problem(url)


def is_header(value: str) -> bool:
    """Tell whether a text can be the value of a header."""
    return value.isascii() and value.isprintable()


def url_problem(url: str) -> str | None:
    """Return what is wrong with the host of a URL that is written correctly; None where nothing is."""
    host = url.partition("//")[2].partition("/")[0].rpartition("@")[2].rsplit(":", 1)[0]
    if host.startswith("["):
        return None
    try:
        host.encode("idna")
    except UnicodeError:
        return f"the host {host[:100]!r} of the model's URL is not a name of a host"
    return None


def _told(package: str, error: Exception, environment: Mapping[str, str]) -> str:
    said = _USER.sub("//", sound(" ".join(str(error).split())))[:_LONGEST]
    told = f"the client of the package {package!r}{_version(package)} cannot be made: {type(error).__name__}: {said}"
    if isinstance(error, (ImportError, AttributeError, TypeError)) and "proxy" not in said.lower():
        return f"{told}; install a version that fits with: pip install 'itbench[models]'"
    names = list(_given(environment))
    if names:
        are = "is" if len(names) == 1 else "are"
        return f"{told}; {', '.join(names)} {are} set in the environment: correct or unset what is wrong"
    return told


def _given(environment: Mapping[str, str]) -> Iterable[str]:
    for name in _VARIABLES:
        yield from (each for each in (name, name.lower()) if environment.get(each))


def _version(package: str) -> str:
    try:
        return f" {version(package)}"
    except PackageNotFoundError:
        return ""
