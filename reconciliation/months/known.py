"""What a process knows of Bitrix24's companies and people for a while: asked about fifty at a time."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Generic, TypeVar

SECONDS = 600.0
MOST_KEYS = 1_000
"""A worker soon comes to what it has asked for ahead; more than that is memory."""
K = TypeVar("K")
V = TypeVar("V")


class Known(Generic[K, V]):
    """Answers by key, believed for ten minutes. Safe for threads: one asks at a time."""

    def __init__(self) -> None:
        self._held: dict[K, tuple[float, V | None]] = {}
        self._lock = threading.Lock()

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._held.clear()

    def get(
        self,
        wanted: Iterable[K],
        ask: Callable[[list[K]], Mapping[K, V | None] | None],
        more: Callable[[], Iterable[K]] = tuple,
        at_once: int = 50,
    ) -> dict[K, V | None] | None:
        """Return what is known of each key; None when `ask` gives None.

        `ask` is called with those that are missing and, to save requests, with some of `more` that will be
        wanted soon, `at_once` in all.
        """
        wanted = list(wanted)
        with self._lock:
            known = {key: self._held[key][1] for key in wanted if self._has(key)}
            missing = [key for key in wanted if key not in known]
            if missing:
                later = (key for key in more() if not self._has(key) and key not in missing)
                asked = [*missing, *islice(later, at_once - len(missing))]
                found = ask(asked)
                if found is None:
                    return None
                self._keep({key: found.get(key) for key in asked})
                known |= {key: found.get(key) for key in missing}
            return known

    def _has(self, key: K) -> bool:
        return self._held.get(key, (0.0, None))[0] > time.monotonic()

    def _keep(self, found: Mapping[K, V | None]) -> None:
        if len(self._held) > MOST_KEYS:
            self._held.clear()
        until = time.monotonic() + SECONDS
        self._held.update({key: (until, value) for key, value in found.items()})
