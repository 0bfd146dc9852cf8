"""The cache: Redis, and while that is lost the memory of this process, so that nobody is kept out."""

import logging
import time
from typing import Any, ClassVar

from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

ALONE_SECONDS = 5.0
"""How long a Redis that was lost is left alone: each call would wait for it."""


class RedisOrMemoryCache(BaseCache):
    """Counts of log-ins fall back to one process; what Redis held is there again when it comes back."""

    _alone_until: ClassVar[float] = 0.0

    def __init__(self, location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._redis = RedisCache(location, params)
        self._memory = LocMemCache("without-redis", params)

    def add(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call("add", *args, **kwargs))

    def get(self, *args: Any, **kwargs: Any) -> Any:
        return self._call("get", *args, **kwargs)

    def set(self, *args: Any, **kwargs: Any) -> None:
        self._call("set", *args, **kwargs)

    def touch(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call("touch", *args, **kwargs))

    def delete(self, *args: Any, **kwargs: Any) -> bool:
        return bool(self._call("delete", *args, **kwargs))

    def clear(self) -> None:
        self._call("clear")

    def _call(self, name: str, *args: Any, **kwargs: Any) -> Any:
        if time.monotonic() >= RedisOrMemoryCache._alone_until:
            try:
                return getattr(self._redis, name)(*args, **kwargs)
            except RedisError as error:
                log.warning("Redis is lost (%s): limits are counted by process", type(error).__name__)
                RedisOrMemoryCache._alone_until = time.monotonic() + ALONE_SECONDS
        return getattr(self._memory, name)(*args, **kwargs)
