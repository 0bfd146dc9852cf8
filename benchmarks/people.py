"""The journal and the invitations of 5,000 counterparties, each page at most 0.5 s.

    python -m benchmarks.people
    TEST_DATABASE_URL=postgres://me@127.0.0.1:5432/postgres python -m benchmarks.people

300,000 sign-ins, 200,000 downloads, 100,000 acts of months and 20,000 that people asked for. On SQLite in a
file, or in a PostgreSQL database that is made for it. Ends with 1 if a bound is missed.
"""

import os
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.month_pages import visited
from tests import databases, environment

COMPANIES, SIGN_INS, DOWNLOADS, ACTS, ASKED = 5000, 300_000, 200_000, 100_000, 20_000
MOST_SECONDS, MOST_QUERIES = 0.5, 25
JOURNAL = "/admin/accounts/journalentry/"
PAGES = {
    "the journal": JOURNAL,
    "a person in it": f"{JOURNAL}?q=person4711",
    "an address in it": f"{JOURNAL}?q=10.0.47.11",
    "a reference in it": f"{JOURNAL}?q=deadbeef",
    "downloads alone": f"{JOURNAL}?kind=download",
    "acts alone": f"{JOURNAL}?kind=act",
    "one person": f"{JOURNAL}person/4711/",
    "one counterparty": "/admin/accounts/counterparty/4711/timeline/",
    "invitations": "/admin/accounts/invitation/",
    "those that need a person": "/admin/accounts/invitation/?state=trouble",
    "an invitation by its email": "/admin/accounts/invitation/?q=new4711",
    "a round": "/admin/accounts/invitationround/1/change/",
}


def main() -> int:
    with TemporaryDirectory() as folder, databases.empty(Path(folder)) as url:
        os.environ["TEST_DATABASE_URL"] = url
        environment.enter()
        import django

        django.setup()
        from django.core.management import call_command
        from django.db import connections
        from django.test import utils

        utils.setup_test_environment(debug=False)
        call_command("migrate", verbosity=0)
        fill()
        everybody()
        from accounts import groups

        missed = sum(not met for met in visited(PAGES, groups.ACCOUNTANT, MOST_SECONDS, MOST_QUERIES))
        export()
        connections.close_all()
    return 1 if missed else 0


def fill() -> None:
    """Keep people with a counterparty each, what they did, and 5,000 more counterparties without a login."""
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Counterparty, Membership, User

    now = timezone.now()
    people = User.objects.bulk_create(User(email=f"person{n}@load.example") for n in range(COMPANIES))
    companies = Counterparty.objects.bulk_create(
        Counterparty(
            onec_guid=f"guid-{n}", name=f"Company {n}", search=f"company {n}", email=f"new{n}@load.example"
        )
        for n in range(2 * COMPANIES)
    )
    Membership.objects.bulk_create(
        Membership(user=person, counterparty=company)
        for person, company in zip(people, companies[:COMPANIES], strict=True)
    )
    fill_journal(companies, people, now)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def fill_journal(companies: list[Any], people: list[Any], now: Any) -> None:
    """Keep what people did."""
    from accounts.models import JournalEntry
    from reconciliation.models import ActDownload, IssuedAct

    JournalEntry.objects.bulk_create(
        (
            JournalEntry(
                kind="logged_in", at=now - timedelta(minutes=n), person=people[n % COMPANIES],
                person_name=f"person{n % COMPANIES}@load.example", address=f"10.0.{n % 200}.{n % 250}",
                reference=f"{n:08x}",
            )
            for n in range(SIGN_INS)
        ),
        batch_size=5000,
    )  # fmt: skip
    acts = IssuedAct.objects.bulk_create(
        (_act(n, companies, people, now) for n in range(ACTS + ASKED)), batch_size=5000
    )
    ActDownload.objects.bulk_create(
        (
            ActDownload(
                act=acts[n % len(acts)], counterparty=acts[n % len(acts)].counterparty, format="pdf",
                language="ru", user=people[n % COMPANIES], user_name="x", at=now - timedelta(minutes=n),
                address=f"10.0.{n % 200}.{n % 250}",
            )
            for n in range(DOWNLOADS)
        ),
        batch_size=5000,
    )  # fmt: skip


def _act(number: int, companies: list[Any], people: list[Any], now: Any) -> Any:
    """Return an act of a month, or, for the first ones, one that a person asked for."""
    from reconciliation.models import IssuedAct

    nothing = Decimal(0)
    is_asked = number < ASKED
    return IssuedAct(
        organization="7701234567", year=2026, sequence=number + 1, counterparty=companies[number % COMPANIES],
        date_from=date(2000, 1, 1) + timedelta(days=number // COMPANIES), date_to=date(2026, 3, 31),
        currency="RUB", opening=nothing, debit=nothing, credit=nothing, closing=nothing, rows=0,
        snapshot="x" * 2000, sha256="0" * 64, answered_at=now,
        issued_at=now - timedelta(minutes=(ACTS + ASKED - number)),
        requested_by=people[number % COMPANIES] if is_asked else None,
        requested_by_name="x" if is_asked else "",
    )  # fmt: skip


def everybody() -> None:
    """Print how long 5,000 without a login are looked through, and a round of letters takes to begin."""
    from accounts.invitations import rounds
    from accounts.models import Counterparty, User

    by = User.objects.create_user("accountant@load.example", is_staff=True)
    began = time.monotonic()
    found = rounds.plan(Counterparty.objects.all())
    looked = time.monotonic() - began
    assert len(found.letters) == COMPANIES
    print(f"{looked:8.2f} s: who of {2 * COMPANIES:,} would get a letter", flush=True)
    began = time.monotonic()
    rounds.start(Counterparty.objects.all(), role="owner", by=by)
    print(f"{time.monotonic() - began:8.2f} s: {COMPANIES:,} invitations are made", flush=True)


def export() -> None:
    """Print how long the whole journal takes as a file."""
    from reconciliation.timelines.event import Scope
    from reconciliation.timelines.line import everything

    began = time.monotonic()
    lines = sum(1 for _event in everything(Scope()))
    print(f"{time.monotonic() - began:8.2f} s: {lines:,} lines of the journal as a file", flush=True)


if __name__ == "__main__":
    sys.exit(main())
