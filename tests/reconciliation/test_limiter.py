"""At most so many calls at once over all processes, first come first served, nobody in the way for ever."""

import itertools
import logging
import multiprocessing
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from reconciliation import limiter
from reconciliation.errors import QueueFull, TimedOut
from reconciliation.http import Deadline
from reconciliation.limiter import Limiter
from reconciliation.places import FileKeeper, Keeper, LimiterConfig, RedisKeeper
from tests.reconciliation import callers

LEASE = 60.0
NOBODY = "redis://127.0.0.1:1/0"
processes = multiprocessing.get_context("spawn")


@pytest.fixture(autouse=True)
def _own_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep this test's files to itself, in the processes that it starts, too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture(params=["redis", "files"])
def config(request: pytest.FixtureRequest) -> LimiterConfig:
    """Two places of a name that no other test uses, kept in Redis or in files."""
    url = request.getfixturevalue("redis_url") if request.param == "redis" else ""
    return LimiterConfig(f"test {uuid.uuid4()}", 2, url)


@pytest.fixture
def files() -> LimiterConfig:
    return LimiterConfig(f"test {uuid.uuid4()}", 1)


@pytest.fixture
def open_keepers() -> Iterator[list[RedisKeeper]]:
    opened: list[RedisKeeper] = []
    yield opened
    for keeper in opened:
        keeper.close()


@pytest.fixture
def keeper(open_keepers: list[RedisKeeper]) -> Callable[..., Keeper]:
    """Make a keeper as another process would."""

    def make(config: LimiterConfig, **changed: int) -> Keeper:
        config = LimiterConfig(config.name, **{"places": 1, "redis_url": config.redis_url} | changed)  # type: ignore[arg-type]
        if not config.redis_url:
            return FileKeeper(config)
        made = RedisKeeper(config)
        open_keepers.append(made)
        return made

    return make


def eventually(true: Callable[[], bool]) -> bool:
    """Look again and again for ten seconds."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


def test_places_are_given_until_there_are_none(config: LimiterConfig, keeper: Callable[..., Keeper]) -> None:
    here = keeper(config, places=3)
    assert [here.take(name, LEASE) for name in "abcd"] == [0, 0, 0, 1]
    here.give_back("b")
    assert here.take("d", LEASE) == 0


def test_who_came_first_is_served_first(config: LimiterConfig, keeper: Callable[..., Keeper]) -> None:
    here, there = keeper(config), keeper(config)
    assert here.take("a", LEASE) == 0
    assert there.take("b", LEASE) == 1
    assert here.take("c", LEASE) == 2
    here.give_back("a")
    assert here.take("c", LEASE) == 2, "the place is b's, wherever c asks from"
    assert there.take("b", LEASE) == 0
    assert here.take("c", LEASE) == 1


def test_a_newcomer_does_not_overtake(config: LimiterConfig, keeper: Callable[..., Keeper]) -> None:
    here = keeper(config)
    here.take("a", LEASE)
    here.take("b", LEASE)
    here.give_back("a")
    assert here.take("late", LEASE) == 2
    assert here.take("b", LEASE) == 0


def test_who_gives_up_leaves_the_queue(config: LimiterConfig, keeper: Callable[..., Keeper]) -> None:
    here = keeper(config)
    assert [here.take(name, LEASE) for name in "abc"] == [0, 1, 2]
    here.give_back("b")
    assert here.take("c", LEASE) == 1
    here.give_back("a")
    assert here.take("c", LEASE) == 0


def test_a_full_queue_refuses_at_once_and_keeps_those_inside(
    config: LimiterConfig, keeper: Callable[..., Keeper]
) -> None:
    here, there = keeper(config, longest_queue=2), keeper(config, longest_queue=2)
    assert [here.take(name, LEASE) for name in "abc"] == [0, 1, 2]
    with pytest.raises(QueueFull):
        there.take("d", LEASE)
    assert here.take("c", LEASE) == 2
    here.give_back("a")
    assert here.take("b", LEASE) == 0
    assert there.take("d", LEASE) == 2


def test_giving_back_what_was_never_taken_does_no_harm(
    config: LimiterConfig, keeper: Callable[..., Keeper]
) -> None:
    here = keeper(config)
    here.give_back("nobody")
    assert here.take("a", LEASE) == 0


def test_names_do_not_share_their_places(config: LimiterConfig, keeper: Callable[..., Keeper]) -> None:
    other = LimiterConfig(config.name + " other", 1, config.redis_url)
    assert keeper(config).take("a", LEASE) == 0
    assert keeper(other).take("b", LEASE) == 0


def test_at_most_so_many_at_once_over_threads_and_processes(config: LimiterConfig, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    running = [processes.Process(target=callers.call_often, args=(config, notes)) for _ in range(3)]
    for process in running:
        process.start()
    for process in running:
        process.join(30)
    assert [process.exitcode for process in running] == [0, 0, 0]
    steps = sorted(tuple(line.split()) for line in notes.read_text().splitlines())
    at_once = itertools.accumulate(1 if step == "in" else -1 for _, step in steps)
    assert max(at_once) == config.places
    assert len(steps) == 2 * 3 * callers.THREADS * callers.CALLS


def test_the_place_of_a_killed_process_comes_free(
    config: LimiterConfig, keeper: Callable[..., Keeper]
) -> None:
    holds, says = processes.Pipe(duplex=False)
    process = processes.Process(target=callers.hold, args=(config, 0.3, says))
    process.start()
    assert holds.recv() == 0
    here = keeper(config)
    if not config.redis_url:
        assert here.take("b", LEASE) == 1
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    assert eventually(lambda: here.take("b", LEASE) == 0)


def test_the_turn_of_a_killed_process_is_passed_over(
    config: LimiterConfig, keeper: Callable[..., Keeper]
) -> None:
    here = keeper(config)
    assert here.take("a", LEASE) == 0
    holds, says = processes.Pipe(duplex=False)
    process = processes.Process(target=callers.wait_in_line, args=(config, 0.3, says))
    process.start()
    assert holds.recv() == 1
    assert process.pid
    os.kill(process.pid, signal.SIGKILL)
    process.join(10)
    here.give_back("a")
    assert eventually(lambda: here.take("b", LEASE) == 0)


def test_a_place_is_free_again_whatever_happened_in_it(config: LimiterConfig) -> None:
    limiter = Limiter(config)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), limiter.place(Deadline(5)):
            raise ZeroDivisionError
    with limiter.place(Deadline(5)), limiter.place(Deadline(5)):
        pass
    limiter.close()


def test_a_call_that_was_given_up_keeps_its_place_while_the_other_side_works_on(
    config: LimiterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "AFTERMATH_SECONDS", 1.0)
    here = Limiter(replace(config, places=1))
    with pytest.raises(TimedOut), here.place(Deadline(5)):
        raise TimedOut
    with pytest.raises(QueueFull), here.place(Deadline(0.6)):
        pass
    with here.place(Deadline(5)):
        pass
    here.close()


def test_who_waits_longer_than_the_deadline_is_turned_away_and_leaves_no_turn(config: LimiterConfig) -> None:
    limiter = Limiter(config)
    with limiter.place(Deadline(5)), limiter.place(Deadline(5)):
        with pytest.raises(QueueFull), limiter.place(Deadline(0.05)):
            pass
    with limiter.place(Deadline(0)):
        pass
    limiter.close()


def test_who_is_interrupted_while_waiting_leaves_no_turn(
    config: LimiterConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(config)

    def interrupt(_seconds: float) -> None:
        raise KeyboardInterrupt

    with limiter.place(Deadline(5)), limiter.place(Deadline(5)):
        with monkeypatch.context() as patched:
            patched.setattr("reconciliation.limiter.time.sleep", interrupt)
            with pytest.raises(KeyboardInterrupt), limiter.place(Deadline(5)):
                pass
    with limiter.place(Deadline(0)):
        pass
    limiter.close()


def test_one_who_waits_gets_the_place_that_comes_free(config: LimiterConfig) -> None:
    limiter = Limiter(config)
    served = threading.Event()

    def wait() -> None:
        with limiter.place(Deadline(5)):
            served.set()

    with limiter.place(Deadline(5)):
        with limiter.place(Deadline(5)):
            waiting = threading.Thread(target=wait)
            waiting.start()
            assert not served.wait(0.05)
        assert served.wait(5)
    waiting.join()
    limiter.close()


def test_without_redis_places_are_kept_in_files(caplog: pytest.LogCaptureFixture) -> None:
    config = LimiterConfig(f"test {uuid.uuid4()}", 1, NOBODY)
    limiter, other = Limiter(config), FileKeeper(config)
    with limiter.place(Deadline(5)):
        assert other.take("b", LEASE) == 1
    assert other.take("b", LEASE) == 0
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_lost_redis_is_left_alone_for_a_while(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(LimiterConfig(f"test {uuid.uuid4()}", 1, NOBODY))
    for _ in range(3):
        with limiter.place(Deadline(5)):
            pass
    assert len(caplog.records) == 1
    monkeypatch.setattr(limiter, "_without_redis_until", 0.0)
    with limiter.place(Deadline(5)):
        pass
    assert len(caplog.records) == 2


def test_a_redis_that_is_lost_while_one_waits_sends_him_to_the_files(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = Limiter(LimiterConfig(f"test {uuid.uuid4()}", 1, redis_url))
    said = [1]

    def take(*_: object) -> int:
        if not said:
            raise redis.ConnectionError
        return said.pop()

    monkeypatch.setattr(limiter._redis, "take", take)
    with limiter.place(Deadline(5)):
        assert limiter._files._held
    assert not limiter._files._held
    limiter.close()


def test_a_redis_that_is_lost_while_a_place_is_held_does_not_harm_the_call(
    redis_url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limiter = Limiter(LimiterConfig(f"test {uuid.uuid4()}", 1, redis_url))

    def lose(_me: str) -> None:
        raise redis.TimeoutError

    monkeypatch.setattr(limiter._redis, "give_back", lose)
    with caplog.at_level(logging.WARNING), limiter.place(Deadline(5)):
        pass
    assert "TimeoutError" in caplog.text
    limiter.close()


def test_a_machine_that_keeps_no_files_turns_callers_away_in_our_own_words(
    files: LimiterConfig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file"))
    with pytest.raises(QueueFull, match="NotADirectoryError"), Limiter(files).place(Deadline(5)):
        pass


def test_a_cleaned_up_folder_is_made_anew(files: LimiterConfig) -> None:
    here = FileKeeper(files)
    assert here.take("a", LEASE) == 0
    here.give_back("a")
    for path in here._folder.iterdir():
        path.unlink()
    here._folder.rmdir()
    assert here.take("a", LEASE) == 0


def test_the_config_shows_no_password() -> None:
    assert "secret" not in repr(LimiterConfig("1c", 4, "redis://:secret@127.0.0.1/0"))
