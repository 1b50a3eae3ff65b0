"""By which names and under which path every-eval-ever finds the results of a run."""

import hashlib
import re
import uuid
from dataclasses import dataclass

from itbench.interfaces.json import JsonObject
from itbench.report.agent_label import model_of

_UNSAFE = re.compile(r'[<>:"\\|?*\x00-\x1f\s]+')
# As names of files on Windows they are devices.
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d|data|unknown|\.*)($|\.)", re.IGNORECASE)
_WITHOUT_MODEL = "without-model"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run belongs.

    Attributes:
        collection: the folder of the suite.
        model: name of the model, as the run has it; of an agent without one, the agent's.
        model_id: `DEVELOPER/MODEL` in characters that a path can have.
        name: of the files, an UUID that is always the same for a run.
    """

    collection: str
    model: str
    model_id: str
    name: str

    @property
    def folder(self) -> str:
        """The path of the folder with both files."""
        developer, _, model = self.model_id.partition("/")
        return f"data/{self.collection}/{developer}/{model.replace('/', '_')}"


def place_of(plan: JsonObject, asked: str | None) -> Place:
    """Return where a run belongs; `asked` are the models that its programs asked for, with commas between."""
    agent = plan["agent"]
    model = model_of(agent) or asked or f"{_WITHOUT_MODEL}/{agent['name']}"
    parts = [_safe(part) for part in model.split("/") if part]
    # A name without a provider does not tell who made the model.
    named = parts if len(parts) > 1 else ["unspecified", *parts]
    digest = hashlib.sha256(plan["id"].encode()).digest()
    return Place(
        collection=_safe(f"itbench_{plan['domain']}_{plan['suite']}"),
        model=model,
        model_id="/".join(named),
        name=str(uuid.UUID(bytes=digest[:16], version=4)),
    )


def _safe(text: str) -> str:
    found = _UNSAFE.sub("-", text).strip(". ") or "-"
    return f"-{found}" if _RESERVED.match(found) else found
