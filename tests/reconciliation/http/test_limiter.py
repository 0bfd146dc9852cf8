"""At most so many calls at once over all processes; in Redis first come, first served."""

import itertools
import logging
import multiprocessing
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from jobs.deadline import Deadline
from reconciliation.errors import QueueFull, TimedOut
from reconciliation.http import limiter
from reconciliation.http.limiter import FileSlots, Limiter, LimiterConfig, RedisSlots
from tests.reconciliation import callers

LEASE = 60.0
NOBODY = "redis://127.0.0.1:1/0"
processes = multiprocessing.get_context("spawn")


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep this test's lock files to itself, in the processes that it starts, too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def in_redis(redis_url: str) -> LimiterConfig:
    return LimiterConfig(f"test {uuid.uuid4()}", 1, redis_url)


@pytest.fixture
def in_files() -> LimiterConfig:
    return LimiterConfig(f"test {uuid.uuid4()}", 1)


@pytest.fixture(params=["redis", "files"])
def config(request: pytest.FixtureRequest) -> LimiterConfig:
    """One slot of a name that no other test uses, kept in Redis or in files."""
    found: LimiterConfig = request.getfixturevalue(f"in_{request.param}")
    return found


@pytest.fixture
def slots() -> Iterator[Callable[[LimiterConfig], RedisSlots | FileSlots]]:
    """Open a slot store as another process would."""
    opened: list[RedisSlots] = []

    def open_slots(config: LimiterConfig) -> RedisSlots | FileSlots:
        if not config.redis_url:
            return FileSlots(config)
        opened.append(RedisSlots(config))
        return opened[-1]

    yield open_slots
    for store in opened:
        store.close()


Open = Callable[[LimiterConfig], RedisSlots | FileSlots]


def eventually(true: Callable[[], bool]) -> bool:
    """Look again and again for ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_slots_are_given_until_there_are_none(config: LimiterConfig, slots: Open) -> None:
    here, there = slots(replace(config, slots=3)), slots(replace(config, slots=3))
    assert [here.acquire(ticket, LEASE) for ticket in "ab"] == [0, 0]
    assert [there.acquire(ticket, LEASE) > 0 for ticket in "cd"] == [False, True]
    here.release("b")
    assert there.acquire("d", LEASE) == 0


def test_who_came_first_is_served_first(in_redis: LimiterConfig, slots: Open) -> None:
    here, there = slots(in_redis), slots(in_redis)
    assert here.acquire("a", LEASE) == 0
    assert there.acquire("b", LEASE) == 1
    assert here.acquire("c", LEASE) == 2
    here.release("a")
    assert here.acquire("late", LEASE) == 3, "a newcomer does not overtake"
    assert here.acquire("c", LEASE) == 2, "the slot is b's, wherever c asks from"
    assert there.acquire("b", LEASE) == 0
    assert here.acquire("c", LEASE) == 1


def test_who_gives_up_leaves_the_queue(in_redis: LimiterConfig, slots: Open) -> None:
    here = slots(in_redis)
    assert [here.acquire(ticket, LEASE) for ticket in "abc"] == [0, 1, 2]
    here.release("b")
    assert here.acquire("c", LEASE) == 1


def test_a_full_queue_refuses_at_once_and_keeps_those_inside(in_redis: LimiterConfig, slots: Open) -> None:
    short = replace(in_redis, longest_queue=2)
    here, there = slots(short), slots(short)
    assert [here.acquire(ticket, LEASE) for ticket in "abc"] == [0, 1, 2]
    with pytest.raises(QueueFull):
        there.acquire("d", LEASE)
    assert here.acquire("c", LEASE) == 2
    here.release("a")
    assert here.acquire("b", LEASE) == 0
    assert there.acquire("d", LEASE) == 2


def test_at_most_so_many_at_once_over_threads_and_processes(config: LimiterConfig, tmp_path: Path) -> None:
    notes, two = tmp_path / "notes", replace(config, slots=2)
    running = [processes.Process(target=callers.call_often, args=(two, notes)) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(30)
    assert [process.exitcode for process in running] == [0, 0, 0]
    steps = sorted(tuple(line.split()) for line in notes.read_text().splitlines())
    at_once = itertools.accumulate(1 if step == "in" else -1 for _, step in steps)
    assert max(at_once) == 2
    assert len(steps) == 2 * 3 * callers.THREADS * callers.CALLS


def test_the_slot_of_a_killed_process_comes_free(config: LimiterConfig, slots: Open) -> None:
    holds, says = processes.Pipe(duplex=False)
    process = processes.Process(target=callers.hold, args=(config, 0.3, says))
    process.start()
    assert holds.recv() == 0
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    here = slots(config)
    assert eventually(lambda: here.acquire("b", LEASE) == 0)


def test_a_killed_waiter_is_passed_over(in_redis: LimiterConfig, slots: Open) -> None:
    here = slots(in_redis)
    assert here.acquire("a", LEASE) == 0
    holds, says = processes.Pipe(duplex=False)
    process = processes.Process(target=callers.wait_in_queue, args=(in_redis, 0.3, says))
    process.start()
    assert holds.recv() == 1
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    here.release("a")
    assert eventually(lambda: here.acquire("b", LEASE) == 0)


def test_a_call_that_timed_out_keeps_its_slot_while_the_other_side_works_on(
    config: LimiterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "HOLD_SECONDS", 1.0)
    here = Limiter(config)
    with pytest.raises(TimedOut), here.slot(Deadline(5)):
        raise TimedOut
    with pytest.raises(QueueFull), here.slot(Deadline(0.6)):
        pass
    with here.slot(Deadline(5)):
        pass
    here.close()


def test_who_waits_longer_than_the_deadline_is_turned_away_and_leaves_the_queue(
    config: LimiterConfig,
) -> None:
    here = Limiter(config)
    with here.slot(Deadline(5)), pytest.raises(QueueFull), here.slot(Deadline(0.05)):
        pass
    with here.slot(Deadline(0)):
        pass
    here.close()


def test_who_is_interrupted_while_waiting_leaves_the_queue(
    config: LimiterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = Limiter(config)

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with here.slot(Deadline(5)), monkeypatch.context() as patched:
        patched.setattr("reconciliation.http.limiter.time.sleep", interrupt)
        with pytest.raises(KeyboardInterrupt), here.slot(Deadline(5)):
            pass
    with here.slot(Deadline(0)):
        pass
    here.close()


def test_a_redis_that_does_not_answer_is_replaced_by_files_and_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, in_files: LimiterConfig
) -> None:
    caplog.set_level(logging.WARNING)
    here, other = Limiter(replace(in_files, redis_url=NOBODY)), FileSlots(in_files)
    for _ in range(3):
        with here.slot(Deadline(5)):
            assert other.acquire("b", LEASE) > 0
    assert caplog.text.count("Redis is lost") == 1
    monkeypatch.setattr(here, "_without_redis_until", 0.0)
    with here.slot(Deadline(5)):
        pass
    assert caplog.text.count("Redis is lost") == 2


def test_a_redis_that_is_lost_while_one_waits_sends_him_to_the_files(
    in_redis: LimiterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, other = Limiter(in_redis), FileSlots(in_redis)
    positions = [1]

    def acquire(*_: object) -> int:
        if not positions:
            raise redis.ConnectionError
        return positions.pop()

    monkeypatch.setattr(here._redis, "acquire", acquire)
    with here.slot(Deadline(5)):
        assert other.acquire("b", LEASE) > 0
    assert other.acquire("b", LEASE) == 0
    here.close()


def test_a_redis_that_is_lost_while_a_slot_is_held_does_not_harm_the_call(
    in_redis: LimiterConfig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = Limiter(in_redis)

    def lose(_ticket: str) -> None:
        raise redis.TimeoutError

    monkeypatch.setattr(here._redis, "release", lose)
    with caplog.at_level(logging.WARNING), here.slot(Deadline(5)):
        pass
    assert "TimeoutError" in caplog.text
    here.close()


def test_a_machine_that_keeps_no_files_turns_callers_away_in_our_own_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_files: LimiterConfig
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with pytest.raises(QueueFull, match="NotADirectoryError"), Limiter(in_files).slot(Deadline(5)):
        pass


def test_the_config_shows_no_password() -> None:
    assert "secret" not in repr(LimiterConfig("1c", 4, "redis://:secret@127.0.0.1/0"))
