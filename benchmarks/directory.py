"""Counterparties in numbers: 50,000 brought in from 1C twice, and the admin's lists beside 500,000 acts.

    python -m benchmarks.directory
    TEST_DATABASE_URL=postgres://me@127.0.0.1:5432/postgres python -m benchmarks.directory

On SQLite in a file, or in a PostgreSQL database that is made for it; both are thrown away. Each step is a
process of its own. Ends with 1 if a bound is missed. Linux only: the peak is VmHWM.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import requests

from tests import databases, environment

COUNTERPARTIES, ACTS = 50_000, 500_000
SYNC_SECONDS, SYNC_MEGABYTES, LIST_SECONDS, MOST_QUERIES = 60.0, 200.0, 0.3, 20
AGAIN = 3
APART = 52
"""Seconds between two acts: fifty thousand a month."""
LIST, ISSUED = "/admin/accounts/counterparty/", "/admin/reconciliation/issuedact/"
PAGES = {
    "first page": "/admin/",
    "counterparties": LIST,
    "sorted by balance": f"{LIST}?o=-2",
    "the last page": f"{LIST}?p={COUNTERPARTIES // 50}",
    "searched": f"{LIST}?q=радуга+77",
    "searched in vain": f"{LIST}?q=nobody+at+all",
    "two filters": f"{LIST}?state=nonzero&state=no_login",
    "acts": ISSUED,
    "an act by its number": f"{ISSUED}?q=000006",
    "acts of a name": f"{ISSUED}?q=радуга",
    "acts of a person": f"{ISSUED}?q=person7",
    "acts in force": f"{ISSUED}?is_current__exact=1",
    "acts in force, of a year": f"{ISSUED}?is_current__exact=1&year=2026",
    "acts of a period": f"{ISSUED}?date_to_from=01.12.2015&date_to_to=31.12.2015",
    "updates from 1C": "/admin/reconciliation/directoryrun/",
    "changes of an update": "/admin/reconciliation/directorychange/?run__id__exact=1",
    "people": "/admin/accounts/user/",
}


@dataclass(frozen=True)
class Bound:
    text: str
    measured: float
    most: float

    @property
    def met(self) -> bool:
        return self.measured <= self.most


def main() -> int:
    with TemporaryDirectory() as folder, databases.empty(Path(folder)) as url, onec() as base:
        step("migrate", url, base)
        own = seconds_of_1c(base)
        first, second = (numbers(step("sync", url, base)) for _ in range(2))
        files = {name: numbers(step(name, url, base)) for name in ("take out", "check", "apply")}
        step("fill", url, base)
        pages = [numbers(line) for line in step("lists", url, base).splitlines()]
    bounds = [
        Bound("s, 50,000 come in, without 1C's own", first[0] - own, SYNC_SECONDS),
        Bound("s, nothing has changed", second[0] - own, SYNC_SECONDS / AGAIN),
        Bound("MB, peak of the update", max(first[1], second[1]), SYNC_MEGABYTES),
    ]
    for name, (seconds, megabytes) in files.items():
        print(f"{seconds:8.2f} s, {megabytes:.0f} MB: 50,000 in a file, {name}")
    for name, (seconds, queries) in zip(PAGES, pages, strict=True):
        bounds.append(Bound(f"s, {queries:.0f} queries: {name}", seconds, LIST_SECONDS))
    print(f"1C's own time: {own:.1f} s")
    for bound in bounds:
        verdict = "met" if bound.met else "MISSED"
        print(f"{bound.measured:8.2f} {bound.text:48} at most {bound.most:g}  {verdict}")
    return 0 if all(bound.met for bound in bounds) else 1


@contextmanager
def onec() -> Iterator[str]:
    """Yield the address of a 1C with 50,000 counterparties."""
    command = [sys.executable, "-m", "sandbox", "onec", "--counterparties", str(COUNTERPARTIES)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        said = process.stdout.readline() if process.stdout else ""
        found = re.search(r"http://\S+", said)
        if not found:
            raise RuntimeError(said)
        yield found[0]
        process.terminate()


def step(name: str, url: str, base: str) -> str:
    """Run one step in a process of its own and return what it prints."""
    given = {**os.environ, "TEST_DATABASE_URL": url, "BENCHMARK_ONEC": base}
    command = [sys.executable, "-m", "benchmarks.directory", name]
    done = subprocess.run(command, env=given, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip()


def numbers(line: str) -> tuple[float, float]:
    one, other = line.split()
    return float(one), float(other)


def seconds_of_1c(base: str) -> float:
    """Return how long 1C alone takes for all its pages."""
    began, after = time.monotonic(), ""
    with requests.Session() as session:
        while True:
            query = {"limit": "1000"} | ({"after": after} if after else {})
            headers = {"X-API-Key": "sandbox-key"}
            there = f"{base}/hs/reconciliation/counterparties"
            after = session.get(there, params=query, headers=headers, timeout=60).json()["next"]
            if not after:
                return time.monotonic() - began


# --- The steps, each in a process of its own ------------------------------------------------------


def run_step(name: str) -> None:
    environment.enter()
    import django

    django.setup()
    from django.conf import settings
    from django.test import utils

    utils.setup_test_environment(debug=False)
    settings.ONEC_BASE_URL, settings.ONEC_API_KEY = os.environ["BENCHMARK_ONEC"], "sandbox-key"
    steps = {
        "migrate": migrate,
        "sync": bring_in,
        "take out": take_out,
        "check": check_file,
        "apply": apply_file,
        "fill": fill,
        "lists": open_lists,
    }
    steps[name]()


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def bring_in() -> None:
    """Print the seconds and the peak megabytes of one update."""
    from reconciliation import connections
    from reconciliation.counterparties import sync, update_runs

    began = time.monotonic()
    run = update_runs.start_sync()
    sync.advance(run, client=connections.onec())
    print_cost(began)


def print_cost(began: float) -> None:
    peak = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    print(time.monotonic() - began, int(peak[1]) / 1024 if peak else 0)


def take_out() -> None:
    """Export everybody as XLSX, the heavier of the two."""
    from accounts.models import Counterparty
    from reconciliation.counterparties.files.exporting import rows_of
    from reconciliation.tables.writer import Sheet, xlsx_file

    began = time.monotonic()
    xlsx_file([Sheet("all", rows_of(Counterparty.objects.all()))]).close()
    print_cost(began)


def check_file() -> None:
    """Check a file that changes every row."""
    from accounts.models import Counterparty, User
    from reconciliation.counterparties.files import importing

    guids = Counterparty.objects.values_list("onec_guid", flat=True)
    content = "guid;note\n" + "".join(f"{guid};Call on Monday\n" for guid in guids)
    user = User.objects.create_user("files@load.example")
    began = time.monotonic()
    importing.advance(importing.start_check("list.csv", content.encode(), by=user))
    print_cost(began)


def apply_file() -> None:
    """Bring the file in that was checked."""
    from accounts.models import User
    from reconciliation.counterparties.files import importing
    from reconciliation.models import DirectoryRun

    began = time.monotonic()
    user = User.objects.get(email="files@load.example")
    run = importing.start_import(DirectoryRun.objects.get(kind="file"), by=user)
    importing.advance(run)
    print_cost(began)


def fill() -> None:
    """Issue ten acts to each counterparty, and give some of them people."""
    from decimal import Decimal

    from django.utils import timezone

    from accounts.models import Counterparty, Membership, User
    from reconciliation.models import ActSequence, IssuedAct

    companies = list(Counterparty.objects.order_by("pk"))
    people = User.objects.bulk_create(User(email=f"person{n}@load.example") for n in range(2000))
    Membership.objects.bulk_create(
        Membership(user=user, counterparty=company) for user, company in zip(people, companies, strict=False)
    )
    ActSequence.objects.create(organization="7701234567", year=2026, last=ACTS)
    now, snapshot = timezone.now(), "x" * 2000
    for start in range(0, ACTS, 5000):
        IssuedAct.objects.bulk_create(
            IssuedAct(
                organization="7701234567",
                year=2026,
                sequence=number + 1,
                counterparty=companies[number % len(companies)],
                counterparty_name=companies[number % len(companies)].name,
                date_from=f"20{10 + number // len(companies)}-01-01",
                date_to=f"20{10 + number // len(companies)}-12-31",
                currency="RUB",
                opening=Decimal(0),
                debit=Decimal(5),
                credit=Decimal(5),
                closing=Decimal(0),
                rows=2,
                snapshot=snapshot,
                sha256="0" * 64,
                answered_at=now,
                issued_at=now - timedelta(seconds=(ACTS - number) * APART),
                requested_by=people[number % len(people)] if number % 3 == 0 else None,
                requested_by_name="somebody",
            )
            for number in range(start, start + 5000)
        )


def open_lists() -> None:
    """Print the median seconds and the queries of each page."""
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts import groups
    from accounts.models import User

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    user = User.objects.create_user("chief@load.example", is_staff=True)
    user.groups.add(Group.objects.get(name=groups.ADMINISTRATOR))
    browser: Any = Client()
    browser.force_login(user)
    for name, address in PAGES.items():
        assert browser.get(address).status_code == 200, name
        taken = []
        for _ in range(5):
            began = time.monotonic()
            browser.get(address)
            taken.append(time.monotonic() - began)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        assert len(queries) <= MOST_QUERIES, name
        print(statistics.median(taken), len(queries))


if __name__ == "__main__":
    if sys.argv[1:]:
        run_step(sys.argv[1])
    else:
        sys.exit(main())
