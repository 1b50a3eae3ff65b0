"""view, site."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from itbench.cli.options import AsJson
from itbench.cli.output import print_json, print_note, print_text
from itbench.cli.quick import QuickCommand
from itbench.store.run_path import FOLDER, run_path

if TYPE_CHECKING:
    from itbench.view.site.build import Site


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("view", cls=QuickCommand)(view)
    app.command("site", cls=QuickCommand)(site)


def view(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Run files, folders with run files, latest or latest:AGENT; without any the folder runs.",
            metavar="[RUN|DIR]...",
            parser=run_path,
        ),
    ] = None,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Port to listen on; 0 for any that is free.")
    ] = 0,
    is_opened: Annotated[bool, typer.Option("--open/--no-open", help="Open the page in a browser.")] = True,
) -> None:
    """Look at runs, trials and comparisons in a browser.

    Serves pages on this machine only, also of runs that are under way, until it is interrupted. The printed link has the token that lets a browser in.

    Example: itbench view runs
    """
    from itbench.view.installed import require_view

    require_view()
    from itbench.view.server.browser import open_browser
    from itbench.view.server.serve import serve

    def listening(address: str) -> None:
        print_note(f"itbench view: {address}")
        print_note("stop with Ctrl-C")
        if is_opened:
            open_browser(address)

    serve(paths or [FOLDER], port=port, listening=listening)


def site(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Run files, folders with run files, latest or latest:AGENT.",
            metavar="RUN|DIR...",
            parser=run_path,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", "-o", help="Folder to write: a new one, or a site that is replaced.", metavar="DIR"
        ),
    ],
    has_truth: Annotated[
        bool | None,
        typer.Option(
            "--truth/--no-truth",
            help="Show truths, reasons and details of scores, and what domains show; default: all but those of held-out tasks.",
            show_default=False,
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the pages of runs, trials and comparisons as files.

    The same pages as those of view, for any web server, and for a browser without one. The folder appears, or is replaced, when everything is in it.

    Example: itbench site runs --out site
    """
    from itbench.cli.waiting import waiting
    from itbench.view.installed import require_view

    require_view()
    from itbench.view.site.build import build_site

    with waiting() as progress:
        made = build_site(paths, out, has_truth=has_truth, progress=progress)
    if as_json:
        print_json(made.document())
    else:
        print_text(_site_text(made))


def _site_text(made: "Site") -> str:
    cannot = f", {made.unreadable} of them cannot be read" if made.unreadable else ""
    size = f"{made.files} files, {made.bytes / 1_000_000:.1f} MB"
    from itbench.report.table import counted

    shown = f"{counted(made.runs, 'run')}{cannot} and {counted(made.trials, 'trial')}"
    lines = [f"{shown} in {made.out} ({size})"]
    return "\n".join([*lines, *made.about, f"open {made.index}"])
