"""One pace for several processes, and what becomes of it when Redis is lost."""

import multiprocessing
import time
import uuid
from dataclasses import replace

import pytest
import redis

from reconciliation.bitrix24.credentials import Webhook
from reconciliation.bitrix24.gateway import GatewayConfig
from reconciliation.bitrix24.pace import Limits, Usage
from reconciliation.bitrix24.pacer import PaceConfig, Pacer
from reconciliation.errors import Bitrix24Busy, Bitrix24Unreachable
from sandbox.bitrix24.company import ACTS_FOLDER_ID
from sandbox.bitrix24.limits import Sizes
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.bitrix24 import callers
from tests.reconciliation.bitrix24.conftest import soon

NOBODY = "redis://127.0.0.1:1/0"
TWO = Limits(rate=1.0, burst=2)


@pytest.fixture
def config(redis_url: str) -> PaceConfig:
    return PaceConfig(f"test {uuid.uuid4()}", TWO, redis_url)


@pytest.mark.long
def test_processes_share_one_bucket(redis_url: str):
    limits = Limits(rate=40.0, burst=20)
    with Bitrix24Sandbox(sizes=Sizes(40.0, 20), seconds=0.03) as server:
        config = GatewayConfig(Webhook(server.webhook), limits, redis_url)
        spawn = multiprocessing.get_context("spawn")
        start = spawn.Event()
        ready = spawn.Semaphore(0)
        processes = [
            spawn.Process(target=callers.call_often, args=(config, 45, ready, start)) for _ in range(4)
        ]
        for process in processes:
            process.start()
        for _ in processes:
            assert ready.acquire(timeout=30)
        start.set()
        for process in processes:
            process.join(60)

    assert server.counts == {"scope": 180}


@pytest.mark.long
def test_a_thousand_files_of_four_processes_are_there_once_though_lines_are_cut(redis_url: str):
    limits, sizes = Limits(400.0, 50, 60.0, 10.0), Sizes(400.0, 50, 60.0, 10.0)
    with Bitrix24Sandbox(sizes=sizes) as server:
        config = GatewayConfig(Webhook(server.webhook), limits, redis_url)
        server.set_fault("disk.folder.uploadfile", "cut_after", 7)
        server.set_fault("disk.folder.getchildren", "cut_before", 11)
        spawn = multiprocessing.get_context("spawn")
        parts = [range(first, first + 250) for first in range(0, 1000, 250)]
        processes = [
            spawn.Process(target=callers.put_often, args=(config, ACTS_FOLDER_ID, part)) for part in parts
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join(100)

    held = {file.name: file.content for file in server.company.files}
    assert [process.exitcode for process in processes] == [0] * 4
    assert held == {f"Акт {number}.pdf": b"%%PDF %d" % number for number in range(1000)}
    assert len(server.company.files) == 1000
    assert not [name for name in server.counts if name.startswith(("429", "503"))]


def test_turns_are_counted_for_all_who_share_them(config: PaceConfig):
    here, there = Pacer(config), Pacer(config)
    for pacer in (here, there):
        with pacer.admission({"m": 1}, soon()) as turn:
            turn.usages.append(Usage("m", 3.0, 3.0, time.time(), 60.0))

    with pytest.raises(Bitrix24Busy), there.admission({}, soon(0.3)):
        pass

    assert there.costs(["m", "n"]) == {"m": pytest.approx(3.6), "n": 1.0}
    assert here.report() == {"m": (3.0, 0.0)}
    totals = there.totals()
    assert (totals.requests, totals.refused, totals.waited < 1) == (2, 0, True)


def test_what_was_never_sent_is_given_back(config: PaceConfig):
    pacer = Pacer(config)
    for _ in range(5):
        with pytest.raises(Bitrix24Unreachable), pacer.admission({}, soon(0.3)):
            raise Bitrix24Unreachable


def test_a_deadline_that_is_over_sends_nothing(config: PaceConfig):
    with pytest.raises(Bitrix24Busy), Pacer(config).admission({}, soon(0)):
        pytest.fail("it was let through")


def test_without_redis_a_process_paces_itself(config: PaceConfig):
    pacer = Pacer(replace(config, redis_url=""))
    for _ in range(2):
        with pacer.admission({}, soon(0.3)):
            pass
    with pytest.raises(Bitrix24Busy), pacer.admission({}, soon(0.3)):
        pass


def test_a_lost_redis_lets_calls_go_at_the_steady_rate(config: PaceConfig, caplog: pytest.LogCaptureFixture):
    began = time.monotonic()
    pacer = Pacer(replace(config, redis_url=NOBODY, limits=Limits(rate=5.0, burst=2)))
    for _ in range(3):
        with pacer.admission({}, soon()):
            pass

    assert time.monotonic() - began > 0.5  # no burst: the other processes may have used it
    assert caplog.messages == ["Redis is lost (ConnectionError): each process paces its own calls"]


def test_a_redis_that_is_lost_during_a_call_does_not_harm_it(
    config: PaceConfig, monkeypatch: pytest.MonkeyPatch
):
    pacer = Pacer(config)
    with pacer.admission({}, soon()):

        def lose(*_: object) -> None:
            raise redis.ConnectionError

        monkeypatch.setattr(pacer._redis, "change", lose)

    with pacer.admission({}, soon()):
        pass


def test_waiting_is_logged_with_its_end(
    config: PaceConfig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("reconciliation.bitrix24.pacer.LOGGED_WAIT_SECONDS", 0.0)
    caplog.set_level("INFO")
    pacer = Pacer(replace(config, limits=Limits(rate=1.0, burst=1)))
    for _ in range(2):
        with pacer.admission({}, soon()):
            pass

    assert [message for message in caplog.messages if "Bitrix24, the bucket is full: until" in message]
