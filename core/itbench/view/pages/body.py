"""Long texts on a page: the beginning, and where the rest comes from in pieces."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from itbench.interfaces.json import JsonValue
from itbench.report.transcript.fields import text_of

_SHOWN = 4_000
_SHOWN_LINES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A text as it is shown.

    Attributes:
        text: its beginning, or all of it.
        size: characters of all of it.
        label: what it is.
        page: that gives all of it in pieces, with `parameters`; empty where all is shown.
        parameters: of that page.
        tone: `bad` for what went to standard error, or nothing.
        is_code: whether it is set in letters of one width.
    """

    text: str
    size: int
    label: str = ""
    page: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tone: str = ""
    is_code: bool = True

    @property
    def is_cut(self) -> bool:
        """Whether more can be asked for."""
        return bool(self.page)


def body_of(
    value: JsonValue,
    *,
    parameters: Mapping[str, str],
    label: str = "",
    tone: str = "",
    is_code: bool = True,
    shown: int = _SHOWN,
) -> Body:
    """Return a text, or JSON as text, cut where it is long; the parameters are those of the page `piece`."""
    text = text_of(value)
    beginning = "\n".join(text[:shown].split("\n")[:_SHOWN_LINES])
    if len(beginning) == len(text):
        return Body(text=text, size=len(text), label=label, tone=tone, is_code=is_code)
    return Body(
        text=beginning,
        size=len(text),
        label=label,
        page="piece",
        parameters=parameters,
        tone=tone,
        is_code=is_code,
    )
