"""The Redis that comes with the portal is a real one."""

import redis

from tools import redis_server


def test_it_answers_while_it_is_wanted_and_is_gone_afterwards() -> None:
    with redis_server.throwaway_redis() as url:
        assert redis_server.answers(url)
        with redis.Redis.from_url(url) as client:
            client.set("key", "value")
            assert client.get("key") == b"value"
    assert not redis_server.answers(url)
