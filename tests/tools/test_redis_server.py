"""The Redis that comes with the portal is a real one."""

from pathlib import Path

import redis

from tools import redis_server


def test_it_answers_while_it_is_wanted_and_is_gone_afterwards() -> None:
    with redis_server.throwaway_redis() as url:
        assert redis_server.answers(url)
        with redis.Redis.from_url(url) as client:
            client.set("key", "value")
            assert client.get("key") == b"value"
    assert not redis_server.answers(url)


def test_on_a_laptop_it_listens_to_this_computer_only_and_keeps_what_it_holds(tmp_path: Path) -> None:
    command = redis_server.server_command(6400, tmp_path / "redis", keep=True)
    assert command[command.index("--bind") + 1] == "127.0.0.1"
    assert command[command.index("--save") + 1] == "60 1"
    assert command[command.index("--dir") + 1] == str(tmp_path / "redis")
