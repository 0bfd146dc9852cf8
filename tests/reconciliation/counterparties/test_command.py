"""`manage.py sync_counterparties`: what it says, and how it ends."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Counterparty
from reconciliation.counterparties import update_runs
from sandbox.onec import OneCSandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("synced")]


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
    started = update_runs.start_sync()
    started.entries, started.cursor = 200, books.ledger.counterparties[199].guid
    started.save()
    said, told = run()
    assert told.startswith("Going on after 200 counterparties.\n")
    assert said.startswith("500 counterparties in 1C: added 300.")


def test_a_second_one_waits_for_the_first_and_goes_on_where_it_died(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(update_runs, "WRITING_SECONDS", -17.5)
    monkeypatch.setattr("reconciliation.counterparties.sync.POLL_SECONDS", 0.1)
    first = update_runs.start_sync()
    update_runs.claim(first)
    said, told = run()
    assert told.startswith("Another program is at work on it")
    assert said.startswith("500 counterparties in 1C: added 500.")


def test_ctrl_c_leaves_the_run_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("reconciliation.management.commands.sync_counterparties.Command._tell", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run()
    said, told = run()
    assert told.startswith("Going on after 100 counterparties.\n200 ")
    assert said.startswith("500 counterparties in 1C: added 500.")
