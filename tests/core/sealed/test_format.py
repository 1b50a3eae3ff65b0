"""The bytes that are hashed and signed: no two different things have the same, and no byte can be changed."""

import base64
import json
import resource
import sys
from contextlib import suppress
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings, strategies as some

from itbench.errors import DataError, UsageError
from itbench.sealed.canonical import canonical, is_canonical, joined, sha256
from itbench.sealed.documents import (
    DrawnSeed,
    Opening,
    SealedFile,
    files_by_task,
    path_problem,
    task_commitment,
)
from itbench.sealed.envelope import SignedDocument, encoded, opened, sign
from itbench.sealed.keys import SigningKey, is_signed, own_key

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False, allow_infinity=False) | some.text(),
    lambda values: some.lists(values, max_size=4) | some.dictionaries(some.text(), values, max_size=4),
    max_leaves=12,
)  # fmt: skip
KEY = SigningKey.new()
SALT = "00" * 16


class Note(SignedDocument):
    format: Literal["itbench note"] = "itbench note"
    text: str = ""


class OtherNote(Note):
    format: Literal["itbench other note"] = "itbench other note"  # type: ignore[assignment] - another kind


def file(path: str, content: bytes = b"x") -> SealedFile:
    return SealedFile(path=path, size=len(content), sha256=sha256(content))


@given(value=JSON)
def test_canonical_json_says_what_it_was_made_from_in_one_way(value: object) -> None:
    data = canonical(value)
    assert canonical(json.loads(data)) == data
    assert b"\n" not in data


def test_canonical_json_does_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": {"d": 2.5, "c": "ü\n"}}) == '{"a":{"c":"ü\\n","d":2.5},"b":1}'.encode()
    for odd in (float("nan"), float("inf"), "\ud800"):
        with pytest.raises(ValueError):
            canonical({"a": odd})


@given(
    first=some.lists(some.binary(max_size=20), max_size=4),
    second=some.lists(some.binary(max_size=20), max_size=4),
)
def test_parts_that_differ_have_different_bytes_however_they_are_cut(
    first: list[bytes], second: list[bytes]
) -> None:
    assert (joined("t", *first) == joined("t", *second)) == (first == second)
    assert joined("t", *first) != joined("u", *first)
    assert joined("t", *first, b"") != joined("t", *first)


def test_an_envelope_signs_what_its_protocol_says() -> None:
    """The example of https://github.com/secure-systems-lab/dsse/blob/master/protocol.md."""
    assert encoded("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert encoded("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


def test_other_tools_can_verify_an_envelope() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    envelope = json.loads(sign(Note(key=KEY.public, text="hello"), KEY).data)
    payload = base64.b64decode(envelope["payload"])
    assert json.loads(payload) == {"format": "itbench note", "key": KEY.public, "text": "hello", "version": 1}
    key = Ed25519PublicKey.from_public_bytes(
        bytes.fromhex(envelope["signatures"][0]["keyid"].partition(":")[2])
    )
    name = envelope["payloadType"]
    assert name == "application/vnd.itbench.note.v1+json"
    signed = b"DSSEv1 %d %s %d %s" % (len(name), name.encode(), len(payload), payload)
    key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), signed)


@settings(max_examples=150)
@given(text=some.text(max_size=30), place=some.integers(0, 10_000), change=some.integers(1, 255))
def test_no_byte_of_an_envelope_can_be_changed(text: str, place: int, change: int) -> None:
    if path_problem("x" + text) == "is no Unicode":
        return
    signed = sign(Note(key=KEY.public, text=text), KEY)
    assert opened(signed.data, Note, "x").document.text == text
    data = bytearray(signed.data)
    data[place % len(data)] ^= change
    for bad in (bytes(data), signed.data[: place % len(data)], signed.data + b" ", b" " + signed.data):
        with pytest.raises(DataError, match=r"^x: "):
            opened(bad, Note, "x")


def test_an_envelope_of_another_kind_or_key_is_refused() -> None:
    signed = sign(Note(key=KEY.public, text="a"), KEY)
    with pytest.raises(DataError, match=r"holds a 'application/vnd.itbench.note.v1\+json', must be"):
        opened(signed.data, OtherNote, "x")
    other = SigningKey.new()
    forged = sign(Note(key=KEY.public, text="a"), other)
    with pytest.raises(DataError, match="was changed: the signature of ed25519"):
        opened(forged.data, Note, "x")
    twice = signed.data.replace(b'"payloadType"', b'"payload":"","payloadType"')
    with pytest.raises(DataError):
        opened(twice, Note, "x")


FILES = [file("hidden/t-1/a", b"a"), file("hidden/t-1/b", b"b"), file("truths/t-1.json", b"c")]
OTHER_FILES = {
    "another content": [FILES[0], FILES[1], file("truths/t-1.json", b"d")],
    "one less": FILES[1:],
    "one more": [*FILES, file("truths/t-2.json", b"c")],
    "another name": [file("hidden/t-1/A", b"a"), *FILES[1:]],
    "another order": [FILES[1], FILES[0], FILES[2]],
    "contents that changed places": [file("hidden/t-1/a", b"b"), file("hidden/t-1/b", b"a"), FILES[2]],
    "none": [],
}


@pytest.mark.parametrize("files", OTHER_FILES.values(), ids=OTHER_FILES)
def test_a_commitment_is_of_just_these_files(files: list[SealedFile]) -> None:
    promised = task_commitment("t-1", SALT, FILES)
    assert promised == task_commitment("t-1", SALT, list(FILES))
    assert promised != task_commitment("t-1", SALT, files)
    assert promised != task_commitment("t-2", SALT, FILES)
    assert promised != task_commitment("t-1", "00" * 15 + "01", FILES)


def test_files_of_a_task_are_not_those_of_another_one_with_a_similar_name() -> None:
    files = [file(path) for path in ("hidden/t-1/a", "hidden/t-10/a", "truths/t-1.json", "truths/t-10.json",
        "hidden/t-1", "truths/a/b.json", "truths/t-1.yaml", "x/t-1/a")]  # fmt: skip
    found = {task_id: [each.path for each in own] for task_id, own in files_by_task(files).items()}
    assert found == {
        "t-1": ["hidden/t-1/a", "truths/t-1.json"],
        "t-10": ["hidden/t-10/a", "truths/t-10.json"],
        "": ["hidden/t-1", "truths/a/b.json", "truths/t-1.yaml", "x/t-1/a"],
    }


def test_a_commitment_of_a_seed_is_of_seed_number_and_options() -> None:
    seed = DrawnSeed(salt=SALT, value="5", count=2)
    found = {
        seed.commitment({}),
        seed.commitment({"a": "b"}),
        DrawnSeed(salt=SALT, value="6", count=2).commitment({}),
        DrawnSeed(salt=SALT, value="5", count=3).commitment({}),
        DrawnSeed(salt="11" * 16, value="5", count=2).commitment({}),
    }
    assert len(found) == 5


ODD_PATHS = [
    "",
    "/a",
    "a//b",
    "a/../b",
    "./a",
    "a/",
    "..",
    "a\\b",
    "a\nb",
    "a\0b",
    "\udcff",
    "a/" + "b" * 5000,
]


@pytest.mark.parametrize("path", ODD_PATHS, ids=ascii)
def test_no_file_of_a_bundle_has_such_a_path(path: str) -> None:
    assert path_problem(path) is not None
    with pytest.raises(ValueError, match=r"path|Unicode|backslash"):
        file(path)


@pytest.mark.parametrize("paths", [["b", "a"], ["a", "a"]])
def test_files_stand_in_order_each_once(paths: list[str]) -> None:
    digest = f"sha256:{'0' * 64}"
    with pytest.raises(ValueError, match="not in the order of their paths"):
        Opening(seal=digest, salts={}, seed=None, files=tuple(map(file, paths)))


def test_a_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "key.pem"
    key, place, is_new = own_key(path)
    assert (place, is_new, path.stat().st_mode & 0o777) == (path, True, 0o600)
    again, _, is_new = own_key(path)
    assert (again.public, is_new) == (key.public, False)
    assert is_signed(key.public, again.sign(b"data"), b"data")
    assert not is_signed(key.public, again.sign(b"data"), b"date")
    assert not is_signed("ed25519:" + "0" * 64, again.sign(b"data"), b"data")
    path.chmod(0o640)
    with pytest.raises(DataError, match=r"may be read by others; run: chmod 600"):
        own_key(path)


def test_what_is_no_key_is_refused(tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    text, other, folder = tmp_path / "text", tmp_path / "other", tmp_path / "folder"
    text.write_text("no key")
    other.write_bytes(
        generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    )
    folder.mkdir()
    for path, told in {
        text: "is no private key in PEM",
        other: "is no Ed25519 key",
        folder: "is no plain file",
    }.items():
        path.chmod(0o700)
        with pytest.raises(DataError, match=told):
            own_key(path)
    with pytest.raises(UsageError, match=r"cannot be written to .*name another place with --key"):
        own_key(text / "below" / "key.pem")


def test_what_is_not_installed_is_named_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for use in (SigningKey.new, lambda: is_signed(KEY.public, b"", b"")):
        with pytest.raises(UsageError, match=r"run: pip install 'itbench\[seal\]'"):
            use()


PRIME = 2**255 - 19
SMALL_ORDER = [
    0, 1, PRIME - 1, PRIME, PRIME + 1,
    *(int.from_bytes(bytes.fromhex(text), "little") for text in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )),
]  # fmt: skip


@pytest.mark.parametrize("sign_bit", [0, 1])
@pytest.mark.parametrize("y", SMALL_ORDER)
def test_a_key_with_which_anybody_can_sign_is_refused(y: int, sign_bit: int) -> None:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = (y | sign_bit << 255).to_bytes(32, "little")
    of_nobody, forged = b"\x01" + bytes(63), []
    for number in range(200):
        with suppress(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(raw).verify(of_nobody, b"%d" % number)
            forged.append(b"%d" % number)
    assert forged, "the package takes such signatures"
    assert not any(is_signed(f"ed25519:{raw.hex()}", of_nobody, data) for data in forged)


HOSTILE = {
    "an endless number": b'{"text":' + b"9" * 5000 + b"}",
    "no number": b'{"text":NaN}',
    "deep": b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "half a pair": b'{"text":"\\ud800"}',
    "no object": b"[]",
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_document_is_refused_in_one_line(case: str) -> None:
    payload = HOSTILE[case]
    name = "application/vnd.itbench.note.v1+json"
    signature = base64.b64encode(KEY.sign(encoded(name, payload))).decode()
    envelope = {"payload": base64.b64encode(payload).decode(), "payloadType": name}
    data = json.dumps(envelope | {"signatures": [{"keyid": KEY.public, "sig": signature}]}).encode()
    for each in (data, payload, b"", b"\xff", b"null"):
        with pytest.raises(DataError, match=r"^x: ") as refused:
            opened(each, Note, "x")
        assert "\n" not in str(refused.value)
    assert not is_canonical(payload) or case == "no object"


def test_a_document_names_its_key_in_one_way() -> None:
    with pytest.raises(ValueError, match="String should match pattern"):
        Note(key=KEY.public + "\n")


def test_no_part_of_a_key_is_left_where_it_cannot_be_written(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(UsageError, match="name another place with --key"):
            own_key(tmp_path / "key.pem")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not list(tmp_path.iterdir())
    assert own_key(tmp_path / "key.pem")[2]
