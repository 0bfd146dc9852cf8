"""How the C library keeps memory: together, instead of a part of its own for each thread."""

import ctypes
from contextlib import suppress

M_ARENA_MAX, MOST = -8, 2
"""Of glibc's <malloc.h>; other C libraries know no such thing."""


def limit_arenas() -> None:
    """Have all threads share two arenas.

    With one for each of a month's dozen threads what PDFs leave free is scattered: after 25,000 acts a worker
    held 70 MB that nobody used.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MOST)
