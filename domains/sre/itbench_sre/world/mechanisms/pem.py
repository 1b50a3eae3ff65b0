"""Certificates in PEM, as a company's issuer writes them: X.509 in DER, with a signature that nobody checks here."""

import base64

from itbench_sre.world.clock.randomness import Randomness
from itbench_sre.world.clock.times import kubernetes_text

_ECDSA_WITH_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
_EC_KEY = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
_COMMON_NAME = bytes.fromhex("0603550403")
_ALTERNATIVE_NAME = bytes.fromhex("0603551d11")
_ISSUER = "cluster-issuer-ca"


def certificate(name: str, from_s: int, until_s: int, random: Randomness) -> str:
    """Return a certificate of a server's name that is good between two times, in seconds since 1970."""
    validity = _sequence(_time(from_s), _time(until_s))
    key = _sequence(_EC_KEY, _bits(b"\x04" + _bytes(random, 64)))
    names = _tagged(0x04, _sequence(_tagged(0x82, name.encode())))
    extensions = _tagged(0xA3, _sequence(_sequence(_ALTERNATIVE_NAME, names)))
    version = _tagged(0xA0, _tagged(0x02, b"\x02"))
    serial = _tagged(0x02, b"\x11" + _bytes(random, 15))
    body = _sequence(
        version, serial, _ECDSA_WITH_SHA256, _name(_ISSUER), validity, _name(name), key, extensions
    )
    signature = _sequence(*(_tagged(0x02, b"\x31" + _bytes(random, 31)) for _ in range(2)))
    text = base64.b64encode(_sequence(body, _ECDSA_WITH_SHA256, _bits(signature))).decode()
    lines = "\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


def _bytes(random: Randomness, count: int) -> bytes:
    return bytes(random.below(256) for _ in range(count))


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _bits(content: bytes) -> bytes:
    return _tagged(0x03, b"\x00" + content)


def _name(text: str) -> bytes:
    return _sequence(_tagged(0x31, _sequence(_COMMON_NAME, _tagged(0x0C, text.encode()))))


def _time(second: int) -> bytes:
    digits = "".join(filter(str.isdigit, kubernetes_text(second * 1_000_000)))
    return _tagged(0x17, f"{digits[2:14]}Z".encode())
