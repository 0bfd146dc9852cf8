"""Note how the other systems are doing, for the admin's first page; not at every call."""

import time
from threading import Lock

from django.db import DatabaseError
from django.utils import timezone

from reconciliation.errors import (
    Bitrix24Busy,
    Bitrix24NameTaken,
    Bitrix24NotFound,
    Bitrix24Refused,
    InvalidAnswer,
    OneCUnknownCounterparty,
    PortalError,
    QueueFull,
)
from reconciliation.models import ConnectionState

SELDOM_SECONDS = 60.0
"""Seconds between two notes of the same kind."""
Name = ConnectionState.Name
_noted: dict[tuple[str, bool], float] = {}
_lock = Lock()


def note_success(name: Name) -> None:
    if _is_due(name, succeeded=True):
        _note(name, succeeded_at=timezone.now())


def note_failure(name: Name, *, kind: str = "", detail: str = "") -> None:
    if _is_due(name, succeeded=False):
        _note(name, failed_at=timezone.now(), kind=kind, detail=detail[:500])


def note_onec(error: PortalError | None) -> None:
    """Note how a call to 1C ended; what it says of one question, and our own queue, are no failure of it."""
    if isinstance(error, QueueFull):
        return
    if error is None or isinstance(error, OneCUnknownCounterparty | InvalidAnswer):
        note_success(Name.ONEC)
    else:
        note_failure(Name.ONEC, kind=error.kind, detail=error.detail)


def note_bitrix24(error: PortalError | None) -> None:
    """Note how a request to Bitrix24 ended; its limits, and what it says of one question, are no failure."""
    if isinstance(error, Bitrix24Busy):
        return
    if error is None or isinstance(error, Bitrix24NotFound | Bitrix24NameTaken | Bitrix24Refused):
        note_success(Name.BITRIX24)
    else:
        note_failure(Name.BITRIX24, kind=error.kind, detail=error.detail)


def note_mail(error: PortalError | None) -> None:
    """Note how the mail server is doing."""
    if error is None:
        note_success(Name.MAIL)
    else:
        note_failure(Name.MAIL, kind=error.kind, detail=error.detail)


def _is_due(name: Name, *, succeeded: bool) -> bool:
    """Whether so much time has passed, or the last note was of the other kind."""
    now = time.monotonic()
    with _lock:
        last, other = _noted.get((name, succeeded), 0.0), _noted.get((name, not succeeded), 0.0)
        if last > other and now - last < SELDOM_SECONDS:
            return False
        _noted[name, succeeded] = now
    return True


def _note(name: Name, **fields: object) -> None:
    """Write the note; it must not fail what it is about."""
    try:
        ConnectionState.objects.update_or_create(name=name, defaults=fields)
    except DatabaseError:
        with _lock:
            _noted.clear()
