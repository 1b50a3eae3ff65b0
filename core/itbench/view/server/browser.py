"""Opens a page in the user's browser, where there is one."""

import os
import sys
import webbrowser


def open_browser(address: str) -> None:
    """Open an address in a window; without a screen nothing is opened, and no browser of a terminal takes it over."""
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return
    webbrowser.open(address)
