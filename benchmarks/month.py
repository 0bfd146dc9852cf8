"""A month of 500 acts beside its slowest stage's own lower bound, and months of any size without waiting.

    python -m benchmarks.month
    TEST_DATABASE_URL=postgres://me@127.0.0.1:5432/postgres python -m benchmarks.month --free 500 5000
    python -m benchmarks.month --ledger invoices.csv --month 2011-11

The first: 1C takes 0.25 s an act and is asked four times at once; Bitrix24 takes 0.48 s a command in four
requests at once, two a second with a burst of 50. One program, `manage.py distribute`, does it all. Ends with
1 if the bound is missed. The second: nobody takes any time, and each number of `--workers` does each number.
Each of them
keeps to one processor. The third: so with a real ledger as 1C.
On SQLite in a file, or in a PostgreSQL database that is made for it. Linux only: the peak is VmHWM.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from benchmarks.transactions import longest_transaction
from sandbox.real_ledger import RealLedger
from tests import databases, environment
from tools.redis_server import throwaway_redis

ONEC_SECONDS, COMMAND_SECONDS, AT_ONCE = 0.25, 0.48, 4
RATE, BURST = 2.0, 50
MOST = 1.15
MONTH = "2026-03"
WITH_500 = "577"
"""Of so many generated counterparties 500 have a balance."""
NO_LIMITS = ("--rate", "1e6", "--burst", "1000000", "--operating", "1e9")
MOST_MEGABYTES, MOST_SECONDS = 250.0, 1.0


@dataclass(frozen=True)
class World:
    """What stands around a portal, and its settings."""

    settings: dict[str, str]
    mail: Path

    @property
    def env(self) -> dict[str, str]:
        return environment.clean(os.environ) | {"DJANGO_SETTINGS_MODULE": "portal.settings"} | self.settings

    def bitrix24(self) -> dict[str, dict[str, int]]:
        """Return everything that Bitrix24 holds."""
        url = self.settings["BITRIX24_WEBHOOK_URL"].partition("/rest")[0]
        state: dict[str, dict[str, int]] = requests.get(f"{url}/_control/state", timeout=300).json()
        return state


@dataclass(frozen=True)
class Books:
    """What is in 1C: how many counterparties have a balance at a month's end, and the stand-in's options."""

    acts: int
    month: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Figures:
    """One month without waiting."""

    acts: int
    workers: int
    seconds: float
    cpu: float
    """Seconds of the processor that all workers took together."""
    queries: float
    """For a counterparty."""
    megabytes: float
    """The most of any worker."""
    longest: float
    """Seconds of the longest transaction that was seen; 0 where nobody can look."""
    at_commit: float
    """The longest that one waited for the disk at its end."""


def main() -> int:
    options = _options()
    if not (options.free or options.ledger):
        return bound()
    print("acts, workers: seconds; ms an act, processor; queries an act; MB; longest transaction, commit")
    missed = 0
    for books in _books(options):
        first: Figures | None = None
        for workers in options.workers:
            found = without_waiting(books, workers)
            first = first or found
            print(_line(found, first), flush=True)
            missed += found.megabytes > MOST_MEGABYTES or found.longest > MOST_SECONDS
    return 1 if missed else 0


def bound() -> int:
    """Do the month of 500 acts; print each stage's lower bound and what was measured."""
    onec = ("--latency", str(ONEC_SECONDS), "--count", WITH_500)
    with around(onec, ("--latency", str(COMMAND_SECONDS), "--count", WITH_500)) as world:
        began = time.monotonic()
        said = manage(world.env, "distribute", MONTH, "--yes")
        took = time.monotonic() - began
        state = world.bitrix24()
        letters = len(list(world.mail.glob("*.eml")))
    acts = int(re.findall(r"act: done (\d+)", said)[0])
    held = f"{len(state['files'])} files, {len(state['tasks'])} tasks"
    print(said, f"{acts} acts, {held}, {letters} letters (one to accounting)", sep="\n")
    counts = state["counts"]
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


def without_waiting(books: Books, workers: int) -> Figures:
    """Do a month of these books by so many workers. Raises AssertionError when anything is missing."""
    acts = books.acts
    with around(books.options, ("--count", str(acts * 5 // 4), *NO_LIMITS)) as world:
        env = world.env | {"BITRIX24_RATE": "100", "BITRIX24_BURST": "5000"}
        with longest_transaction(env["DATABASE_URL"]) as longest:
            began = time.monotonic()
            command = [sys.executable, "-m", "benchmarks.month_worker", books.month]
            running = [
                subprocess.Popen(
                    [*command, str(number)], env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
                for number in range(workers)
            ]
            said = [json.loads(each.communicate()[0]) for each in running]
            took = time.monotonic() - began
        state = world.bitrix24()
        found = (len(state["files"]), len(state["tasks"]), len(list(world.mail.glob("*.eml"))))
    if found != (acts, acts, acts + 1):
        raise AssertionError(f"{acts} acts: {found} files, tasks and letters")
    cpu, queries = (sum(each[name] for each in said) for name in ("cpu", "queries"))
    megabytes = max(each["megabytes"] for each in said)
    for one in sorted(longest.slow, key=lambda one: -one.seconds)[:12]:
        print(one, file=sys.stderr)
    return Figures(acts, workers, took, cpu, queries / acts, megabytes, longest.seconds, longest.at_commit)


@contextmanager
def around(onec: tuple[str, ...], bitrix24: tuple[str, ...]) -> Iterator[World]:
    """Start what stands around a portal, with an empty database."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        enter = stack.enter_context
        settings = {
            "DATABASE_URL": enter(databases.empty(folder)),
            "REDIS_URL": enter(throwaway_redis()),
            "MEDIA_ROOT": str(folder / "media"),
            "ONEC_BASE_URL": enter(sandbox("onec", *onec)),
            "ONEC_API_KEY": "sandbox-key",
            "ONEC_CONCURRENCY": str(AT_ONCE),
            "BITRIX24_WEBHOOK_URL": enter(sandbox("bitrix24", *bitrix24)),
            "BITRIX24_ACTS_FOLDER_ID": "8930",
            "BITRIX24_COMPANY_GUID_FIELD": "UF_CRM_1C_GUID",
            "BITRIX24_FALLBACK_MANAGER_ID": "3",
            "EMAIL_URL": enter(sandbox("mail", "--folder", str(folder / "mail"))),
        }
        world = World(settings, folder / "mail")
        manage(world.env, "migrate", "--verbosity", "0")
        yield world


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


def _books(options: argparse.Namespace) -> Iterator[Books]:
    for acts in options.free or ():
        yield Books(acts, MONTH, ("--counterparties", str(acts * 5 // 4)))  # every fifth has no balance
    if options.ledger:
        ledger, first = RealLedger(options.ledger), date.fromisoformat(f"{options.month}-01")
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        acts = sum(any(ledger.balances(one.guid, last).values()) for one in ledger.counterparties)
        yield Books(acts, options.month, ("--ledger", str(options.ledger)))


def _line(found: Figures, first: Figures) -> str:
    faster = f", {first.seconds / found.seconds:.2f} times as fast" if found is not first else ""
    each, cpu = (seconds / found.acts * 1000 for seconds in (found.seconds, found.cpu))
    return (
        f"{found.acts:6}, {found.workers}: {found.seconds:7.1f} s; {each:5.1f}, {cpu:5.1f} ms; "
        f"{found.queries:5.1f}; {found.megabytes:4.0f} MB; {found.longest:5.2f} s; "
        f"{found.at_commit:5.2f} s{faster}"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.month", description=__doc__)
    parser.add_argument("--free", type=int, nargs="+", metavar="N", help="months of so many acts, no waits")
    parser.add_argument("--ledger", type=Path, metavar="CSV", help="a month of a real ledger, no waits")
    parser.add_argument("--month", default=MONTH, help="of the ledger, like 2011-11")
    parser.add_argument("--workers", type=int, nargs="+", default=[1], metavar="N", help="so many programs")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
