"""`manage.py sync_counterparties`: what it says, and how it ends."""

import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Counterparty
from reconciliation.directory import runs
from sandbox.onec import OneCSandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("synced")]


@pytest.fixture(autouse=True)
def _same_log_level() -> Iterator[None]:
    level = logging.getLogger().level
    yield
    logging.getLogger().setLevel(level)


def run(*options: str) -> tuple[str, str]:
    """Return what the command prints, and what it tells on the way."""
    said, told = StringIO(), StringIO()
    call_command("sync_counterparties", *options, stdout=said, stderr=told)
    return said.getvalue(), told.getvalue()


def test_it_tells_how_far_it_is_and_counts_and_lists_what_it_did() -> None:
    said, told = run()
    assert [line.split(",")[0] for line in told.splitlines()] == [
        f"{number} counterparties" for number in (100, 200, 300, 400, 500)
    ]
    assert said.startswith("500 counterparties in 1C: added 500.\n  added: ООО «Ромашка» (")
    assert said.endswith("  added: 480 more, which the admin lists\n")
    assert run()[0] == "500 counterparties in 1C: unchanged 500.\n"


def test_both_values_are_printed(books: OneCSandbox) -> None:
    run()
    guid = books.ledger.counterparties[1].guid
    books.set_fault(guid, "field", {"field": "name", "json": '"Other"'})
    books.change(guid, "-1.50")
    said, _ = run()
    assert f"  changed: Other ({guid}) name: Northwind Trading LLC → Other\n" in said
    assert " RUB" in said.split("balance: ")[1]


def test_a_dry_run_says_so_and_changes_nothing() -> None:
    said, _ = run("--dry-run")
    assert said.startswith("Dry run: nothing was changed. 500 counterparties in 1C: added 500.")
    assert not Counterparty.objects.exists()


@pytest.mark.usefixtures("no_waits")
def test_a_1c_that_fails_half_way_is_told_with_what_was_kept(books: OneCSandbox) -> None:
    books.set_fault("*", "unauthorized")
    with pytest.raises(CommandError, match=r"ONEC_API_KEY.* 0 were read\. Nothing was changed\."):
        run()
    books.clear()
    started = runs.start_sync()
    started.entries, started.cursor = 200, books.ledger.counterparties[199].guid
    started.save()
    said, told = run()
    assert told.startswith("Going on after 200 counterparties.\n")
    assert said.startswith("500 counterparties in 1C: added 300.")


def test_a_second_one_is_refused_while_one_is_at_work() -> None:
    runs.claim(runs.start_sync())
    with pytest.raises(CommandError, match="under way already"):
        run()
