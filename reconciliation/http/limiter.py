"""At most N calls at once to another service, across all processes.

With Redis for any number of machines, first come, first served. Without it by N lock files on this
machine, in no order. When Redis is lost while calls run, those keep their slots there and up to N more
may start by lock files.
"""

import fcntl
import hashlib
import logging
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import redis

from jobs.deadline import Deadline
from reconciliation.errors import QueueFull, TimedOut

log = logging.getLogger(__name__)

HOLD_SECONDS = 15.0
"""How long a call that timed out keeps its slot: the other side does not know and works on."""
LEAST_SECONDS = 0.5
"""With less than this left a slot is of no use any more."""
SHORTEST_POLL_SECONDS, LONGEST_POLL_SECONDS = 0.01, 0.25
WITHOUT_REDIS_SECONDS = 5.0
"""How long a Redis that was lost is left alone: each call would wait for it."""
TICKET_SECONDS = 3.0
"""How long a waiter that has stopped asking keeps its place in the queue."""

# KEYS: holders, queue, alive, the counter of tickets.
# ARGV: ticket, slots, lease and ticket seconds, longest queue.
# Returns 0 when the ticket has a slot, else how many stand before it plus one; -1 when the queue is full.
_ACQUIRE = """
local now = redis.call('TIME'); now = tonumber(now[1]) + tonumber(now[2]) / 1e6
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now)) do
  redis.call('ZREM', KEYS[2], gone); redis.call('ZREM', KEYS[3], gone)
end
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[5]) then return -1 end
  redis.call('ZADD', KEYS[2], redis.call('INCR', KEYS[4]), ARGV[1])
end
redis.call('ZADD', KEYS[3], now + tonumber(ARGV[4]), ARGV[1])
local rank = redis.call('ZRANK', KEYS[2], ARGV[1])
local free = tonumber(ARGV[2]) - redis.call('ZCARD', KEYS[1])
if rank < free then
  redis.call('ZREM', KEYS[2], ARGV[1]); redis.call('ZREM', KEYS[3], ARGV[1])
  redis.call('ZADD', KEYS[1], now + tonumber(ARGV[3]), ARGV[1])
  return 0
end
return rank + 1
"""


@dataclass(frozen=True)
class LimiterConfig:
    """`name` tells what is limited; without `redis_url` the slots are lock files on this machine."""

    name: str
    slots: int
    redis_url: str = field(default="", repr=False)
    longest_queue: int = 48


class RedisSlots:
    """Holders and queue in sorted sets; a lease that is not released runs out by itself."""

    def __init__(self, config: LimiterConfig) -> None:
        self._config = config
        self._redis = redis.Redis.from_url(
            config.redis_url, socket_connect_timeout=1, socket_timeout=2, health_check_interval=30
        )
        base = f"portal:limit:{{{config.name}}}"
        self._keys = [f"{base}:{part}" for part in ("holders", "queue", "alive", "tickets")]
        self._script = self._redis.register_script(_ACQUIRE)

    def acquire(self, ticket: str, lease: float) -> int:
        """Return 0 when the ticket has a slot now, else its position in the queue; raise QueueFull."""
        config = self._config
        arguments: list[str | float] = [ticket, config.slots, lease, TICKET_SECONDS, config.longest_queue]
        position = cast(int, self._script(self._keys, arguments))
        if position < 0:
            raise QueueFull(f"over {config.longest_queue} calls are waiting")
        return position

    def release(self, ticket: str) -> None:
        """Free the ticket's slot, or its place in the queue."""
        with self._redis.pipeline() as pipe:
            for key in self._keys[:3]:
                pipe.zrem(key, ticket)
            pipe.execute()

    def close(self) -> None:
        self._redis.close()


class FileSlots:
    """One locked file per slot; the kernel frees the locks of a process that dies."""

    def __init__(self, config: LimiterConfig) -> None:
        digest = hashlib.sha256(config.name.encode()).hexdigest()[:12]
        self._slots = config.slots
        self._folder = Path(tempfile.gettempdir()) / f"portal-limit-{os.getuid()}-{digest}"
        self._held: dict[str, int] = {}

    def acquire(self, ticket: str, lease: float) -> int:  # the kernel needs no lease
        """Return 0 when the ticket has a slot now, else a position that has it ask 20 times a second."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for slot in range(self._slots):
            with suppress(BlockingIOError):
                self._held[ticket] = _lock(self._folder / f"slot-{slot}")
                return 0
        return 5

    def release(self, ticket: str) -> None:
        if (handle := self._held.pop(ticket, None)) is not None:
            os.close(handle)


def _lock(path: Path) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        raise
    return handle


SlotStore = RedisSlots | FileSlots


class Limiter:
    """Lets `slots` calls through at once. Safe for threads and processes."""

    def __init__(self, config: LimiterConfig) -> None:
        self._files = FileSlots(config)
        self._redis = RedisSlots(config) if config.redis_url else None
        self._without_redis_until = 0.0

    @contextmanager
    def slot(self, deadline: Deadline) -> Iterator[None]:
        """Wait for a slot and hold it.

        Raises QueueFull when none came within the deadline, or at once when too many wait already.
        """
        ticket = uuid.uuid4().hex
        store = self._wait(ticket, deadline)
        try:
            yield
        except TimedOut:
            timer = threading.Timer(HOLD_SECONDS, _release, (store, ticket))
            timer.daemon = True
            timer.start()
            raise
        except BaseException:
            _release(store, ticket)
            raise
        _release(store, ticket)

    def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis:
            self._redis.close()

    def _wait(self, ticket: str, deadline: Deadline) -> SlotStore:
        if self._redis and time.monotonic() >= self._without_redis_until:
            try:
                return _acquire(self._redis, ticket, deadline)
            except redis.RedisError as error:
                log.warning("Redis is lost (%s): lock files limit the calls", type(error).__name__)
                self._without_redis_until = time.monotonic() + WITHOUT_REDIS_SECONDS
        try:
            return _acquire(self._files, ticket, deadline)
        except OSError as error:
            raise QueueFull(f"slots cannot be kept on this machine ({type(error).__name__})") from None


def _acquire(store: SlotStore, ticket: str, deadline: Deadline) -> SlotStore:
    """Ask until the ticket has a slot; a ticket that is given up leaves the queue."""
    try:
        while position := store.acquire(ticket, deadline.remaining + HOLD_SECONDS + 1):
            left = deadline.remaining - LEAST_SECONDS
            if left <= 0:
                raise QueueFull("no free slot for a call to 1C in time")
            time.sleep(min(LONGEST_POLL_SECONDS, SHORTEST_POLL_SECONDS * position, left))
    except BaseException:
        _release(store, ticket)
        raise
    return store


def _release(store: SlotStore, ticket: str) -> None:
    try:
        store.release(ticket)
    except (redis.RedisError, OSError) as error:
        # A lease runs out by itself.
        log.warning("a slot could not be released (%s)", type(error).__name__)
