"""Bitrix24's two limits: a leaky bucket of requests, and seconds of server time by method."""

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sandbox.bitrix24.errors import RestError


@dataclass(frozen=True)
class Sizes:
    """`rate` requests a second with a burst of `burst`; `operating` seconds a method in `window` seconds."""

    rate: float = 2.0
    burst: int = 50
    operating: float = 480.0
    window: float = 600.0


class Limits:
    """Counts what comes and refuses what is too much. Safe for threads."""

    def __init__(self, sizes: Sizes) -> None:
        self.sizes = sizes
        self._lock = Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything that came."""
        with self._lock:
            self._level = self._level_at = 0.0
            self._done: defaultdict[str, deque[tuple[float, float]]] = defaultdict(deque)

    def enter(self) -> None:
        """Let a request in; raises RestError when the bucket is full."""
        now = time.monotonic()
        with self._lock:
            level = max(0.0, self._level - (now - self._level_at) * self.sizes.rate)
            self._level_at = now
            if level + 1 > self.sizes.burst:
                self._level = level
                raise RestError(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
            self._level = level + 1

    def begin(self, method: str) -> None:
        """Let a call of a method begin; raises RestError when it has used its time."""
        with self._lock:
            if self._used(method) >= self.sizes.operating:
                raise RestError(429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")

    def end(self, method: str, started: float) -> dict[str, Any]:
        """Count a call that began at `started` (seconds since 1970) and return its block `time`."""
        finished = time.time()
        with self._lock:
            self._done[method].append((finished, finished - started))
            used = self._used(method)
            oldest = self._done[method][0][0]
        reset_at = math.ceil(oldest + self.sizes.window)
        return {**block_of(started, finished), "operating_reset_at": reset_at, "operating": used}

    def used(self) -> dict[str, float]:
        """Return the seconds in the window, by method."""
        with self._lock:
            return {method: self._used(method) for method in list(self._done)}

    def _used(self, method: str) -> float:
        done = self._done[method]
        while done and done[0][0] <= time.time() - self.sizes.window:
            done.popleft()
        return sum(seconds for _, seconds in done)


def block_of(started: float, finished: float) -> dict[str, Any]:
    """Return the block `time` of a call, without what its method has used."""
    return {
        "start": started,
        "finish": finished,
        "duration": finished - started,
        "processing": finished - started,
        "date_start": _iso(started),
        "date_finish": _iso(finished),
    }


def _iso(instant: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(instant))
