"""view."""

from pathlib import Path
from typing import Annotated

import typer

from itbench.cli.output import print_note
from itbench.cli.quick import QuickCommand
from itbench.store.run_path import FOLDER, run_path


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("view", cls=QuickCommand)(view)


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
