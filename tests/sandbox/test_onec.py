"""The server itself: connections, concurrency, stopping."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from sandbox.onec import OneCSandbox
from tests.sandbox.conftest import OCTOBER, Ask

KEY = {"X-API-Key": "sandbox-key"}


def test_calls_run_side_by_side_and_the_most_at_once_is_known() -> None:
    with OneCSandbox(latency=0.3) as sandbox, ThreadPoolExecutor(20) as pool:
        query = {"counterparty_guid": sandbox.ledger.counterparties[0].guid} | OCTOBER
        url = f"{sandbox.url}/hs/reconciliation/act"
        asked = [pool.submit(requests.get, url, params=query, headers=KEY, timeout=5) for _ in range(20)]
        assert all(one.result().ok for one in asked)
    assert sandbox.max_concurrent > 10
    assert sandbox.journal.counts.seconds_busy >= 20 * 0.3


def test_stopping_cuts_calls_that_still_wait() -> None:
    sandbox = OneCSandbox(latency=60)
    sandbox.start()
    with ThreadPoolExecutor(1) as pool:
        query = {"counterparty_guid": sandbox.ledger.counterparties[0].guid} | OCTOBER
        url = f"{sandbox.url}/hs/reconciliation/act"
        waiting = pool.submit(requests.get, url, params=query, headers=KEY, timeout=30)
        while not sandbox.calls:
            time.sleep(0.01)
        sandbox.stop()
        assert waiting.exception() or waiting.result() is not None


def test_reset_makes_it_as_after_the_start(onec: OneCSandbox, ask_act: Ask, guid: str) -> None:
    before = ask_act().json()
    onec.set_fault("*", "slow", 60)
    onec.change(guid, 100)
    onec.reset()
    assert (onec.calls, onec.pdfs_drawn, onec.switchboard.switches) == ([], 0, [])
    assert ask_act().json() == before


def test_a_caller_that_hangs_up_leaves_no_trace(
    onec: OneCSandbox, guid: str, capfd: pytest.CaptureFixture[str]
) -> None:
    onec.set_fault("*", "endless_body", 50)
    url = f"{onec.url}/hs/reconciliation/ping"
    with requests.get(url, headers=KEY, timeout=5, stream=True) as response:
        next(response.iter_content(1000))
    onec.clear()
    assert requests.get(url, headers=KEY, timeout=5).ok
    assert capfd.readouterr().err == ""
