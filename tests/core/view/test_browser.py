"""The pages in a real browser, with the scripts that they have; whatever happens, nothing leaves this machine."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from itbench.testing.model_server import Answer, Asked, ModelServer

# A browser takes a second to start, and each page of it some tenths.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

Start = Callable[..., Any]
OPEN = ("--sandbox", "none", "--allow-unsafe", "--out", "runs")
FINISH = ("finish", {})


def adder(asked: Asked) -> Answer:
    """Look around, write a sum that is now and then off by one, and finish."""
    one, other = map(int, re.findall(r"Add (\d+) and (\d+)", asked.texts[0])[0])
    if asked.turn == 0:
        return Answer(
            text="I look around.",
            calls=[("execute", {"command": "seq 1 400; printf 'the-%s-line\\n' last"})],
            input_tokens=900,
            output_tokens=20,
        )
    write = ("execute", {"command": f"""echo '{{"sum": {one + other + (one % 3 == 0)}}}' > answer.json"""})
    return Answer(
        calls=[FINISH if asked.turn > 1 else write], input_tokens=1000 + one, output_tokens=10 + other
    )


@pytest.fixture(scope="module")
def view(program: Start, serve: Start, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return a viewer of a run of a scripted model and of one of an agent without any."""
    folder = tmp_path_factory.mktemp("runs")
    run = ("run", "sums/easy", *OPEN[:-1], folder)
    with ModelServer(adder) as server:
        agent = f"react:model=openai/m,base_url={server.openai_url},key_env=PLANTED_KEY,price=2/8"
        models = program(*run, "--agent", agent, "--limit", "4", PLANTED_KEY="sk-planted-0123456789abcdef")
        assert models.wait(300) == 0, models.communicate()
    other = program(*run, "--agent", "adder:wrong=2", "-k", "2")
    assert other.wait(300) == 0, other.communicate()
    return serve(folder)


def column(page: Any, key: str) -> list[str]:
    """Return the texts of a column of the table, of the rows that are shown."""
    cells = page.locator(f"tbody tr[data-key]:visible td[data-c='{key}']")
    return [text.strip() for text in cells.all_inner_texts()]


def test_runs_are_sorted_filtered_and_compared(view: Any, open_page: Start) -> None:
    page = open_page(view).page
    page.wait_for_selector("tr[data-key] >> nth=1")
    assert "token" not in page.url
    page.click("a[data-sort-by=turns]")
    assert column(page, "agent") == ["react", "adder"]
    page.click("a[data-sort-by=turns]")
    assert column(page, "agent") == ["adder", "react"]
    assert page.get_attribute("th[data-c=turns]", "aria-sort") == "ascending"
    page.fill("input[name=q]", "agent:react")
    assert column(page, "agent") == ["react"]
    page.fill("input[name=q]", "turns>1 score<=1")
    assert column(page, "agent") == ["react"]
    page.fill("input[name=q]", "model!=1")
    assert column(page, "agent") == ["react"]
    page.fill("input[name=q]", "-react")
    assert column(page, "agent") == ["adder"]
    page.fill("input[name=q]", "")
    assert page.locator("td[data-c=repeats]:visible").count() == 0
    page.click(".columns summary")
    page.check("input[data-column=repeats]")
    assert column(page, "repeats") == ["2", "1"]
    page.reload()
    assert page.locator("td[data-c=repeats]:visible").count() == 2
    for box in page.locator("input[data-tick]").all():
        box.check()
    page.click("button:has-text('Compare')")
    page.wait_for_selector("text=Paired comparison")
    assert page.locator("tbody tr[data-key]").count() == 12
    page.fill("input[name=q]", "difference<0")
    assert len(column(page, "task")) < 12
    page.fill("input[name=q]", "sum-0000")
    page.click("text=side by side")
    page.wait_for_selector(".pair")
    page.click("text=By commands")
    assert page.locator(".pair .nothing").count() > 0


def test_a_trial_is_navigated_searched_and_read_in_full(view: Any, open_page: Start) -> None:
    page = open_page(view).page
    page.wait_for_selector("tr[data-key] >> nth=1")
    page.click("tr:has-text('react') td[data-c=run] a")
    page.wait_for_selector("h2:has-text('Trials')")
    page.fill("input[name=q]", "sum-0001")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_selector("#trace")
    assert page.locator("h3.turn").count() == 3
    assert page.locator(".outline .turn-link").count() >= 3
    assert page.locator(".shared").count() == 2
    tool = page.locator("details.k-tool").first
    assert "the-last-line" not in tool.inner_text()
    tool.locator("button.rest").first.click()
    page.wait_for_selector("details.k-tool:has-text('the-last-line')")
    page.keyboard.press("/")
    page.keyboard.type("the-LAST-line")
    page.wait_for_selector("ol.found a")
    assert page.locator("ol.found a").count() >= 1
    page.fill("input[name=find]", "")
    page.wait_for_selector("ol.turns:visible")
    page.click("[data-fold=close]")
    assert page.locator("details.event[open]").count() == 0
    page.click("[data-fold=open]")
    assert page.locator("details.event[open]").count() == page.locator("details.event").count()
    page.click("text=All messages of this request >> nth=1")
    page.wait_for_selector(".request-whole .part.tool")
    assert "I look around." in page.inner_text(".request-whole .part.assistant >> nth=0")
    page.go_back()
    page.click("a[data-go=next]")
    page.wait_for_selector("h1:has-text('sum-0002')")


def test_every_page_fits_a_narrow_and_a_wide_window(view: Any, open_page: Start) -> None:
    page = open_page(view).page
    page.wait_for_selector("tr[data-key] >> nth=1")
    run = page.get_attribute("tr:has-text('react')", "data-key")
    for path in (
        "/",
        f"/run/{run}",
        f"/run/{run}/trial/1",
        "/leaderboard",
        "/heat?group=tag",
        f"/sides?run={run}&trial=1&trial=2",
    ):
        page.goto(view.base + path)
        page.wait_for_selector("main h1")
        for width in (400, 1400):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (path, width)


def test_the_page_of_a_run_that_is_running_follows_it(
    sums: Path,
    itbench: Callable[..., Any],
    background: Start,
    viewer: Start,
    open_page: Start,
    eventually: Start,
    tmp_path: Path,
) -> None:
    (tmp_path / "runs").mkdir()
    page = open_page(viewer()).page
    page.wait_for_selector("text=There is no run file here yet")
    run = background(
        "run",
        "sums/easy",
        "--agent",
        "adder:delay_ms=700",
        "--max-trials",
        "1",
        "--sandbox",
        "none",
        "--allow-unsafe",
        "--out",
        tmp_path / "runs",
    )
    page.wait_for_selector("td.live a")
    page.click("td.live a")
    page.wait_for_selector("tbody tr[data-key] >> nth=1")
    page.fill("input[name=q]", "sum")
    page.check("input[data-tick] >> nth=0")
    page.wait_for_selector("tbody tr[data-key] >> nth=11")
    assert page.input_value("input[name=q]") == "sum"
    assert page.is_checked("input[data-tick] >> nth=0")
    assert run.wait(timeout=300) == 0
    page.wait_for_selector(".tag.live", state="detached")
    page.wait_for_selector("dd:has-text('12 of 12')")


@pytest.mark.parametrize("size", [500_000, pytest.param(50_000_000, marks=pytest.mark.soak)])
def test_a_hostile_trace_is_shown_and_harmless(
    size: int, serve: Start, write_hostile: Start, open_page: Start, tmp_path: Path
) -> None:
    page = open_page(serve(write_hostile(tmp_path, size).parent)).page
    page.click("tr[data-key] a")
    page.wait_for_selector("h2:has-text('Trials')")
    page.click("tbody tr[data-key] a")
    page.wait_for_selector("details.k-tool >> nth=1")
    shown = page.inner_text("#trace")
    assert "<script>alert(2)</script>\\x1b[2J\\u202e" in shown
    assert page.locator("main img").count() == 0
    assert page.evaluate("document.body.innerText.length") < 1_000_000
    page.locator("details.k-tool").nth(1).locator("button.rest").click()
    page.wait_for_selector("details.k-tool:has-text('<script>alert(2)') >> nth=1")
    if size > 2_000_000:
        page.wait_for_selector("button:has-text('Show more')")
    assert page.locator("main script, main img").count() == 0
    page.fill("input[name=find]", "onerror")
    page.wait_for_selector("ol.found a >> nth=1")
