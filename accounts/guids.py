"""1C's guids in the one form in which they are kept and compared."""

from contextlib import suppress
from uuid import UUID


def canonical_guid(text: str) -> str:
    """Return a guid in small letters with hyphens; what is no guid is returned without outer spaces.

    1C services write them in either case, and 1C itself does not tell one from the other.
    """
    with suppress(ValueError):
        return str(UUID(text.strip()))
    return text.strip()
