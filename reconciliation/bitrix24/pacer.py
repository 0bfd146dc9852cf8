"""One pace for all processes on all machines: it waits until a request to Bitrix24 may go out.

The state (`pace.Pace`) lies in Redis and changes by compare-and-set, on Redis' own clock. Without Redis, or
while it is lost, each process keeps a pace of its own.
"""

import json
import logging
import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

import redis

from jobs.deadline import Deadline
from reconciliation.bitrix24.pace import Limits, Pace, Totals, Usage, Wait
from reconciliation.errors import Bitrix24Busy, Bitrix24Unreachable

LEASE_SPARE_SECONDS = 10.0
"""Seconds after its time-out in which a request may still be on its way."""
LONGEST_NAP_SECONDS = 5.0
LOGGED_WAIT_SECONDS = 2.0
"""Seconds of waiting that the log tells of."""
WITHOUT_REDIS_SECONDS = 5.0
T = TypeVar("T")
log = logging.getLogger(__name__)

# KEYS: the state. ARGV: what it was when it was read, what it shall be, seconds to keep it.
_SWAP = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


@dataclass(frozen=True)
class PaceConfig:
    """`name` is the Bitrix24 that is asked: those of one name share one pace."""

    name: str
    limits: Limits = field(default_factory=Limits)
    redis_url: str = field(default="", repr=False)


@dataclass
class Admission:
    """One request's leave to go; its sender notes here what Bitrix24 said."""

    usages: list[Usage] = field(default_factory=list)
    costs: list[tuple[str, float]] = field(default_factory=list)
    """The seconds of a batch's commands, by method."""
    sent: bool = True
    answered: bool = False
    over_bucket: bool = False
    over_window: list[str] = field(default_factory=list)
    waited: float = 0.0
    """Seconds until it might go."""
    blocked_until: float = 0.0
    """When a method that was refused may be called again; 0 when none was."""


class ProcessStore:
    """The pace of this process alone."""

    def __init__(self, limits: Limits, level: float = 0.0) -> None:
        self._pace = Pace(limits, level, time.time())
        self._lock = threading.Lock()

    def change(self, act: Callable[[Pace, float], T]) -> T:
        """Return what `act` makes of the state at this instant."""
        with self._lock:
            return act(self._pace, time.time())


class RedisStore:
    """The pace of all processes."""

    def __init__(self, config: PaceConfig) -> None:
        self._limits = config.limits
        self._redis = redis.Redis.from_url(
            config.redis_url, socket_connect_timeout=1, socket_timeout=2, health_check_interval=30
        )
        # The number is of the state's form: another version of the portal begins anew.
        self._key = f"portal:pace:2:{config.name}"
        self._swap = self._redis.register_script(_SWAP)

    def change(self, act: Callable[[Pace, float], T]) -> T:
        """Return what `act` makes of the state; it is called again when another process was faster."""
        while True:
            with self._redis.pipeline(transaction=False) as pipe:
                pipe.get(self._key)
                pipe.time()
                kept, (seconds, microseconds) = pipe.execute()
            now = seconds + microseconds / 1e6
            before = (kept or b"").decode()
            pace = Pace.from_json(self._limits, json.loads(before)) if before else Pace(self._limits)
            result = act(pace, now)
            after = json.dumps(pace.to_json(), separators=(",", ":"))
            if self._swap([self._key], [before, after, int(2 * self._limits.window) + 60]):
                return result
            time.sleep(random.uniform(0, 0.005))  # noqa: S311  # scatter, not secrecy

    def close(self) -> None:
        self._redis.close()


Store = ProcessStore | RedisStore


class Pacer:
    """Lets requests go one by one. Safe for threads and processes."""

    def __init__(self, config: PaceConfig) -> None:
        self._limits = config.limits
        self._redis = RedisStore(config) if config.redis_url else None
        # A burst that Redis has given out must not be given out again by each process.
        self._own = ProcessStore(config.limits, level=float(config.limits.burst) if self._redis else 0.0)
        self._without_redis_until = 0.0

    @contextmanager
    def admission(
        self, calls: Mapping[str, int], deadline: Deadline, *, method: str = ""
    ) -> Iterator[Admission]:
        """Wait until a request with so many calls of each method may go, and take down what came of it.

        `method`: the one that uses the time of all of them, for a batch.
        Raises Bitrix24Busy, with the time to come again, when that is after the deadline.
        """
        ticket, admission = uuid.uuid4().hex, Admission()
        began = time.monotonic()
        store = self._wait(ticket, calls, method, deadline)
        admission.waited = time.monotonic() - began
        try:
            yield admission
            admission.answered = True
        except Bitrix24Unreachable:
            admission.sent = False
            raise
        finally:
            try:
                store.change(lambda pace, now: _note_usage(pace, ticket, admission, now))
            except redis.RedisError as error:
                self._lose_redis(error)  # the lease of the request runs out by itself

    def costs(self, methods: Sequence[str]) -> dict[str, float]:
        """Return the seconds of server time that one call of each method is taken to need."""
        return self._look(lambda pace, _now: {name: pace.cost(name) for name in methods})

    def report(self) -> dict[str, tuple[float, float]]:
        """Return, by method, the seconds used in the window, and until when the next call waits (or 0)."""
        return self._look(_report)

    def totals(self) -> Totals:
        """Return what has been counted for all processes."""
        return self._look(lambda pace, _now: pace.totals)

    def close(self) -> None:
        """Close the connections to Redis."""
        if self._redis:
            self._redis.close()

    def _wait(self, ticket: str, calls: Mapping[str, int], method: str, deadline: Deadline) -> Store:
        is_logged = False

        def admit(pace: Pace, now: float) -> Wait | None:
            return pace.admit(ticket, calls, now, deadline.remaining + LEASE_SPARE_SECONDS, method=method)

        while True:
            if deadline.remaining <= 0:
                raise Bitrix24Busy("waiting", "the time was up")
            store = self._store()
            try:
                wait = store.change(admit)
            except redis.RedisError as error:
                self._lose_redis(error)
                continue
            if wait is None:
                return store
            if wait.seconds >= deadline.remaining:
                raise Bitrix24Busy("waiting", _reason(wait), not_before=time.time() + wait.seconds)
            if wait.seconds > LOGGED_WAIT_SECONDS and not is_logged:
                is_logged = True
                log.info("waiting for Bitrix24, %s", _reason(wait))
            time.sleep(min(wait.seconds, LONGEST_NAP_SECONDS))

    def _store(self) -> Store:
        if self._redis is None or time.monotonic() < self._without_redis_until:
            return self._own
        return self._redis

    def _look(self, act: Callable[[Pace, float], T]) -> T:
        try:
            return self._store().change(act)
        except redis.RedisError as error:
            self._lose_redis(error)
            return self._own.change(act)

    def _lose_redis(self, error: redis.RedisError) -> None:
        log.warning("Redis is lost (%s): each process paces its own calls", type(error).__name__)
        self._without_redis_until = time.monotonic() + WITHOUT_REDIS_SECONDS


def _note_usage(pace: Pace, ticket: str, admission: Admission, now: float) -> None:
    if not admission.sent:
        pace.give_back(ticket)
        return
    pace.note_usage(ticket, admission.usages, now, known=admission.answered)
    pace.note_costs(admission.costs)
    pace.totals.waited += admission.waited
    if admission.over_bucket:
        pace.refuse_request(now)
    untils = [pace.refuse_method(name, now) - now for name in admission.over_window]
    admission.blocked_until = time.time() + max(untils) if untils else 0.0


def _report(pace: Pace, now: float) -> dict[str, tuple[float, float]]:
    waits = {name: pace.window_wait(name, now, pace.cost(name)).seconds for name in pace.methods}
    return {
        name: (use.used, time.time() + waits[name] if waits[name] > 0 else 0.0)
        for name, use in pace.methods.items()
    }


def _reason(wait: Wait) -> str:
    until = datetime.fromtimestamp(time.time() + wait.seconds, UTC)
    what = f"{wait.method} has used its time" if wait.method else "the bucket is full"
    return f"{what}: until {until:%H:%M:%S} UTC"
