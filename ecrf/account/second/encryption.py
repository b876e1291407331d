"""Encrypts what has to be read again: the secret of an authenticator.

The key is made from SECOND_FACTOR_KEY, or from SECRET_KEY where there is none. While a key changes there are two, with
a comma between: the first encrypts, each of them decrypts (decision 31).
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class UnreadableSecret(Exception):
    """What is stored was encrypted with another key than those of the settings."""


def encrypt(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def decrypt(stored: str) -> str:
    """Raises `UnreadableSecret`."""
    try:
        return _keys().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret from None


def encrypt_anew(stored: str) -> str:
    """The same, encrypted with the first key. Raises `UnreadableSecret`."""
    try:
        return _keys().rotate(stored.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret from None


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in settings.SECOND_FACTOR_KEYS])


def _derived(key: str) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"ecrf.account.second-factor")
    return base64.urlsafe_b64encode(derived.derive(key.encode()))
