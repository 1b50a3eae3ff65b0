"""The display of a run on a terminal, which is drawn anew once a second and gone when the run ends."""

import sys
from collections.abc import Callable
from contextlib import suppress

from itbench.report.screen_lines import Paper


class Screen:
    """Lines at the bottom of the terminal that standard error goes to; what is printed meanwhile stands above them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._console = Console(stderr=True, highlight=False)
        self._live: Live | None = Live(
            console=self._console,
            auto_refresh=False,
            transient=True,
            redirect_stdout=sys.stdout.isatty(),
            vertical_overflow="crop",
        )
        with suppress(OSError):
            self._live.start()

    def show(self, lines: Callable[[Paper], list[str]]) -> None:
        """Draw lines for the terminal as it is now; once it cannot be written, there is nothing to show."""
        if self._live is None:
            return
        from rich.console import Group
        from rich.text import Text

        size = self._console.size
        # The last row is left to the cursor.
        paper = Paper(size.width, max(1, size.height - 1), self._console.options.ascii_only)
        found = [Text(line, no_wrap=True, overflow="crop") for line in lines(paper)]
        try:
            self._live.update(Group(*found), refresh=True)
        except OSError:
            self.stop()

    def stop(self) -> None:
        """Take the lines away."""
        live, self._live = self._live, None
        if live is not None:
            with suppress(OSError):
                live.stop()
