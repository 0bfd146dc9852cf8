"""Callers in processes of their own, for the tests of what processes share."""

from contextlib import suppress
from multiprocessing.synchronize import Event, Semaphore

from jobs.deadline import Deadline
from reconciliation.bitrix24 import drive
from reconciliation.bitrix24.gateway import Bitrix24, GatewayConfig
from reconciliation.errors import Bitrix24Unclear


def call_often(config: GatewayConfig, calls: int, ready: Semaphore, start: Event) -> None:
    """Call so many times, as fast as the pace lets it, once told to start."""
    gateway = Bitrix24(config)
    ready.release()
    start.wait()
    for _ in range(calls):
        gateway.read("scope", deadline=Deadline(60))


def put_often(config: GatewayConfig, folder: int, numbers: range) -> None:
    """Put a file for each number into a folder, again and again while nobody says that it is there."""
    gateway = Bitrix24(config)
    for number in numbers:
        is_there = False
        while not is_there:
            with suppress(Bitrix24Unclear):
                drive.put(gateway, folder, f"Акт {number}.pdf", b"%%PDF %d" % number, deadline=Deadline(60))
                is_there = True
