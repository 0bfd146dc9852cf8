"""Reads the box: each report is noted, then marked as seen, so that a worker that dies reads it once more."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError

from jobs.deadline import Deadline
from letters.bounces import noting
from letters.bounces.mailbox import Box, Mailbox
from letters.bounces.noting import Read

log = logging.getLogger(__name__)


def read_box(until: Deadline, listener: Callable[[Read], None] = lambda _read: None) -> Read:
    """Read what has come back until nothing is left or the time is up. Raises BounceBoxError."""
    read = Read()
    with Mailbox(Box(settings.BOUNCE_IMAP_URL)) as mailbox:
        for number, content in mailbox.letters():
            _note(number, content, read)
            mailbox.set_seen(number)
            listener(read)
            if not until.remaining:
                break
    return read


def _note(number: str, content: bytes, read: Read) -> None:
    """Note a letter; one that the portal fails on is a person's, and stops none behind it."""
    try:
        noting.note(content, read)
    except DatabaseError:  # not the letter's fault: it stays unseen
        raise
    except Exception:  # a stranger's letter: whatever it does to the reading, those behind it are read
        log.exception("letter %s in the box of what came back could not be read", number)
        read.others += 1
