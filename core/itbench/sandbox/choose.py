"""Which sandbox a run gets."""

from collections.abc import Sequence

from itbench.errors import UsageError
from itbench.interfaces.sandbox import Mount, Sandbox
from itbench.sandbox.bubblewrap.sandbox import BubblewrapSandbox
from itbench.sandbox.bubblewrap.support import available
from itbench.sandbox.container.engine import ENGINES, Engine
from itbench.sandbox.container.sandbox import ContainerSandbox
from itbench.sandbox.errors import SandboxError
from itbench.sandbox.limits import SandboxLimits
from itbench.sandbox.plain.sandbox import LocalSandbox

DEFAULT, UNSAFE = "bubblewrap", "none"
KNOWN = (DEFAULT, *ENGINES, UNSAFE)


def choose_sandbox(
    name: str | None = None,
    *,
    limits: SandboxLimits | None = None,
    is_unsafe_allowed: bool = False,
    with_tools: bool = True,
    mounts: Sequence[Mount] = (),
    warning: str | None = None,
) -> Sandbox:
    """Return the sandbox of a name, or the default one; never a weaker one than was asked for.

    `warning` is what is to be said of the mounts in every report.

    Raises:
        UsageError: there is none of this name, or it isolates nothing and that was not allowed.
        SandboxError: it does not work on this machine.
    """
    wanted = name or DEFAULT
    check_name(wanted)
    if wanted == UNSAFE:
        if not is_unsafe_allowed:
            raise UsageError(
                "sandbox 'none' isolates nothing: agents can read whatever you can; add --allow-unsafe if you "
                "trust this agent with that"
            )
        if mounts:
            raise UsageError("sandbox 'none' mounts nothing: programs there see the folders where they lie")
        return LocalSandbox()
    problem = Engine(wanted).problem() if wanted in ENGINES else available()
    if problem is not None:
        raise SandboxError(f"sandbox {wanted!r} does not work here: {problem}")
    if wanted in ENGINES:
        return ContainerSandbox(Engine(wanted), limits, with_tools=with_tools, mounts=mounts, warning=warning)
    return BubblewrapSandbox(limits, with_tools=with_tools, mounts=mounts, warning=warning)


def check_name(name: str) -> None:
    """Refuse the name of a sandbox that there is not.

    Raises:
        UsageError: there is none of this name.
    """
    if name not in KNOWN:
        raise UsageError(f"unknown sandbox {name!r}; known: {', '.join(KNOWN)}")
