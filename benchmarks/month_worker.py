"""One worker of `benchmarks.month`: works on the month until it is closed, then prints what it took.

Prints JSON: queries, seconds of the processor, and the peak of its memory in megabytes.
"""

import json
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

QUERIES = [0]


def main() -> None:
    _keep_to_one_processor(int(sys.argv[2]))
    django.setup()
    from django.core.management import call_command
    from django.db.backends.signals import connection_created

    connection_created.connect(_watch)
    call_command("distribute", sys.argv[1], yes=True, stdout=sys.stderr)
    found = {"queries": QUERIES[0], "cpu": time.process_time(), "megabytes": peak_megabytes()}
    print(json.dumps(found))


def peak_megabytes() -> float:
    """Return the most memory that this process ever had. Linux only: VmHWM."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def _keep_to_one_processor(number: int) -> None:
    """Python's lock is passed from thread to thread all the time, which costs more between processors."""
    processors = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, {processors[number % len(processors)]})


def _watch(connection: Any, **_more: object) -> None:
    if _count not in connection.execute_wrappers:
        connection.execute_wrappers.append(_count)


def _count(execute: Callable[..., Any], *arguments: Any) -> Any:
    QUERIES[0] += 1
    return execute(*arguments)


if __name__ == "__main__":
    main()
