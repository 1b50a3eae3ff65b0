"""Istio's BookInfo in ambient mode, behind a Gateway, with a waypoint and policies."""

from typing import Literal

from itbench_sre.world.application.book_info import objects, programs
from itbench_sre.world.application.model import Application, Image, Journey, Program
from itbench_sre.world.application.versions import Line, images_of

__all__ = ["book_info"]

_MIB = 1 << 20
_OLDER = ("1.20.2", "1.20.1", "1.19.1")
_NEWER = tuple(f"1.20.{n}" for n in range(4, 14)) + tuple(f"1.21.{n}" for n in range(14))
_ISTIO = (
    "1.27.1",
    ("1.27.0", "1.26.4"),
    tuple(f"1.27.{n}" for n in range(2, 12)) + tuple(f"1.28.{n}" for n in range(12)),
)
_JOURNEYS = (
    ("front-page", 10, ("GET /", "GET /productpage")),
    ("book", 60, ("GET /productpage",)),
    ("sign-in", 8, ("GET /productpage", "GET /login", "GET /productpage")),
    ("catalog", 10, ("GET /api/v1/products", "GET /api/v1/products/{id}")),
    ("reviews", 8, ("GET /api/v1/products/{id}/reviews",)),
    ("ratings", 6, ("GET /api/v1/products/{id}/ratings",)),
)


def book_info(
    database: Literal["mysql", "mongodb", ""] = "mysql", visits_per_minute: int = 100
) -> Application:
    """Return BookInfo with its ratings in a database, or in memory where it is empty."""
    return Application(
        name="bookinfo",
        namespace=objects.SPACE,
        objects=tuple(objects.objects(database)),
        images=tuple(_images(database)),
        entrance="bookinfo-gateway-istio:80",
        journeys=tuple(
            Journey(name=name, weight=weight, operations=operations) for name, weight, operations in _JOURNEYS
        ),
        # Each of the three pods that play users brings a third.
        visits_per_minute=visits_per_minute // 3,
        objectives={
            "productpage": (25_000, 1_200),
            "details": (20_000, 400),
            "reviews": (20_000, 800),
            "ratings": (20_000, 500),
        },
        rules=("mesh",),
        manager="kubectl-client-side-apply",
        fields={"id": ("0",), "user": ("jason", "alice", "bob"), "session": ("<uuid>",)},
    )


def _images(database: str) -> list[Image]:
    services: dict[str, Program] = {
        "details-v1": programs.DETAILS,
        "productpage-v1": programs.PRODUCTPAGE,
        "ratings-v1": programs.ratings(""),
        "reviews-v1": programs.reviews(has_stars=False),
        "reviews-v2": programs.reviews(has_stars=True),
        "reviews-v3": programs.reviews(has_stars=True),
    }
    if database:
        services["ratings-v2"] = programs.ratings(database)
    made: list[Image] = []
    for place, (name, program) in enumerate(services.items()):
        line = Line(
            reference=f"docker.io/istio/examples-bookinfo-{name}:{{tag}}",
            current=objects.TAG,
            older=_OLDER,
            newer=_NEWER,
            headroom=512 * _MIB - program.memory,
            requests_per_minute=40,
        )
        made += images_of(program, line, 100 + place)
    for reference, program in ((objects.ISTIO, programs.GATEWAY), (objects.WAYPOINT, programs.WAYPOINT)):
        current, older, newer = _ISTIO
        line = Line(
            reference=reference.rpartition(":")[0] + ":{tag}", current=current, older=older, newer=newer,
            headroom=900 * _MIB, requests_per_minute=120,
        )  # fmt: skip
        made += images_of(program, line, 127)
    if database:
        line = Line(
            reference=objects.STORES[database].rpartition(":")[0] + ":{tag}", current=objects.TAG, older=_OLDER,
            newer=_NEWER, headroom=400 * _MIB, requests_per_minute=40,
        )  # fmt: skip
        made += images_of(programs.database(database), line, 128)
    return [*made, Image(reference=objects.CURL, program=programs.CURL, size=40_000_000)]
