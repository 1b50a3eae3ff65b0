"""Rego by OPA's shared library.

The library reports built-in errors as `opa eval --strict-builtin-errors` does, but only at the end: until then it goes on
as without that option, the failed call being undefined. So the query hands its result out as soon as there is one.
"""

import ctypes
import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from itbench_ciso.engines.inside.broken import EngineCrashError, EngineError
from itbench_ciso.engines.inside.rego_v0 import HELPERS, SUFFIX, as_v1

# An array, because then an undefined result is not the same as one that could not be computed.
_QUERY = b"%s([value | value := data.check.result])"
_COMPILE_ONLY, _REPORTED = b"true", b'{"result": true}'
_HELPERS_NAME = "itbench_rego_v0.rego"
# What goes wrong within the library itself, whatever the policy is.
_OWN_ERRORS = frozenset({"internal", "invalid_handle", "panic"})
# What version 1 misses in a policy that OPA understands as one of version 0.
_SIGNS_OF_V0 = ("rego_parse_error", "keyword is required")
_ONLY_IN_V1 = re.compile(r"must not shadow|deprecated built-in")
_NOT_ACCEPTED = "; version 0 allows it, version 1 does not, and it is not accepted here"
_WRAPPING = re.compile(r"^(?:bundle activation failed: )?(?:\d+ errors? occurred(?: [^:]*)?:\s*)?")
_Callback = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_uint64, ctypes.c_void_p, ctypes.c_void_p)


class OpaLibrary:
    """Policies, compiled once, of version 1 or else all of version 0.

    Raises:
        ValueError: they do not compile.
        EngineError: the library cannot be loaded.
        EngineCrashError: the library failed inside.
    """

    def __init__(self, policies: Mapping[str, str], library: str) -> None:
        self._bridge = _Bridge(library)
        problem = self._bridge.load(policies)
        if problem is not None:
            self._load_v0(policies, problem)

    def judge(self, text: str) -> tuple[str, str]:
        """Evaluate the query with one input."""
        reported, error = self._bridge.ask(_QUERY % self._bridge.report, text)
        told = _told(error) if error else ""
        if reported is None:
            return "error", told
        if not reported:
            return "undefined", told
        value = reported[0]
        if isinstance(value, bool):
            return ("true" if value else "false"), ""
        return "not-boolean", json.dumps(value)[:200]

    def _load_v0(self, policies: Mapping[str, str], problem: str) -> None:
        rewritten = {name: as_v1(text) for name, text in policies.items()}
        if rewritten == policies:
            raise ValueError(_told(problem))
        problem_v0 = self._bridge.load(rewritten | {_HELPERS_NAME: HELPERS})
        if problem_v0 is None:
            return
        if not all(text in problem for text in _SIGNS_OF_V0):
            raise ValueError(_told(problem))
        hint = _NOT_ACCEPTED if _ONLY_IN_V1.search(problem_v0) else ""
        raise ValueError(f"read as Rego of version 0: {_told(problem_v0)}{hint}")


class _Bridge:
    """The functions of the library, for one set of policies at a time; `report` is the built-in that hands a result out."""

    def __init__(self, path: str) -> None:
        self._handle: int | None = None
        try:
            self._library = _declared(ctypes.CDLL(path))
        except (AttributeError, OSError) as error:
            raise EngineError(f"OPA's library cannot be loaded: {error}") from error
        self._duplicate = ctypes.CDLL(None).strdup
        self._duplicate.restype, self._duplicate.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
        self._callback = _Callback(self._reported)
        self.report = b""
        self._seen: list[Any] | None = None

    def __del__(self) -> None:
        if self._handle is not None:
            self._library.OpaDestroy(self._handle)

    def load(self, policies: Mapping[str, str]) -> str | None:
        """Compile policies in place of those before; return what is wrong with them, or None."""
        if self._handle is not None:
            self._library.OpaDestroy(self._handle)
        self._handle = self._library.OpaNew()
        # A name that no policy can hold: it is made of all that they hold.
        digest = hashlib.sha256(json.dumps(dict(policies)).encode()).hexdigest()
        self.report = f"itbench.report_{digest}".encode()
        self._called("OpaRegisterBuiltin", self.report, 1, self._callback)
        for name, text in policies.items():
            error = self._called("OpaAddPolicy", name.encode(), text.encode())
            if error is not None:
                return error
        return self.ask(_COMPILE_ONLY, "{}")[1]

    def ask(self, query: bytes, text: str) -> tuple[list[Any] | None, str | None]:
        """Return what a query reported with an input, and the error that it ended with."""
        self._seen = None
        error = self._called("OpaEvalQuery", query, text.encode(), 0, 0)
        return self._seen, error

    def _called(self, name: str, *arguments: Any) -> str | None:
        """Call a function; return its error, unless that is the library's own."""
        address = getattr(self._library, name)(self._handle, *arguments)
        if not address:
            raise EngineCrashError("OPA's library gave no answer")
        answer = json.loads(ctypes.string_at(address))
        self._library.OpaFreeString(address)
        error = answer.get("error")
        if error is None:
            return None
        if error["code"] in _OWN_ERRORS:
            raise EngineCrashError(f"OPA's library failed: {error['code']}: {error['message']}")
        return str(error["message"])

    def _reported(self, _handle: int, _name: int, arguments: int) -> int | None:
        """Take what the query reports; the library frees the answer."""
        (self._seen,) = json.loads(ctypes.string_at(arguments))
        address: int | None = self._duplicate(_REPORTED)
        return address


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    text, number, handle, address = ctypes.c_char_p, ctypes.c_int, ctypes.c_uint64, ctypes.c_void_p
    for name, result, arguments in (
        ("OpaNew", handle, []),
        ("OpaDestroy", None, [handle]),
        ("OpaFreeString", None, [address]),
        ("OpaAddPolicy", address, [handle, text, text]),
        ("OpaRegisterBuiltin", address, [handle, text, number, _Callback]),
        ("OpaEvalQuery", address, [handle, text, text, number, number]),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library


def _told(error: str) -> str:
    """Return the first lines of an error, without what the library wraps around it and what we added to names."""
    return _WRAPPING.sub("", " ".join(error.split())).replace(SUFFIX, "")
