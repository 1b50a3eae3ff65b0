"""Manifests in other words: what a script collects from them it cannot have judged.

The structure stays, and so do kinds and API versions; all other names of fields and all texts are replaced one to one by
words that nobody can know before. A script that collects carries them over; put back, they are what it would have
collected from the manifests as they are. A script that computes the verdict itself does not find what it looks for.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from itbench import Input, JsonValue
from itbench_ciso.controls.manifests.yaml_text import yaml_text

# What a script needs to find its way in manifests.
_STRUCTURE = frozenset(
    """
    apiVersion kind items metadata name namespace labels annotations spec template jobTemplate containers initContainers
    ephemeralContainers volumes securityContext env envFrom ports rules subjects roleRef apiGroup aggregationRule
    clusterRoleSelectors matchLabels matchExpressions podSelector ingress egress data
    """.split()  # noqa: SIM905 - one list of words is easier to read than many quoted ones
)
_UNCHANGED_VALUES = frozenset({"apiVersion", "kind", "apiGroup"})
_MASKED = re.compile(r"w[0-9a-f]{20}w")


class Mask:
    """Replaces words one to one, and puts them back.

    Args:
        secret: what the new words are made of.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._words: dict[str, str] = {}

    def masked(self, value: JsonValue) -> JsonValue:
        """Return a manifest in other words; the order of its fields tells nothing either."""
        if isinstance(value, dict):
            fields = {
                self._key(key): each if key in _UNCHANGED_VALUES else self.masked(each)
                for key, each in value.items()
            }
            return dict(sorted(fields.items()))
        if isinstance(value, list):
            return [self.masked(each) for each in value]
        return self._word(value) if isinstance(value, str) else value

    def restored(self, data: bytes) -> bytes:
        """Return collected data, which is JSON in ASCII, in the words of the manifests; also inside longer texts."""
        return json.dumps(self._restored(json.loads(data)), separators=(",", ":")).encode("ascii")

    def _restored(self, value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {self._text(key): self._restored(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._restored(each) for each in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        return _MASKED.sub(lambda match: self._words.get(match[0], match[0]), text)

    def _key(self, key: str) -> str:
        return key if key in _STRUCTURE else self._word(key)

    def _word(self, word: str) -> str:
        if not word:
            return word
        found = hashlib.blake2b(word.encode(), key=self._secret[:64], digest_size=10).hexdigest()
        self._words[f"w{found}w"] = word
        return f"w{found}w"


def secret_of(files: Iterable[Input], name: str) -> bytes:
    """Return what the words of one set are made of: the same every time, and known to nobody who lacks one of these files."""
    found = hashlib.sha512(name.encode())
    for entry in files:
        found.update(entry.source.read_bytes())
    return found.digest()


def write_masked(files: Sequence[Input], mask: Mask, folder: Path) -> list[Input]:
    """Write the YAML files of one set in other words below a folder, as many documents in each as there were."""
    inputs = []
    for entry in files:
        target = folder / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        documents = (mask.masked(document) for document in _documents(entry.source))
        target.write_text(
            "---\n".join(yaml_text(each) for each in documents if isinstance(each, dict)), "utf-8"
        )
        inputs.append(Input(entry.path, target))
    return inputs


def _documents(path: Path) -> Iterator[JsonValue]:
    import yaml

    yield from yaml.load_all(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
