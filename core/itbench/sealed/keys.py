"""Ed25519 keys in files that nobody else may read; all cryptography is that of the package `cryptography`."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from itbench.errors import DataError, UsageError
from itbench.sealed.new_file import PRIVATE, write_new

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX = "ed25519:"
_PRIME = 2**255 - 19
# The y of all points of small order, of two of them also as no encoder writes it; a test signs with each of them without a key.
_SMALL_ORDER = frozenset(
    {
        0,
        1,
        _PRIME - 1,
        _PRIME,
        _PRIME + 1,
        0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
        0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    }
)
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


class SigningKey:
    """A private key that signs.

    Args:
        key: of the package `cryptography`.
    """

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        self._key = key

    def __repr__(self) -> str:
        return f"SigningKey({self.public})"

    @classmethod
    def new(cls) -> "SigningKey":
        """Return a fresh key.

        Raises:
            UsageError: the package `cryptography` is not installed.
        """
        require_cryptography()
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, path: Path) -> "SigningKey":
        """Return the key in a file.

        Raises:
            DataError: the file cannot be read, is no Ed25519 key, or is one that others may read.
            UsageError: the package `cryptography` is not installed.
        """
        require_cryptography()
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            status = path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise DataError(f"the key {str(path)!r} is no plain file")
            data = path.read_bytes()
            found = load_pem_private_key(data, password=None)
        except OSError as error:
            raise DataError(f"the key {str(path)!r} cannot be read: {error.strerror}") from error
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise DataError(f"{str(path)!r} is no private key in PEM without a password: {error}") from error
        if not isinstance(found, Ed25519PrivateKey):
            raise DataError(f"{str(path)!r} is no Ed25519 key; name another file, which is then made")
        if stat.S_IMODE(status.st_mode) & _OTHERS:
            raise DataError(f"the key {str(path)!r} may be read by others; run: chmod 600 {path}")
        return cls(found)

    @property
    def public(self) -> str:
        """The public key: `ed25519:` and 64 hexadecimal digits."""
        return PREFIX + self._key.public_key().public_bytes_raw().hex()

    def sign(self, data: bytes) -> bytes:
        """Return the signature of bytes."""
        return self._key.sign(data)

    def write(self, path: Path) -> None:
        """Write the key into a new file that only this user may read.

        Raises:
            OSError: it cannot be written, or there is one already.
        """
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        data = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        write_new(path, data, PRIVATE)


def is_signed(public: str, signature: bytes, data: bytes) -> bool:
    """Tell whether a signature of bytes is by the owner of a public key, given as `SigningKey.public` gives it.

    Raises:
        UsageError: the package `cryptography` is not installed.
    """
    require_cryptography()
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    raw = bytes.fromhex(public.removeprefix(PREFIX))
    if int.from_bytes(raw, "little") & ((1 << 255) - 1) in _SMALL_ORDER:
        return False  # Anybody can sign with such a key, and the package does not refuse it.
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def own_key(path: Path | None) -> tuple[SigningKey, Path, bool]:
    """Return this user's key, where it lies, and whether it was made just now.

    Args:
        path: of the key; None for `itbench/key.pem` in the user's folder of settings.

    Raises:
        ITBenchError: it cannot be read or made.
    """
    place = path or default_key_path()
    if os.path.lexists(place):
        return SigningKey.read(place), place, False
    key = SigningKey.new()
    try:
        key.write(place)
    except OSError as error:
        raise UsageError(
            f"a key cannot be written to {str(place)!r}: {error.strerror}; name another place with --key"
        ) from error
    return key, place, True


def default_key_path() -> Path:
    """Return where this user's key is, or would be, unless another place is named.

    Raises:
        UsageError: this user has no home folder.
    """
    try:
        settings = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    except RuntimeError as error:
        raise UsageError("this user has no home folder for a key; name a place for it with --key") from error
    return settings / "itbench" / "key.pem"


def require_cryptography() -> None:
    """Refuse to go on where the package is not installed.

    Raises:
        UsageError: says how to install it.
    """
    try:
        import cryptography  # noqa: F401 - only whether it is there
    except ImportError as error:
        raise UsageError(
            "sealed suites need the package 'cryptography'; run: pip install 'itbench[seal]'"
        ) from error
