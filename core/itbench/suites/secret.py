"""Options of a suite that must not stand in a run file, such as the seed of a held-out suite: who knows it can make the truth.

The run file holds a salted fingerprint that tells whether a value is the one that was meant. The values themselves are kept in
files of this user's cache that nobody else may read, so that a run can be resumed and scored again here. On another machine
they have to be given once: any command of the suite with its options remembers them.

A fingerprint takes long to compute, but a small number can be guessed all the same: a seed has to be a long one.
"""

import hashlib
import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from itbench.errors import UsageError
from itbench.host.cache import cache_dir, require_cache, writing_cache
from itbench.host.leftovers import sweep, temporary_file
from itbench.interfaces.json import JsonObject
from itbench.interfaces.suite import Suite, SuiteOptions

if TYPE_CHECKING:
    from collections.abc import Mapping

_SALT_BYTES = 16
# 16 MiB of memory and some 40 ms for each guess.
_COST, _BLOCK, _PARALLEL = 1 << 14, 8, 1
_FOLDER = "seeds"


def public_options(suite: Suite, options: SuiteOptions) -> dict[str, str]:
    """Return the options that a run file may hold."""
    return {key: value for key, value in options.extra.items() if key not in suite.secret_options}


def secret_fingerprints(suite: Suite, options: SuiteOptions) -> dict[str, str]:
    """Return a fingerprint of each option that it may not hold, by name."""
    return {key: _fingerprint(value) for key, value in _secret(suite, options).items()}


def remember(domain: str, suite: Suite, options: SuiteOptions) -> None:
    """Keep the secret options of a suite where only this user can read them.

    Raises:
        StorageError: the cache cannot be written.
    """
    found = _secret(suite, options)
    if not found:
        return
    require_cache()
    for key, value in found.items():
        text = json.dumps({"suite": f"{domain}/{suite.name}", "option": key, "value": value}, sort_keys=True)
        path = _folder() / f"{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
        if not path.exists():
            with writing_cache():
                _write(path, text)


def recalled(plan: JsonObject) -> dict[str, str]:
    """Return the secret options of a run's plan by name, as far as it has some.

    Raises:
        UsageError: one is not known here.
    """
    wanted: Mapping[str, str] = plan.get("suite_secret", {})
    reference = f"{plan['domain']}/{plan['suite']}"
    return {key: _recalled(reference, key, fingerprint, plan) for key, fingerprint in wanted.items()}


def is_meant(value: str, fingerprint: str) -> bool:
    """Tell whether a secret option is the one of which this is the fingerprint."""
    _, salt, _ = fingerprint.split(":")
    return hmac.compare_digest(_fingerprint(value, bytes.fromhex(salt)), fingerprint)


def _secret(suite: Suite, options: SuiteOptions) -> dict[str, str]:
    return {key: value for key, value in options.extra.items() if key in suite.secret_options}


def _recalled(reference: str, key: str, fingerprint: str, plan: JsonObject) -> str:
    for value in _values(reference, key):
        if is_meant(value, fingerprint):
            return value
    others = "".join(f" --suite-option {name}={value}" for name, value in plan["suite_extra"].items())
    raise UsageError(
        f"the run file does not hold the secret option {key!r} of {reference}, and no value that was used here is the right one; "
        f"run 'itbench list-tasks {reference} --suite-option {key}=...{others}' once with the right one, then this again"
    )


def _values(reference: str, key: str) -> list[str]:
    found = []
    for path in sorted(_folder().glob("*.json")):
        try:
            kept = json.loads(path.read_bytes())
            if (kept["suite"], kept["option"]) == (reference, key):
                found.append(str(kept["value"]))
        except (OSError, ValueError, KeyError, TypeError):
            continue  # A damaged one is as good as none: the message above says what to do.
    return found


def _fingerprint(value: str, salt: bytes | None = None) -> str:
    salt = salt or secrets.token_bytes(_SALT_BYTES)
    return f"scrypt:{salt.hex()}:{_digest(value, salt).hex()}"


@lru_cache(maxsize=256)
def _digest(value: str, salt: bytes) -> bytes:
    return hashlib.scrypt(value.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, dklen=32)


def _folder() -> Path:
    return cache_dir() / _FOLDER


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    sweep(path.parent, ".making-*")
    part, descriptor = temporary_file(path.parent, ".making-", ".json")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
        file.flush()
        part.replace(path)
