"""The Redis that comes with the portal is a real one."""

from pathlib import Path

import pytest
import redis

from tools import redis_server
from tools.ports import free_port


def test_it_answers_while_it_is_wanted_and_is_gone_afterwards() -> None:
    with redis_server.throwaway_redis() as url:
        assert redis_server.answers(url)
        with redis.Redis.from_url(url) as client:
            client.set("key", "value")
            assert client.get("key") == b"value"
    assert not redis_server.answers(url)


def test_a_port_that_somebody_took_meanwhile_is_another_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_server.throwaway_redis() as others:
        taken = int(others.rpartition(":")[2].partition("/")[0])
        ports = iter([taken, 0])
        monkeypatch.setattr(redis_server, "free_port", lambda _prefer: next(ports) or free_port())

        with redis_server.redis_server(tmp_path, keep=False) as url:
            assert url != others
            with redis.Redis.from_url(url) as client:
                assert client.dbsize() == 0


def test_checkouts_on_one_redis_have_a_database_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    with redis_server.throwaway_redis() as url:
        monkeypatch.setattr(redis_server, "LOCAL_URL", url.rpartition("/")[0])
        with redis.Redis.from_url(f"{url[:-1]}1") as client:
            client.set("of somebody else", "1")

        own = redis_server.local_redis(first)
        assert own == redis_server.local_redis(first) == f"{url[:-1]}2"
        assert redis_server.local_redis(second) == f"{url[:-1]}3"
        first.rmdir()
        third = tmp_path / "third"
        third.mkdir()
        assert redis_server.local_redis(third) == own, "the first checkout is gone"


def test_without_a_redis_on_this_computer_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "LOCAL_URL", f"redis://127.0.0.1:{free_port()}")
    assert redis_server.local_redis(tmp_path) is None
