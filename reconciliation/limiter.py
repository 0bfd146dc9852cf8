"""At most N calls at once across all processes, first come, first served.

Two keepers of the places: Redis, for any number of machines, and file locks, for one machine that
has no Redis or has lost it. Neither leaves a place taken when a process is killed.
"""

import fcntl
import hashlib
import logging
import os
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, cast

import redis

from reconciliation.errors import QueueFull
from reconciliation.http import Deadline

log = logging.getLogger(__name__)

# KEYS: holders, queue, tickets. ARGV: me, places, lease seconds, patience seconds, longest queue.
# Answers 0 when the place is mine, else how many stand before me plus one; -1 when the queue is full.
_TAKE = """
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
PATIENCE_SECONDS = 3.0
"""How long a waiter that has stopped asking keeps its turn."""
SHORTEST_POLL, LONGEST_POLL = 0.01, 0.25


@dataclass(frozen=True)
class LimiterConfig:
    """`name` tells what is limited; without `redis_url` the places are kept on this machine."""

    name: str
    places: int
    redis_url: str = ""
    longest_queue: int = 48


class Keeper(Protocol):
    """Who gives out places."""

    def take(self, me: str, lease: float) -> int:
        """Return 0 when a place was given, else the position in the queue; raise QueueFull."""

    def give_back(self, me: str) -> None:
        """Free the place, or the turn in the queue."""


class RedisKeeper:
    """Keeps holders and the queue in sorted sets; whatever is not renewed runs out by itself."""

    def __init__(self, config: LimiterConfig) -> None:
        self._config = config
        self._redis = redis.Redis.from_url(
            config.redis_url, socket_connect_timeout=1, socket_timeout=2, health_check_interval=30
        )
        base = f"portal:limit:{{{config.name}}}"
        self._keys = [f"{base}:{part}" for part in ("holders", "queue", "alive", "tickets")]
        self._script = self._redis.register_script(_TAKE)

    def take(self, me: str, lease: float) -> int:
        config = self._config
        position = cast(
            int, self._script(self._keys, [me, config.places, lease, PATIENCE_SECONDS, config.longest_queue])
        )
        if position < 0:
            raise QueueFull(f"over {config.longest_queue} calls are waiting")
        return position

    def give_back(self, me: str) -> None:
        with self._redis.pipeline() as pipe:
            for key in self._keys[:3]:
                pipe.zrem(key, me)
            pipe.execute()


class FileKeeper:
    """Keeps a locked file a place; the kernel frees the lock of a process that dies."""

    def __init__(self, config: LimiterConfig) -> None:
        digest = hashlib.sha256(config.name.encode()).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"portal-limit-{os.getuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        self._paths = [folder / str(place) for place in range(config.places)]
        self._held: dict[str, int] = {}

    def take(self, me: str, lease: float) -> int:
        for path in self._paths:
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                os.close(handle)
                continue
            self._held[me] = handle
            return 0
        return 1

    def give_back(self, me: str) -> None:
        handle = self._held.pop(me, None)
        if handle is not None:
            os.close(handle)


class Limiter:
    """Lets `places` calls through at once. Safe for threads and processes."""

    def __init__(self, config: LimiterConfig) -> None:
        self._files = FileKeeper(config)
        self._redis = RedisKeeper(config) if config.redis_url else None

    @contextmanager
    def place(self, deadline: Deadline) -> Iterator[None]:
        """Wait for a place and hold it.

        Raises QueueFull when none came within the deadline, or at once when too many wait already.
        """
        me = uuid.uuid4().hex
        keeper = self._wait(me, deadline)
        try:
            yield
        finally:
            _give_back(keeper, me)

    def _wait(self, me: str, deadline: Deadline) -> Keeper:
        keeper: Keeper = self._redis or self._files
        while True:
            try:
                position = keeper.take(me, deadline.remaining + 1)
            except redis.RedisError as error:
                log.warning("Redis is lost (%s): 1C's places are kept on this machine", type(error).__name__)
                keeper = self._files
                continue
            if position == 0:
                return keeper
            if deadline.remaining <= 0:
                _give_back(keeper, me)
                raise QueueFull("no free place for a call to 1C in time")
            time.sleep(min(LONGEST_POLL, SHORTEST_POLL * position, deadline.remaining))


def _give_back(keeper: Keeper, me: str) -> None:
    try:
        keeper.give_back(me)
    except redis.RedisError as error:
        # The lease runs out by itself.
        log.warning("a place could not be given back (%s)", type(error).__name__)
