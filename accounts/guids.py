"""1C's guids in the one form in which they are kept and compared."""

from contextlib import suppress
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

EMPTY: Final = str(UUID(int=0))
"""1C's empty reference: what it gives where nobody was chosen."""


def canonical_guid(text: str) -> str:
    """Return a guid in small letters with hyphens; what is no guid is returned without outer spaces.

    1C services write them in either case, and 1C itself does not tell one from the other.
    """
    with suppress(ValueError):
        return str(UUID(text.strip()))
    return text.strip()


def is_guid(text: str) -> bool:
    """Return whether a text is a guid in its one form."""
    with suppress(ValueError):
        return str(UUID(text)) == text
    return False


def validate_guid(text: str) -> None:
    """Raise ValidationError for 1C's empty reference, which names nobody."""
    if canonical_guid(text) == EMPTY:
        raise ValidationError(_("This is 1C's empty reference: it names nobody."))
