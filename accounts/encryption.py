"""Texts that the database holds encrypted: who reads a backup learns nothing from them."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

COLUMNS: Final = b"reconciliation: encrypted columns"
SECOND_FACTORS: Final = b"accounts: second factors"
"""What a text is for: each has a key of its own, which follows from SECRET_KEY."""


class WrongKey(Exception):
    """The text was not encrypted here, or with a SECRET_KEY that is not among the fallbacks."""


def encrypt(text: str, purpose: bytes) -> str:
    return _cipher(purpose).encrypt(text.encode()).decode()


def decrypt(text: str, purpose: bytes) -> str:
    """Return what was encrypted, also with one of SECRET_KEY_FALLBACKS. Raises WrongKey."""
    try:
        return _cipher(purpose).decrypt(text.encode()).decode()
    except InvalidToken:
        raise WrongKey from None


def _cipher(purpose: bytes) -> MultiFernet:
    return _cipher_of((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS), purpose)


@lru_cache(maxsize=8)
def _cipher_of(secrets: tuple[str, ...], purpose: bytes) -> MultiFernet:
    keys = (HKDF(SHA256(), 32, salt=None, info=purpose).derive(secret.encode()) for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])
