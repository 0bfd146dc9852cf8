"""Callers in processes of their own, for the tests of what processes share."""

import os
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from reconciliation import places
from reconciliation.http import Deadline
from reconciliation.limiter import Limiter
from reconciliation.places import FileKeeper, LimiterConfig, RedisKeeper

THREADS, CALLS, SECONDS = 3, 3, 0.01


def call_often(config: LimiterConfig, notes: Path) -> None:
    """Take places from several threads and note when each call begins and ends."""
    limiter = Limiter(config)
    handle = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def call() -> None:
        for _ in range(CALLS):
            with limiter.place(Deadline(20)):
                os.write(handle, f"{time.monotonic_ns():024d} in\n".encode())
                time.sleep(SECONDS)
                os.write(handle, f"{time.monotonic_ns():024d} out\n".encode())

    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    os.close(handle)


def hold(config: LimiterConfig, lease: float, says: Connection) -> None:
    """Take the only place and never give it back."""
    only = LimiterConfig(config.name, 1, config.redis_url)
    keeper = RedisKeeper(only) if config.redis_url else FileKeeper(only)
    says.send(keeper.take("of another process", lease))
    threading.Event().wait(60)


def wait_in_line(config: LimiterConfig, patience: float, says: Connection) -> None:
    """Queue up for the only place and never ask again."""
    places.PATIENCE_SECONDS = patience
    hold(config, 60, says)
