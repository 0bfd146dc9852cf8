"""Bitrix24's two limits and its callers on a clock of their own, so that an hour passes in a second."""

import heapq
import itertools
import random
from collections import deque
from collections.abc import Callable, Iterator

from reconciliation.bitrix24.pace import Limits, Pace, Usage

METHOD = "disk.folder.uploadfile"


class Server:
    """Refuses what comes over the bucket, or to a method that has used its seconds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.level = self.level_at = 0.0
        self.done: deque[tuple[float, float]] = deque()
        self.refused: list[str] = []
        self.started = 0
        self.most = 0.0

    def arrive(self, now: float) -> None:
        self.level = max(0.0, self.level - (now - self.level_at) * self.limits.rate) + 1
        self.level_at = now
        self.started += 1
        if self.level > self.limits.burst + 1e-6:
            self.refused.append(f"bucket at {now}")
        if self.used(now) >= self.limits.operating:
            self.refused.append(f"window at {now}")

    def finish(self, now: float, seconds: float) -> Usage:
        self.done.append((now, seconds))
        self.most = max(self.most, self.used(now))
        return Usage(METHOD, seconds, self.used(now), now, self.done[0][0] + self.limits.window - now)

    def used(self, now: float) -> float:
        while self.done and self.done[0][0] <= now - self.limits.window:
            self.done.popleft()
        return sum(seconds for _, seconds in self.done)


def simulate(pace: Pace, server: Server, callers: int, seconds: float, times: Callable[[], float]) -> None:
    """Let callers call as fast as the pace lets them; `times` gives each way's and each call's seconds."""
    events: list[tuple[float, int, Iterator[float]]] = []
    numbers = itertools.count()
    clock = [0.0]
    for caller in range(callers):
        heapq.heappush(events, (0.0, next(numbers), _caller(f"c{caller}", pace, server, clock, times)))
    while events:
        clock[0], _, caller_steps = heapq.heappop(events)
        if clock[0] > seconds:
            return
        heapq.heappush(events, (clock[0] + next(caller_steps), next(numbers), caller_steps))


def _caller(
    name: str, pace: Pace, server: Server, clock: list[float], times: Callable[[], float]
) -> Iterator[float]:
    for number in itertools.count():
        ticket = f"{name}-{number}"
        while wait := pace.admit(ticket, {METHOD: 1}, clock[0], 70.0):
            yield wait.seconds
        yield times()
        server.arrive(clock[0])
        yield (cost := times())
        usage = server.finish(clock[0], cost)
        yield times()
        pace.note_usage(ticket, [usage], clock[0])


def between(shortest: float, longest: float, seed: int) -> Callable[[], float]:
    """Return a source of durations in seconds."""
    source = random.Random(seed)
    return lambda: source.uniform(shortest, longest)
