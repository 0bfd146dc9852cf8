"""A column that the database holds encrypted."""

from typing import TYPE_CHECKING, Any

from django.db import models

from accounts import encryption

if TYPE_CHECKING:
    _Text = models.TextField[str, str]
else:
    # Django's fields take no type arguments as the program runs.
    _Text = models.TextField


class EncryptedField(_Text):
    """Encrypts with a key that follows from SECRET_KEY; under another key the text reads as empty."""

    def get_prep_value(self, value: Any) -> Any:
        return encryption.encrypt(value, encryption.COLUMNS) if value else ""

    def from_db_value(self, value: str | None, *_: Any) -> str:
        if not value:
            return ""
        try:
            return encryption.decrypt(value, encryption.COLUMNS)
        except encryption.WrongKey:
            return ""
