"""The ways to a model through the gateway: exact paths and methods, decoded before they are judged."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from itbench.egress.exchange import BadRequestError, Request

# Every interface, with its version in the path.
_VERSION = "/v1"
ASKING = frozenset({"/chat/completions", "/responses", "/messages"})
_COUNTING = "/messages/count_tokens"
_LIST = "/models"
_ONE_MODEL = re.compile(r"/models/(?P<name>[A-Za-z0-9][A-Za-z0-9._:-]*(/[A-Za-z0-9][A-Za-z0-9._:-]*){0,3})")
_LONGEST_PATH = 300
# Anthropic's library says so where it uses fields that are not final.
_QUERIES = {"/messages": "beta=true", _COUNTING: "beta=true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One way to a provider.

    Attributes:
        method: GET or POST.
        path: below the version.
        query: what is asked of it, from the list of what may be.
    """

    method: str
    path: str
    query: str = ""

    @property
    def is_asking(self) -> bool:
        """Whether a model answers, which is a turn."""
        return self.path in ASKING

    @property
    def target(self) -> str:
        """What stands behind the version in the provider's URL."""
        return f"{self.path}?{self.query}" if self.query else self.path


def route_of(request: Request) -> Route:
    """Return the way that a request takes.

    Raises:
        BadRequestError: it leads to something else than a model.
    """
    raw, mark, query = request.target.partition("?")
    path = unquote(raw)
    shown = f"{request.method} {request.target[:_LONGEST_PATH]}"
    # What is written in another way than usual is meant to be read in two ways.
    if path != raw or len(raw) > _LONGEST_PATH or not path.startswith(f"{_VERSION}/"):
        raise BadRequestError(404, f"{shown!r} is not a path to a model")
    path = path.removeprefix(_VERSION)
    route = Route(method=request.method, path=path, query=query)
    if mark and query != _QUERIES.get(path):
        raise BadRequestError(
            404, f"{shown!r} is not a path to a model: no query is passed on but beta=true to /v1/messages"
        )
    if request.method == "POST" and (route.is_asking or path == _COUNTING):
        return route
    if request.method == "GET" and (path == _LIST or _ONE_MODEL.fullmatch(path)):
        if request.values("transfer-encoding") or any(
            value != "0" for value in request.values("content-length")
        ):
            raise BadRequestError(400, f"{shown!r} has a body, which no GET has")
        return route
    raise BadRequestError(404, f"{shown!r} is not a path to a model; allowed: {_allowed()}")


def _allowed() -> str:
    posted = ", ".join(f"{_VERSION}{path}" for path in sorted({*ASKING, _COUNTING}))
    return f"POST {posted}; GET {_VERSION}{_LIST} and {_VERSION}{_LIST}/NAME"
