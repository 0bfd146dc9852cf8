"""A month of 500 acts beside its slowest stage's own lower bound.

    python -m benchmarks.month
    TEST_DATABASE_URL=postgres://me@127.0.0.1:5432/postgres python -m benchmarks.month --latency-free 5000

1C takes 0.25 s an act and is asked four times at once; Bitrix24 takes 0.48 s a command in four requests at
once, two a second with a burst of 50. One program, `manage.py distribute`, does it all, on SQLite in a file
or in a PostgreSQL database that is made for it. Ends with 1 if the bound is missed.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from tests import databases, environment
from tools.redis_server import throwaway_redis

ONEC_SECONDS, COMMAND_SECONDS, AT_ONCE = 0.25, 0.48, 4
RATE, BURST = 2.0, 50
MOST = 1.15
MONTH = "2026-03"


def main() -> int:
    options = _options()
    free = options.latency_free
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        onec = ["--latency", "0" if free else str(ONEC_SECONDS)]
        onec += ["--counterparties", str(free)] if free else []
        limits = ["--rate", "1e6", "--burst", "1000000", "--operating", "1e9"] if free else []
        settings = {
            "DATABASE_URL": stack.enter_context(databases.empty(folder)),
            "REDIS_URL": stack.enter_context(throwaway_redis()),
            "MEDIA_ROOT": str(folder / "media"),
            "ONEC_BASE_URL": stack.enter_context(sandbox("onec", *onec)),
            "ONEC_API_KEY": "sandbox-key",
            "ONEC_CONCURRENCY": str(AT_ONCE),
            "BITRIX24_WEBHOOK_URL": stack.enter_context(
                sandbox("bitrix24", "--latency", "0" if free else str(COMMAND_SECONDS), *limits)
            ),
            "BITRIX24_ACTS_FOLDER_ID": "8930",
            "BITRIX24_COMPANY_GUID_FIELD": "UF_CRM_1C_GUID",
            "BITRIX24_FALLBACK_MANAGER_ID": "3",
            "EMAIL_URL": stack.enter_context(sandbox("mail", "--folder", str(folder / "mail"))),
        } | ({"BITRIX24_RATE": "100", "BITRIX24_BURST": "5000"} if free else {})
        env = environment.clean(os.environ) | {"DJANGO_SETTINGS_MODULE": "portal.settings"} | settings
        manage(env, "migrate", "--verbosity", "0")
        began = time.monotonic()
        said = manage(env, "distribute", MONTH, "--yes")
        took = time.monotonic() - began
        letters = len(list((folder / "mail").glob("*.eml")))
        state = requests.get(
            f"{settings['BITRIX24_WEBHOOK_URL'].partition('/rest')[0]}/_control/state", timeout=60
        ).json()
    acts = int(re.findall(r"act: done (\d+)", said)[0])
    print(said)
    held = f"{len(state['files'])} files, {len(state['tasks'])} tasks"
    print(f"{acts} acts, {held}, {letters} letters (one to accounting)")
    if free:
        print(f"{took:.1f} s, {took / acts * 1000:.1f} ms an act")
        return 0
    return report(acts, took, state["counts"])


def report(acts: int, took: float, counts: dict[str, int]) -> int:
    """Print each stage's lower bound and what was measured; 1 when the goal is missed."""
    asked = sum(number for name, number in counts.items() if "." in name or name == "batch")
    bounds = {
        "1C": acts * ONEC_SECONDS / AT_ONCE,
        "Bitrix24, its commands": 2 * acts * COMMAND_SECONDS / AT_ONCE,
        "Bitrix24, its bucket": max(0.0, (asked - BURST) / RATE),
    }
    for name, seconds in bounds.items():
        print(f"{name:24}{seconds:7.1f} s at least")
    ratio = took / max(bounds.values())
    print(f"{'measured':24}{took:7.1f} s, {ratio:.2f} of the slowest; at most {MOST}")
    return 0 if ratio <= MOST else 1


def manage(env: dict[str, str], *arguments: str) -> str:
    """Run a command of the portal; return what it says."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], env=env, stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


@contextmanager
def sandbox(kind: str, *arguments: str) -> Iterator[str]:
    """Run a stand-in and give its address."""
    command = [sys.executable, "-m", "sandbox", kind, "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        line = running.stdout.readline() if running.stdout else ""
        try:
            yield line.split()[2]
        finally:
            running.terminate()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month", description=__doc__)
    parser.add_argument("--latency-free", type=int, default=0, metavar="N", help="N counterparties, no waits")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
