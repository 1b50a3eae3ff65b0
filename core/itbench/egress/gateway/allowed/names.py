"""Which models a program may ask for: those that the run names, or any whose name does not say that it searches."""

import re
from collections.abc import Collection

from itbench.egress.gateway.allowed.shape import NotAllowedError

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,199}")
# Words in the names of models and routers that look things up in the net by themselves (OpenAI, Perplexity, OpenRouter, Groq, xAI,
# Moonshot, Baidu), between the marks that names are put together with.
_SEARCHING = re.compile(
    r"(^|[^a-z0-9])(search|searchgpt|websearch|online|web|browse|browser|browsing|sonar|perplexity|compound|research|deepresearch"
    r"|grounded|grounding|auto)(?=$|[^a-z])"
)


def check_model(model: str, named: Collection[str]) -> None:
    """Refuse a model that the program may not ask.

    Args:
        model: its name in the request.
        named: the models that the run names; if none, the name alone decides.

    Raises:
        NotAllowedError: it may not.
    """
    if named:
        if model not in named:
            raise NotAllowedError(
                f"the model {model[:200]!r} is not among those of this run; allowed: {', '.join(named)}"
            )
        return
    if not _NAME.fullmatch(model) or ".." in model or "//" in model:
        raise NotAllowedError(
            f"the model {model[:200]!r} has an unusual name; name it with the agent's option models= if it is meant"
        )
    if _SEARCHING.search(model.lower()):
        raise NotAllowedError(
            f"the model {model!r} may search the net, where published truths are; "
            "name it with the agent's option models= if it does not"
        )
