"""Reads observations, which may be older than this program or of a stranger's making."""

from dataclasses import dataclass

from itbench import JsonObject, JsonValue

_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Observed:
    """What was observed of one set.

    Attributes:
        has_data: whether the script ended well and left JSON behind.
        problem: why not.
        verdict: the kind of verdict; empty where nothing was judged.
        message: what the engine said of it.
        before: of an update, the kind of verdict of the set as it was.
        masked: the kind of verdict on what the script collected from the same manifests in other words.
    """

    has_data: bool
    problem: str
    verdict: str
    message: str
    before: str = ""
    masked: str = ""

    @property
    def in_words(self) -> str:
        """What to say of a verdict that is not the right one."""
        if not self.verdict:
            return self.problem or "not judged"
        return f"{self.verdict} ({self.message})" if self.message else self.verdict


def observed_set(observed: JsonObject, name: str) -> Observed:
    """Return what was observed of a set; nothing where there is nothing to be read."""
    found = _mapping(_mapping(observed.get("sets")).get(name))
    fetch, verdict = _mapping(found.get("fetch")), _mapping(found.get("verdict"))
    problem = _text(fetch.get("problem"))
    has_data = bool(fetch) and not problem and _is_zero(fetch.get("exit_code"))
    before, masked = (_text(_mapping(found.get(key)).get("kind")) for key in ("before", "masked"))
    kind, message = _text(verdict.get("kind")), _text(verdict.get("message"))
    return Observed(has_data, problem, kind, message, before, masked)


def _mapping(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _is_zero(value: JsonValue) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value == 0


def _text(value: JsonValue) -> str:
    return value[:_LONGEST] if isinstance(value, str) else ""
