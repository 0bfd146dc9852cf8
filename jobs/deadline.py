"""A time budget that several steps share."""

import time


class Deadline:
    """A time budget in seconds, from now on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    @property
    def remaining(self) -> float:
        """Seconds that are left; never negative."""
        return max(0.0, self._end - time.monotonic())
