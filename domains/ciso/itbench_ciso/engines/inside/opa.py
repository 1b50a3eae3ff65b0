"""Rego by the program `opa`, which is started for each input."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

_PROGRAM = "/home/user/engine/opa"
_QUERY = "data.check.result"


class OpaEngine:
    """Policies as files for the program; Rego of version 0 is asked for where version 1 does not parse."""

    def __init__(self, policies: Mapping[str, str]) -> None:
        self._words: list[str] = []
        for number, text in enumerate(policies.values()):
            path = Path(f"/tmp/policy-{number}.rego")  # noqa: S108 - the sandbox's own
            path.write_text(text, encoding="utf-8")
            self._words += ["--data", str(path)]
        self._version = [] if self._ask("{}", []).returncode == 0 else ["--v0-compatible"]

    def judge(self, text: str) -> tuple[str, str]:
        """Start the program for one input."""
        done = self._ask(text, self._version)
        if done.returncode != 0:
            return "error", " ".join((done.stderr or done.stdout).decode(errors="replace").split())[:1000]
        results = json.loads(done.stdout).get("result")
        if not results:
            return "undefined", ""
        value = results[0]["expressions"][0]["value"]
        if isinstance(value, bool):
            return ("true" if value else "false"), ""
        return "not-boolean", json.dumps(value)[:200]

    def _ask(self, text: str, version: list[str]) -> subprocess.CompletedProcess[bytes]:
        words = [_PROGRAM, "eval", "--format", "json", "--stdin-input", *version, *self._words, _QUERY]
        return subprocess.run(words, input=text.encode(), capture_output=True, check=False)
