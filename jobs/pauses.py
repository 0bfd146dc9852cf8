"""When what failed is tried again: the one table of pauses."""

import random
import time
from datetime import datetime, timedelta

from django.utils import timezone

from jobs.errors import PortalError

PAUSES = [timedelta(minutes=minutes) for minutes in (1, 3, 10, 30, 60)]
"""After each failure that may pass; the last one again and again."""
OWN_TURN = timedelta(seconds=10)
"""When only our own turn had not come: a full queue, a limit."""


def next_try(error: PortalError, attempts: int) -> datetime | None:
    """Return when to try again after so many attempts; None when it is of no use."""
    if not error.may_pass or (error.most_attempts and attempts >= error.most_attempts):
        return None
    pause = PAUSES[min(max(attempts, 1), len(PAUSES)) - 1] if error.costs_attempt else OWN_TURN
    scattered = pause * random.uniform(0.75, 1.25)  # noqa: S311  # scatter, not secrecy
    return timezone.now() + max(scattered, timedelta(seconds=error.not_before - time.time()))
