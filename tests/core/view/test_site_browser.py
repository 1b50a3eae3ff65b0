"""A site in a real browser: from a disk, and below a path of a plain web server."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from itbench.view.site.build import build_site

# A browser takes a second to start, and each page of it some tenths.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Start = Callable[..., Any]
ONE = "20260102t030405z-sums-easy-one-aaaaaaaa"


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that it has above
        """Say nothing."""


@pytest.fixture
def address(shared_site: Path) -> str:
    """Return the address of the first page on the disk."""
    return (shared_site / "index.html").as_uri()


@pytest.fixture
def web(shared_site: Path) -> Iterator[str]:
    """Yield the address of the site below a path of a plain web server."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(shared_site.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/{shared_site.name}"
    server.shutdown()
    server.server_close()


def column(page: Any, key: str) -> list[str]:
    """Return the texts of a column of the table, of the rows that are shown."""
    cells = page.locator(f"tbody tr[data-key]:visible td[data-c='{key}']")
    return [text.strip() for text in cells.all_inner_texts()]


def test_a_site_is_sorted_filtered_compared_and_read(address: str, open_page: Start) -> None:
    page = open_page(address).page
    assert page.locator("tr[data-key]").count() == 4
    page.click("a[data-sort-by=scored]")
    page.click("a[data-sort-by=agent]")
    assert column(page, "agent")[0].startswith("<img")
    page.fill("input[name=q]", "agent:someone score<=1")
    assert column(page, "agent") == ["someone"]
    page.fill("input[name=q]", "cut.itbench")
    assert page.locator("tbody tr[data-key]:visible").count() == 1
    page.fill("input[name=q]", "")
    page.click(".columns summary")
    page.check("input[data-column=repeats]")
    assert set(column(page, "repeats")) == {"1"}
    page.keyboard.press("Escape")
    for agent in ("someone", "another"):
        page.check(f"tr:has-text('{agent}') input[data-tick]")
    page.click("button:has-text('Heat map')")
    page.wait_for_selector("text=Only ticked runs are shown")
    assert page.locator(".heat-map thead th:visible").count() == 3
    page.select_option("select[name=by]", "outcome")
    page.wait_for_selector("td.done:visible")
    assert page.locator(".heat-map thead th:visible").count() == 3
    page.go_back()
    page.go_back()
    page.click("button:has-text('Compare')")
    page.wait_for_selector("text=Paired comparison")
    page.fill("input[name=q]", "sum-0000")
    page.click("text=side by side")
    one, other = page.wait_for_selector("iframe"), page.wait_for_selector("iframe >> nth=1")
    one, other = one.content_frame(), other.content_frame()
    other.wait_for_selector("h3.turn >> nth=2")
    one.wait_for_selector("h3.turn >> nth=2")
    assert other.evaluate("scrollY") == 0
    one.evaluate("document.querySelectorAll('h3.turn')[1].scrollIntoView({ block: 'start' })")
    other.wait_for_function("scrollY > 0")


def test_a_trial_of_a_site_is_navigated_searched_and_read_in_full(address: str, open_page: Start) -> None:
    page = open_page(address).page
    page.click("tr:has-text('someone') td[data-c=run] a")
    page.fill("input[name=q]", "sum-0000")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#trace")
    assert page.locator("h3.turn").count() == 3
    assert page.locator("main script, main img[src=x]").count() == 0
    assert page.locator(".file img").count() == 1
    tool = page.locator("details.k-tool").first
    assert "the-last-line" not in tool.inner_text()
    page.keyboard.press("/")
    page.keyboard.type("the-LAST-line")
    page.wait_for_selector("ol.found a")
    assert page.locator("ol.found a").count() == 1
    page.click("ol.found a")
    tool.locator("button.rest").first.click()
    page.wait_for_selector("details.k-tool:has-text('the-last-line')")
    page.fill("input[name=find]", "")
    page.wait_for_selector("ol.turns:visible")
    page.click("[data-fold=close]")
    assert page.locator("details.event[open]").count() == 0
    page.click("[data-fold=open]")
    page.click("text=All messages of this request >> nth=1")
    page.wait_for_selector(".request-whole .part.tool")
    assert "I look, 0." in page.inner_text(".request-whole .part.assistant >> nth=0")
    page.go_back()
    page.click("a[data-go=next]")
    page.wait_for_selector("h1:has-text('sum-0001')")


def test_every_page_of_a_site_fits_a_narrow_and_a_wide_window(shared_site: Path, open_page: Start) -> None:
    page = open_page((shared_site / "index.html").as_uri()).page
    for path in (
        "index.html",
        f"run/{ONE}.html",
        f"run/{ONE}/trial-1.html",
        "leaderboard.html",
        "heat-in-tag.html",
        "compare.html",
        "left-out.html",
        f"sides.html?run={ONE}&trial=1&trial=2",
    ):
        page.goto(f"{shared_site.as_uri()}/{path}")
        page.wait_for_selector("main h1")
        assert page.locator("main script, main img[src=x]").count() == 0
        for width in (400, 1400):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_a_site_loads_texts_and_frames_from_a_web_server_too(web: str, open_page: Start) -> None:
    page = open_page(f"{web}/run/{ONE}/trial-1.html").page
    page.fill("input[name=find]", "the-LAST-line")
    page.wait_for_selector("ol.found a")
    assert page.inner_text(".found-count") == "1 event"
    page.goto(f"{web}/heat.html?run={ONE}")
    page.wait_for_selector("text=Only ticked runs are shown")
    page.goto(f"{web}/sides.html?run={ONE}&trial=1&trial=2")
    page.wait_for_selector("iframe").content_frame().wait_for_selector("h3.turn >> nth=2")


@pytest.mark.parametrize("size", [500_000, pytest.param(50_000_000, marks=pytest.mark.soak)])
def test_a_hostile_trace_on_a_site_is_shown_and_harmless(
    size: int, write_hostile: Start, open_page: Start, tmp_path: Path
) -> None:
    made = build_site([write_hostile(tmp_path / "runs", size)], tmp_path / "pages")
    assert made.bytes < 20_000_000
    page = open_page(made.index.as_uri()).page
    page.click("tr[data-key] a")
    page.click("tbody tr[data-key] a")
    page.wait_for_selector("details.k-tool >> nth=1")
    assert "<script>alert(2)</script>\\x1b[2J\\u202e" in page.inner_text("#trace")
    page.locator("details.k-tool").nth(1).locator("button.rest").click()
    page.wait_for_selector("details.k-tool:has-text('itbench view shows all')")
    page.fill("input[name=find]", "onerror")
    page.wait_for_selector("ol.found a >> nth=1")
    assert page.locator("main script, main img").count() == 0


def test_of_many_compared_runs_only_ticked_ones_are_shown(shared_site: Path, open_page: Start) -> None:
    page = open_page(f"{(shared_site / 'compare-sums-easy.html').as_uri()}?run={ONE}").page
    page.wait_for_selector("text=Only ticked runs are shown")
    assert page.locator("tr[data-run]:visible").count() == 1
    assert page.locator("th[data-c^=run]:visible").count() == 1
    page.click("text=Show all")
    page.wait_for_selector("th[data-c=difference]:visible")
    assert page.locator("th[data-c^=run]:visible").count() == 3
