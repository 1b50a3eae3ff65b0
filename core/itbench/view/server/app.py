"""The application: addresses to pages, pages to HTML."""

from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from urllib.parse import quote

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from itbench.errors import ITBenchError, UsageError
from itbench.view.data.catalogue import Catalogue
from itbench.view.pages.drawn import leads_by
from itbench.view.pages.makers import MAKERS, PANELS, Maker
from itbench.view.pages.page import Asked, Page, Raw
from itbench.view.pages.templates import Surroundings, make_environment, page_html
from itbench.view.server.addresses import PATHS, link
from itbench.view.server.guard import App, Guard
from itbench.view.server.watcher import Watcher

_TYPES: Mapping[str, str] = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


class Viewer:
    """Answers what a browser asks for, from a catalogue that a watcher keeps up to date.

    Args:
        catalogue: of the runs that are shown.
        watcher: that tells of changes.
    """

    def __init__(self, catalogue: Catalogue, watcher: Watcher) -> None:
        self._catalogue = catalogue
        self._watcher = watcher
        around = Surroundings(link=link, later=_later, source="served.js", changes=link("changes"))
        self._templates = make_environment(around)

    def app(self, token: str, port: int) -> App:
        """Return the application behind its guard."""
        routes = [Route(PATHS[name], partial(self._page, name, maker)) for name, maker in MAKERS.items()]
        routes += [
            Route(PATHS[name], partial(self._page, name, partial(maker, leads=leads_by(link))))
            for name, maker in PANELS.items()
        ]
        routes += [
            Route(PATHS["changes"], self._changes),
            Route(PATHS["static"], self._static),
        ]
        handlers = {ITBenchError: self._problem}
        return Guard(Starlette(routes=routes, exception_handlers=handlers), token, port)

    def _page(self, name: str, maker: Maker, request: Request) -> Response:
        values: dict[str, list[str]] = {}
        for key, value in request.query_params.multi_items():
            values.setdefault(key, []).append(value)
        found = maker(self._catalogue, Asked(values), **request.path_params)
        return (
            _raw(found) if isinstance(found, Raw) else HTMLResponse(page_html(self._templates, name, found))
        )

    def _problem(self, request: Request, error: Exception) -> Response:
        status = 404 if isinstance(error, UsageError) else 500
        page = Page(template="problem.html", title="Not shown", context={"problem": str(error)})
        return HTMLResponse(page_html(self._templates, "problem", page), status)

    async def _changes(self, request: Request) -> Response:
        return StreamingResponse(self._watcher.changes(), media_type="text/event-stream")

    def _static(self, request: Request) -> Response:
        name = request.path_params["name"]
        known = {each.name: each for each in files("itbench.view").joinpath("static").iterdir()}
        if name not in known:
            raise UsageError(f"there is no file {name!r}")
        kind = _TYPES.get(name.rpartition(".")[2], "application/octet-stream")
        return Response(known[name].read_bytes(), media_type=kind)


def _later(page: str, **parameters: object) -> Markup:
    """Return a place whose content a script asks for."""
    return Markup('<div data-later="{}"></div>').format(link(page, **parameters))


def _raw(found: Raw) -> Response:
    headers = (
        {}
        if found.name is None
        else {"content-disposition": f"attachment; filename*=UTF-8''{quote(found.name, safe='')}"}
    )
    return Response(found.data, media_type=found.kind, headers=headers)
