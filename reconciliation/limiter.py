"""At most N calls at once across all processes, first come, first served."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import redis

from reconciliation.errors import QueueFull, TimedOut
from reconciliation.http import Deadline
from reconciliation.places import FileKeeper, Keeper, LimiterConfig, RedisKeeper

log = logging.getLogger(__name__)

AFTERMATH_SECONDS = 15.0
"""How long a place stays taken by a call that was given up: the other side does not know and works on."""
LEAST_SECONDS = 0.5
"""With less than this left a place is of no use any more."""
SHORTEST_POLL, LONGEST_POLL = 0.01, 0.25
WITHOUT_REDIS_SECONDS = 5.0
"""How long a Redis that was lost is left alone."""


class Limiter:
    """Lets `places` calls through at once. Safe for threads and processes."""

    def __init__(self, config: LimiterConfig) -> None:
        self._files = FileKeeper(config)
        self._redis = RedisKeeper(config) if config.redis_url else None
        self._without_redis_until = 0.0

    @contextmanager
    def place(self, deadline: Deadline) -> Iterator[None]:
        """Wait for a place and hold it.

        Raises QueueFull when none came within the deadline, or at once when too many wait already.
        """
        me = uuid.uuid4().hex
        keeper = self._wait(me, deadline)
        try:
            yield
        except TimedOut:
            _tell(keeper.leave_taken, me, AFTERMATH_SECONDS)
            raise
        except BaseException:
            _tell(keeper.give_back, me)
            raise
        _tell(keeper.give_back, me)

    def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis:
            self._redis.close()

    def _wait(self, me: str, deadline: Deadline) -> Keeper:
        keeper = self._keeper()
        try:
            while position := self._ask(keeper, me, deadline):
                if deadline.remaining <= LEAST_SECONDS:
                    raise QueueFull("no free place for a call to 1C in time")
                time.sleep(
                    min(
                        LONGEST_POLL, SHORTEST_POLL * position, max(deadline.remaining - LEAST_SECONDS, 0.001)
                    )
                )
        except BaseException:
            # A turn that nobody takes would hold up those behind it.
            _tell(keeper.give_back, me)
            raise
        if position is None:
            return self._wait(me, deadline)
        return keeper

    def _keeper(self) -> Keeper:
        if self._redis is None or time.monotonic() < self._without_redis_until:
            return self._files
        return self._redis

    def _ask(self, keeper: Keeper, me: str, deadline: Deadline) -> int | None:
        """Return what the keeper says, None when it cannot say anything."""
        try:
            return keeper.take(me, deadline.remaining + 1)
        except redis.RedisError as error:
            log.warning("Redis is lost (%s): 1C's places are kept on this machine", type(error).__name__)
            # Not asked with every call: each would wait for it.
            self._without_redis_until = time.monotonic() + WITHOUT_REDIS_SECONDS
            return None
        except OSError as error:
            raise QueueFull(f"places cannot be kept on this machine ({type(error).__name__})") from None


def _tell(what: Callable[..., None], me: str, *details: float) -> None:
    try:
        what(me, *details)
    except (redis.RedisError, OSError) as error:
        # A lease runs out by itself.
        log.warning("a place could not be given back (%s)", type(error).__name__)
