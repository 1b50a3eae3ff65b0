"""Signed documents: the Dead Simple Signing Envelope, version 1, with one Ed25519 signature and canonical JSON in it.

https://github.com/secure-systems-lab/dsse/blob/master/protocol.md. The document names the key that signs it.
"""

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from pydantic import Field, ValidationError

from itbench.errors import DataError
from itbench.interfaces.model import Frozen
from itbench.sealed.canonical import canonical, is_canonical, sha256
from itbench.sealed.keys import SigningKey, is_signed

# `$` would take a line feed at the end, too, and then one key would have two spellings.
KEY_PATTERN = r"^ed25519:[0-9a-f]{64}\Z"
DIGEST_PATTERN = r"^sha256:[0-9a-f]{64}\Z"
HEX_PATTERN = r"^[0-9a-f]{64}\Z"
_TYPE = "application/vnd.itbench.{}+json"


class SignedDocument(Frozen):
    """What can be signed: its format, its version, and whose signature it needs."""

    format: str
    version: Literal[1] = 1
    key: str = Field(pattern=KEY_PATTERN, description="The public key that signs this document.")


Document = TypeVar("Document", bound=SignedDocument)


@dataclass(frozen=True, slots=True)
class Signed(Generic[Document]):
    """A document whose signature is right.

    Attributes:
        document: what it says.
        digest: `sha256:...` of its canonical bytes, by which it is known.
        data: the envelope.
    """

    document: Document
    digest: str
    data: bytes


def sign(document: Document, key: SigningKey) -> Signed[Document]:
    """Return a document in its envelope, which is one line of text."""
    payload = canonical(document.model_dump(mode="json"))
    return Signed(
        document,
        f"sha256:{sha256(payload)}",
        _envelope(_type_of(document), payload, document.key, key.sign(encoded(_type_of(document), payload))),
    )


def opened(data: bytes, kind: type[Document], source: str) -> Signed[Document]:
    """Return the document in an envelope.

    Raises:
        DataError: it is no envelope of this kind, was changed in any byte, or is not signed by the key that it names.
        UsageError: the package `cryptography` is not installed.
    """
    payload_type, payload, signature = _parts(data, source)
    wanted = _type_of(kind)
    if payload_type != wanted:
        raise DataError(f"{source}: it holds a {payload_type!r}, must be {wanted!r}")
    try:
        document = kind.model_validate_json(payload)
    except ValidationError as error:
        raise DataError(f"{source}: {_first(error)}") from error
    # Otherwise two readers could find two things in the same bytes, as with a key that is there twice.
    if not is_canonical(payload) or _envelope(wanted, payload, document.key, signature) != data:
        raise DataError(f"{source}: it is not spelled as itbench writes it, so it was changed")
    if not is_signed(document.key, signature, encoded(wanted, payload)):
        raise DataError(f"{source}: it was changed: the signature of {document.key} does not fit")
    return Signed(document, f"sha256:{sha256(payload)}", data)


def encoded(payload_type: str, payload: bytes) -> bytes:
    """Return what is signed: the pre-authentication encoding of the protocol."""
    name = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(name), name, len(payload), payload)


def _envelope(payload_type: str, payload: bytes, key: str, signature: bytes) -> bytes:
    value = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": payload_type,
        "signatures": [{"keyid": key, "sig": base64.b64encode(signature).decode()}],
    }
    return canonical(value) + b"\n"


def _parts(data: bytes, source: str) -> tuple[str, bytes, bytes]:
    try:
        value: Any = json.loads(data)
        (signature,) = value["signatures"]
        payload = base64.b64decode(value["payload"], validate=True)
        return str(value["payloadType"]), payload, base64.b64decode(signature["sig"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DataError(
            f"{source}: it is no signed document, or was cut off: {type(error).__name__}: {error}"
        ) from error


def _type_of(document: SignedDocument | type[SignedDocument]) -> str:
    of = document if isinstance(document, type) else type(document)
    name = str(of.model_fields["format"].default).removeprefix("itbench ").replace(" ", "-")
    return _TYPE.format(f"{name}.v1")


def _first(error: ValidationError) -> str:
    detail = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(map(str, detail["loc"])) or "document"
    return f"{place}: {detail['msg']}"
