"""The admin's pages of a month of 50,000 deliveries and of its preview, each at most 0.3 s.

    python -m benchmarks.month_pages
    TEST_DATABASE_URL=postgres://me@127.0.0.1:5432/postgres python -m benchmarks.month_pages

The run is under way, and what its workers count is counted anew before each page, which is measured, too.
On SQLite in a file, or in a PostgreSQL database that is made for it. Ends with 1 if a bound is missed.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests import databases, environment

DELIVERIES = 50_000
MONTH = date(2026, 3, 1)
MOST_SECONDS, MOST_QUERIES, MOST_OF_COUNTING = 0.3, 20, 1.0
RUN, LIST = "/admin/reconciliation/distributionrun/", "/admin/reconciliation/delivery/"
PREVIEW, LINES = "/admin/reconciliation/monthpreview/", "/admin/reconciliation/previewline/"
OF_RUN, OF_PREVIEW = f"{LIST}?run__id__exact=1", f"{LINES}?preview__id__exact=1"
PAGES = {
    "first page": "/admin/",
    "months": RUN,
    "a month": f"{RUN}1/change/",
    "its panel, every 3 s": f"{RUN}1/progress/",
    "deliveries": OF_RUN,
    "the last page": f"{OF_RUN}&p={DELIVERIES // 50}",
    "that need a person": f"{OF_RUN}&what=trouble",
    "under way": f"{OF_RUN}&what=open",
    "letters that wait": f"{OF_RUN}&way=email&state=waiting",
    "letters that are done": f"{OF_RUN}&way=email&state=done",
    "by name": f"{OF_RUN}&q=company+4711",
    "one delivery": f"{LIST}4711/change/",
    "what happened with one": "/admin/accounts/counterparty/4711/timeline/",
    "previews": PREVIEW,
    "a preview": f"{PREVIEW}1/change/",
    "its counterparties": OF_PREVIEW,
    "what is odd": f"{OF_PREVIEW}&what=odd",
    "one kind of odd": f"{OF_PREVIEW}&odd=triple",
    "that get nothing": f"{OF_PREVIEW}&what=nothing",
    "a counterparty by name": f"{OF_PREVIEW}&q=company+4711",
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
        missed = sum(not met for met in (counting(), *pages()))
        connections.close_all()
    return 1 if missed else 0


def fill() -> None:
    """Keep a run of which a third is done, and a preview of the same counterparties."""
    from django.db import connection

    from accounts.models import Counterparty, OrganizationSettings

    OrganizationSettings.objects.create(pk=1, letters_wait=True, letters_per_minute=60)
    companies = Counterparty.objects.bulk_create(
        (
            Counterparty(onec_guid=f"guid-{number}", name=name, search=name.lower(), email="a@b.example")
            for number, name in enumerate(f"Company {number}" for number in range(DELIVERIES))
        ),
        batch_size=2000,
    )
    fill_run(companies)
    fill_preview(companies)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def fill_run(companies: list[Any]) -> None:
    from django.utils import timezone

    from reconciliation.models import Delivery, DeliveryStep, DistributionRun

    now = timezone.now()
    run = DistributionRun.objects.create(organization="7701234567", month=MONTH, listed_at=now)
    deliveries = Delivery.objects.bulk_create(
        (Delivery(run=run, counterparty=each, balance=Decimal(100), currency="RUB") for each in companies),
        batch_size=2000,
    )
    DeliveryStep.objects.bulk_create(
        (
            DeliveryStep(
                run=run, delivery=delivery, way=way, state=state_of(number), is_ready=True, ended_at=now,
                attempts=1, problem="MailRefused" if number % 1000 == 0 else "DomainFull",
            )
            for number, delivery in enumerate(deliveries)
            for way in DeliveryStep.Way.values
        ),
        batch_size=5000,
    )  # fmt: skip


def fill_preview(companies: list[Any]) -> None:
    from reconciliation.models import MonthPreview, PreviewLine
    from reconciliation.months.previews import totals

    preview = MonthPreview.objects.create(organization="7701234567", month=MONTH, state="ready")
    PreviewLine.objects.bulk_create(
        (
            PreviewLine(
                preview=preview, guid=each.onec_guid, name=each.name, search=each.search,
                balance=Decimal(100), currency="RUB", is_checked=True,
                odd="triple" if number % 100 == 0 else "", excluded="" if number % 50 else "paused",
                ways=["email"] if number % 50 else [],
            )
            for number, each in enumerate(companies)
        ),
        batch_size=2000,
    )  # fmt: skip
    MonthPreview.objects.update(totals=totals.count(preview))


def state_of(number: int) -> str:
    if number % 1000 == 0:
        return "failed"
    return "done" if number < DELIVERIES // 3 else "waiting"


def counting() -> bool:
    """Print how long a worker counts the run, and the longest of its queries."""
    from django.db import connection

    from reconciliation.models import DistributionRun
    from reconciliation.months import progress

    took: list[float] = []

    def timed(execute: Any, *arguments: Any) -> Any:
        began = time.monotonic()
        try:
            return execute(*arguments)
        finally:
            took.append(time.monotonic() - began)

    run = DistributionRun.objects.get()
    began = time.monotonic()
    with connection.execute_wrapper(timed):
        progress.count(run, timedelta(0))
    seconds = time.monotonic() - began
    return said(max(took), MOST_OF_COUNTING, f"s, the longest query of counting, {seconds:.2f} s in all")


def pages() -> Iterator[bool]:
    """Print the median of each page; yield whether its bound is met."""
    from accounts import groups

    return visited(PAGES, groups.CHIEF_ACCOUNTANT, MOST_SECONDS, MOST_QUERIES)


def visited(addresses: dict[str, str], group: str, most: float, most_queries: int) -> Iterator[bool]:
    """Visit pages as somebody of a group, print the median of each; yield whether its bound is met."""
    from django.contrib.auth.models import Group
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User

    user = User.objects.create_user("reader@load.example", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    browser: Any = Client()
    browser.force_login(user)
    for name, address in addresses.items():
        taken = []
        for _ in range(6):
            began = time.monotonic()
            assert browser.get(address).status_code == 200, name
            taken.append(time.monotonic() - began)
        with CaptureQueriesContext(connection) as queries:
            browser.get(address)
        assert len(queries) <= most_queries, (name, len(queries))
        yield said(statistics.median(taken[1:]), most, f"s, {len(queries)} queries: {name}")


def said(measured: float, most: float, words: str) -> bool:
    met = measured <= most
    print(f"{measured:8.2f} {words:56} at most {most:g}  {'met' if met else 'MISSED'}", flush=True)
    return met


if __name__ == "__main__":
    sys.exit(main())
