"""Callers in processes of their own, for the tests of what processes share."""

import os
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path

from jobs.deadline import Deadline
from reconciliation.http import limiter
from reconciliation.http.limiter import FileSlots, Limiter, LimiterConfig, RedisSlots

THREADS, CALLS, SECONDS = 3, 3, 0.01


def call_often(config: LimiterConfig, notes: Path) -> None:
    """Take slots from several threads and note when each call begins and ends."""
    shared = Limiter(config)
    handle = os.open(notes, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def call() -> None:
        for _ in range(CALLS):
            with shared.slot(Deadline(20)):
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
    """Take the only slot and never give it back."""
    store = RedisSlots(config) if config.redis_url else FileSlots(config)
    says.send(store.acquire("of another process", lease))
    threading.Event().wait(60)


def wait_in_queue(config: LimiterConfig, patience: float, says: Connection) -> None:
    """Queue up for the only slot and never ask again."""
    limiter.TICKET_SECONDS = patience
    hold(config, 60, says)
