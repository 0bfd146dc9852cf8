"""Who keeps the places for calls to another service, and the queue for them.

Redis, for any number of machines, and file locks, for one machine that has no Redis or has lost it.
Neither leaves a place taken when a process is killed.
"""

import fcntl
import hashlib
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, cast

import redis

from reconciliation.errors import QueueFull

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


@dataclass(frozen=True)
class LimiterConfig:
    """`name` tells what is limited; without `redis_url` the places are kept on this machine."""

    name: str
    places: int
    redis_url: str = field(default="", repr=False)
    longest_queue: int = 48


class Keeper(Protocol):
    """Who gives out places."""

    def take(self, me: str, lease: float) -> int:
        """Return 0 when a place was given, else the position in the queue; raise QueueFull."""

    def give_back(self, me: str) -> None:
        """Free the place, or the turn in the queue."""

    def leave_taken(self, me: str, seconds: float) -> None:
        """Let the place come free by itself after some seconds."""


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

    def leave_taken(self, me: str, seconds: float) -> None:
        whole, millionths = self._redis.time()
        self._redis.zadd(self._keys[0], {me: whole + millionths / 1e6 + seconds}, xx=True)

    def close(self) -> None:
        self._redis.close()


class FileKeeper:
    """Keeps a locked file a place and a turn; the kernel frees the locks of a process that dies.

    A caller that was killed while its process had a forked child leaves its place to that child's end.
    """

    def __init__(self, config: LimiterConfig) -> None:
        digest = hashlib.sha256(config.name.encode()).hexdigest()[:12]
        self._config = config
        self._folder = Path(tempfile.gettempdir()) / f"portal-limit-{os.getuid()}-{digest}"
        self._held: dict[str, int] = {}
        self._turns: dict[str, tuple[Path, int]] = {}

    def take(self, me: str, lease: float) -> int:  # the kernel needs no lease
        with self._door():
            queue = self._queue()
            if me not in self._turns:
                queue.append(self._queue_up(me, queue))
            position = queue.index(self._turns[me][0])
            if position == 0 and self._take_place(me):
                self._leave_queue(me)
                return 0
            return position + 1

    def give_back(self, me: str) -> None:
        if me in self._turns:
            with self._door():
                self._leave_queue(me)
        if (handle := self._held.pop(me, None)) is not None:
            _unlock(handle)

    def leave_taken(self, me: str, seconds: float) -> None:
        timer = threading.Timer(seconds, self.give_back, (me,))
        timer.daemon = True
        timer.start()

    @contextmanager
    def _door(self) -> Iterator[None]:
        """Let one in at a time, for the moment that a look at the queue takes."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        handle = _lock(self._folder / "door", fcntl.LOCK_EX)
        try:
            yield
        finally:
            _unlock(handle)

    def _queue(self) -> list[Path]:
        """Return the turns in their order; those of the dead are taken away."""
        ours = {path for path, _ in self._turns.values()}
        return [path for path in sorted(self._folder.glob("turn-*")) if path in ours or _is_locked(path)]

    def _queue_up(self, me: str, queue: list[Path]) -> Path:
        if len(queue) >= self._config.longest_queue:
            raise QueueFull(f"over {self._config.longest_queue} calls are waiting")
        last = int(queue[-1].name.removeprefix("turn-")) if queue else 0
        path = self._folder / f"turn-{last + 1:012d}"
        self._turns[me] = path, _lock(path)
        return path

    def _leave_queue(self, me: str) -> None:
        path, handle = self._turns.pop(me)
        path.unlink(missing_ok=True)
        _unlock(handle)

    def _take_place(self, me: str) -> bool:
        for place in range(self._config.places):
            with suppress(BlockingIOError):
                self._held[me] = _lock(self._folder / f"place-{place}")
                return True
        return False


def _lock(path: Path, how: int = fcntl.LOCK_EX | fcntl.LOCK_NB) -> int:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, how)
    except OSError:
        os.close(handle)
        raise
    return handle


def _unlock(handle: int) -> None:
    # Closing alone is not enough: a process forked meanwhile has the file open, too.
    fcntl.flock(handle, fcntl.LOCK_UN)
    os.close(handle)


def _is_locked(path: Path) -> bool:
    try:
        handle = _lock(path)
    except BlockingIOError:
        return True
    path.unlink()
    _unlock(handle)
    return False
