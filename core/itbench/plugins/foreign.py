"""What may be caught where code of a plugin is called: whatever it raises, but not what a user or the event loop wants."""

import signal
import threading


def is_of_plugin(error: BaseException) -> bool:
    """Tell whether an exception is the doing of the code that was called.

    `sys.exit` in a plugin must not end the program. Nor must a KeyboardInterrupt that the plugin itself raises; in the main
    thread, where the signal of Ctrl-C has Python's own handler, it may be the user's.
    """
    if isinstance(error, KeyboardInterrupt):
        is_main = threading.current_thread() is threading.main_thread()
        return not is_main or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    return isinstance(error, (Exception, SystemExit))
