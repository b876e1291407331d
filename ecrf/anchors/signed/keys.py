"""The keys that anchors are signed with: Ed25519, on one line that tells which half it is and whether it is whole."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

KEY = "ecrf-anchor-"
PRIVATE, PUBLIC = f"{KEY}private-", f"{KEY}public-"
CHECK_BYTES = 4


class NoKey(Exception):
    """The text is no such key; says why, and never the text itself, which may be most of a secret."""


@dataclass(frozen=True)
class PublicKey:
    """The half that proves who signed. It is no secret: whoever is to verify keeps it away from the product."""

    raw: bytes

    @property
    def text(self) -> str:
        return _text(PUBLIC, self.raw)

    @property
    def id(self) -> str:
        """Names the key in an anchor, on the page, and on the telephone."""
        return hashlib.sha256(self.raw).hexdigest()[:16]

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, repr=False)
class PrivateKey:
    """The half that signs. Nothing shows it but `text`."""

    raw: bytes

    @property
    def text(self) -> str:
        return _text(PRIVATE, self.raw)

    @property
    def public(self) -> PublicKey:
        return PublicKey(Ed25519PrivateKey.from_private_bytes(self.raw).public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        return Ed25519PrivateKey.from_private_bytes(self.raw).sign(message)


def new_key() -> PrivateKey:
    return PrivateKey(Ed25519PrivateKey.generate().private_bytes_raw())


def read_private(text: str) -> PrivateKey:
    """NoKey for anything else, one letter too few among it."""
    return PrivateKey(_raw(PRIVATE, text, other=PUBLIC))


def read_public(text: str) -> PublicKey:
    """NoKey for anything else, the private half among it."""
    return PublicKey(_raw(PUBLIC, text, other=PRIVATE))


def _text(half: str, raw: bytes) -> str:
    return half + base64.urlsafe_b64encode(raw + hashlib.sha256(raw).digest()[:CHECK_BYTES]).decode()


def _raw(half: str, text: str, *, other: str) -> bytes:
    """A key of which a sign was lost would be another key, which nobody could tell: hence the check sum."""
    if text.startswith(other):
        raise NoKey(f"this is the other half of a key, which begins with {other}")
    if not text.startswith(half):
        raise NoKey(f"a key begins with {half}")
    try:
        whole = base64.b64decode(text.removeprefix(half), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise NoKey("it holds a sign that no key has, or one is missing") from None
    raw, check = whole[:-CHECK_BYTES], whole[-CHECK_BYTES:]
    if len(raw) != 32 or hashlib.sha256(raw).digest()[:CHECK_BYTES] != check:
        raise NoKey("it is not whole, or a sign of it was changed")
    return raw
