"""Makes the pictures of the viewer in docs/pictures: `make pictures`. It runs agents of all domains first, some minutes long.

With a folder as its argument it writes the pictures of all pages there, in light and dark, wide and narrow.
"""

import base64
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from models import diagnosing

from itbench.testing.model_server import ModelServer

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "docs" / "pictures"
ITBENCH = [sys.executable, "-c", "from itbench.cli.main import main; main()"]
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
SUITE = "sre/incidents-quick"
# Agents without a model, by suite.
RUNS = (
    (SUITE, "baseline"),
    (SUITE, "last-change"),
    (SUITE, "name-everything"),
    ("finops/anomalies", "baseline"),
    ("ciso/admission", "baseline"),
)
# Scripted models: what is asked for, the most names, the looks, dollars a million tokens.
MODELS = (("nova-2", 1, 4, "3/15"), ("nova-2-mini", 2, 1, "0.4/1.6"), ("quark-5", 4, 3, "1/4"))
SIZES = {"wide": (1400, 900), "narrow": (400, 800)}
# Those that the documentation shows.
SHOWN = frozenset(
    {
        *(f"{name}-wide" for name in ("runs", "costs", "heat-map", "compare", "topology", "transcript")),
        *(f"{name}-wide" for name in ("two-trials", "bill", "verdicts")),
        *(f"{name}-narrow" for name in ("trial", "costs")),
    }
)
_QUALITY = 62


def main() -> None:
    """Run the agents, and take the pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_runs(folder)
        with viewing(folder / "runs") as address:
            if len(sys.argv) > 1:
                take(address, Path(sys.argv[1]))
            else:
                take(address, TARGET, SHOWN)


def make_runs(folder: Path) -> None:
    """Make run files with what agents of all domains did."""
    variables = {"NOVA_KEY": "sk-not-a-real-key-0123456789"}
    for suite, agent in RUNS:
        run(folder, "run", suite, "-a", agent, "--limit", "8")
    for name, most, looks, price in MODELS:
        with ModelServer(diagnosing(most, looks)) as server:
            agent = f"react:base_url={server.openai_url},key_env=NOVA_KEY,price={price}"
            run(folder, "run", SUITE, "-a", agent, "--model", f"openai/{name}", **variables)
    shutil.copy(HERE / "program.py", folder)
    with ModelServer(diagnosing(2, 4)) as server:
        agent = "command:copy=program.py,gateway=openai,models=orbit-1"
        agent += f",base_url={server.openai_url},key_env=NOVA_KEY,price=1/4"
        run(folder, "run", SUITE, "-a", agent, "--limit", "8", "--", "python3", "program.py", **variables)


def run(folder: Path, *words: str, **variables: str) -> None:
    """Run `itbench` in a folder."""
    done = subprocess.run(
        [*ITBENCH, *words],
        cwd=folder,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{words} ended with {done.returncode}: {done.stderr}{done.stdout}")


@contextmanager
def viewing(runs: Path) -> Iterator[str]:
    """Yield the address of a viewer."""
    words = [*ITBENCH, "view", str(runs), "--no-open"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield process.stderr.readline().split()[-1]
        process.terminate()


def take(address: str, target: Path, wanted: Collection[str] = ()) -> None:
    """Take the pictures of all pages, or of those that are wanted, in light and dark, wide and narrow."""
    from playwright.sync_api import sync_playwright

    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if program is None:
        raise SystemExit(f"no browser on this machine: none of {', '.join(CHROMIUM)} is on the PATH")
    target.mkdir(exist_ok=True)
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for size, (width, height) in SIZES.items():
                context = browser.new_context(
                    viewport={"width": width, "height": height}, color_scheme=scheme, reduced_motion="reduce"
                )
                page = context.new_page()
                page.goto(address)
                page.wait_for_function("!document.body.innerText.includes('not read yet')")
                base = address.partition("/?")[0]
                for name, path, place in pages(page, base):
                    if wanted and f"{name}-{size}" not in wanted:
                        continue
                    shot(page, base + path, place, target / f"{name}-{size}-{scheme}.webp")
        browser.close()


def pages(page: Any, base: str) -> Sequence[tuple[str, str, str]]:
    """Return name and address of each page, and where to scroll on it."""

    def key(text: str, suite: str = SUITE) -> str:
        cell = page.get_by_text(text, exact=True)
        row = page.locator("tr[data-key]").filter(has=cell).filter(has_text=suite).first
        return str(row.get_attribute("data-key"))

    def trial(run: str, at: int) -> str:
        # Their numbers are in the order in which they ended, which differs each time.
        page.goto(f"{base}/run/{run}")
        return str(page.locator("td[data-c=task] a").nth(at).get_attribute("href"))

    keys = {name: key(f"openai/{name}") for name in ("nova-2", "quark-5")}
    keys |= {"program": key("command"), "baseline": key("baseline")}
    keys |= {"bill": key("baseline", "finops/anomalies"), "policy": key("baseline", "ciso/admission")}
    at = 3  # An incident that some of them solve.
    nova, quark = trial(keys["nova-2"], at), trial(keys["quark-5"], at)
    sides = f"run={keys['nova-2']}&trial={nova.rpartition('/')[2]}&other={keys['quark-5']}&other_trial={quark.rpartition('/')[2]}"
    return (
        ("runs", "/", ""),
        ("leaderboard", f"/leaderboard?suite={SUITE}", ""),
        ("costs", f"/leaderboard?suite={SUITE}", ".charts"),
        ("heat-map", f"/heat?suite={SUITE}", ""),
        ("run", f"/run/{keys['nova-2']}", ""),
        ("compare", f"/compare?run={keys['nova-2']}&run={keys['baseline']}", ""),
        ("trial", nova, ""),
        ("topology", nova, ".figure-graph"),
        ("transcript", trial(keys["program"], at), "#trace"),
        ("two-trials", f"/sides?{sides}", ""),
        ("bill", trial(keys["bill"], 1), ".panel"),
        ("verdicts", trial(keys["policy"], 1), ".panel"),
    )


def shot(page: Any, address: str, place: str, path: Path) -> None:
    """Take a picture of a page once all of it is there."""
    page.goto(address, wait_until="networkidle" if "leaderboard" not in address else "load")
    page.wait_for_timeout(700)
    if place:
        page.wait_for_selector(place)
        page.evaluate(
            "place => scrollTo(0, document.querySelector(place).getBoundingClientRect().top + scrollY - 120)",
            place,
        )
        page.wait_for_timeout(200)
    taken = page.context.new_cdp_session(page).send(
        "Page.captureScreenshot", {"format": "webp", "quality": _QUALITY}
    )
    path.write_bytes(base64.b64decode(taken["data"]))


if __name__ == "__main__":
    main()
