"""Errors that are kept in the database: written down by their kind, and read back with their words."""

from collections.abc import Iterator

from reconciliation.errors import PortalError, ReasonedError


def error_of(kind: str, detail: str = "") -> PortalError:
    """Return the error whose `kind` was kept, with words in the language of whoever reads it."""
    name, _, reason = kind.partition(": ")
    found = next((each for each in _classes(PortalError) if each.__name__ == name), PortalError)
    if issubclass(found, ReasonedError):
        return found(reason, detail) if reason in found.reasons else PortalError(detail)
    return found(detail)


def _classes(root: type[PortalError]) -> Iterator[type[PortalError]]:
    yield root
    for child in root.__subclasses__():
        yield from _classes(child)
