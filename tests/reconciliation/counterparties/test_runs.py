"""Runs that break off, are taken over, wait and end."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Counterparty
from jobs import pauses
from jobs.deadline import Deadline
from reconciliation import connections, tasks
from reconciliation.counterparties import sync, update_runs
from reconciliation.errors import PortalError
from reconciliation.models import DirectoryRun
from sandbox.long_list import LongList
from sandbox.onec import OneCSandbox
from tests.reconciliation.counterparties.conftest import Sync

pytestmark = pytest.mark.django_db


def break_off(books: OneCSandbox, fault: str = "busy", after: int = 200) -> DirectoryRun:
    """Return a run that 1C stopped after so many counterparties."""
    run = update_runs.start_sync()

    def listener(run: DirectoryRun) -> None:
        if run.entries == after:
            books.set_fault("*", fault)

    with pytest.raises(PortalError):
        sync.advance(run, client=connections.onec(), listener=listener)
    books.clear()
    return run


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciliation.http.calls.random.uniform", lambda _least, _most: 0.001)


def test_a_run_that_broke_off_goes_on_where_it_stopped(synced: Sync, books: OneCSandbox) -> None:
    broken = break_off(books)
    assert (broken.state, broken.entries, Counterparty.objects.count()) == ("under_way", 200, 200)
    books.forget_calls()
    run = synced()
    assert run.pk == broken.pk
    assert books.calls[0].query["after"] == books.ledger.counterparties[199].guid
    assert (run.entries, run.counts, run.changes.count()) == (500, {"added": 500}, 500)
    assert (run.problem, run.state) == ("", "finished")


def test_what_may_pass_is_tried_again_later_and_given_up_in_the_end(synced: Sync, books: OneCSandbox) -> None:
    run = break_off(books)
    assert (run.problem, run.state) == ("OneCBusy: busy", "under_way")
    assert timedelta(0) < run.next_try_at - timezone.now() <= 1.25 * pauses.PAUSES[0]
    assert not update_runs.due()
    books.set_fault("*", "busy")
    for _ in pauses.PAUSES:
        DirectoryRun.objects.update(next_try_at=timezone.now())
        tasks.continue_runs()
        run.refresh_from_db()
        assert run.state == "under_way"
    young = timezone.now() - update_runs.RESUMABLE + timedelta(seconds=1)
    DirectoryRun.objects.update(next_try_at=timezone.now(), started_at=young)
    tasks.continue_runs()
    run.refresh_from_db()
    assert run.state == "failed"
    books.clear()
    assert synced().pk == run.pk, "a person may go on with it all the same"


def test_a_run_that_works_again_says_nothing_of_what_stopped_it(synced: Sync, books: OneCSandbox) -> None:
    run = break_off(books)
    found = []
    sync.advance(
        run, client=connections.onec(), listener=lambda run: found.append((run.problem, run.attempts))
    )
    assert found == [("", 0)] * 3


def test_what_somebody_has_to_mend_ends_the_run_at_once(synced: Sync, books: OneCSandbox) -> None:
    run = break_off(books, fault="unauthorized")
    assert (run.problem, run.state) == ("OneCSetupError: key", "failed")


@pytest.mark.parametrize("fault", ["unauthorized", "busy"])
def test_a_run_that_broke_off_long_ago_is_not_gone_on_with(
    synced: Sync, books: OneCSandbox, fault: str
) -> None:
    run = break_off(books, fault=fault)
    DirectoryRun.objects.update(started_at=timezone.now() - update_runs.RESUMABLE, next_try_at=timezone.now())
    books.forget_calls()
    tasks.continue_runs()
    assert not books.calls
    assert synced().pk != run.pk
    run.refresh_from_db()
    assert run.state == "failed"


def test_two_do_not_work_on_one_run(synced: Sync) -> None:
    run = update_runs.start_sync()
    update_runs.claim(run)
    again = update_runs.start_sync()
    assert again.pk == run.pk
    with pytest.raises(update_runs.RunBusy):
        sync.advance(again, client=connections.onec())


def test_a_worker_that_lost_its_lease_writes_nothing_more(synced: Sync) -> None:
    run = update_runs.start_sync()

    def another_takes_over(_run: DirectoryRun) -> None:
        DirectoryRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        update_runs.claim(DirectoryRun.objects.get())

    with pytest.raises(update_runs.RunBusy):
        sync.advance(run, client=connections.onec(), listener=another_takes_over)
    assert Counterparty.objects.count() == DirectoryRun.objects.get().entries == 100


@pytest.mark.usefixtures("synced")
def test_a_worker_that_fails_after_it_lost_its_lease_leaves_the_run_to_the_other(books: OneCSandbox) -> None:
    run = update_runs.start_sync()

    def another_takes_over(_run: DirectoryRun) -> None:
        DirectoryRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        update_runs.claim(DirectoryRun.objects.get())
        books.set_fault("*", "busy")

    with pytest.raises(PortalError):
        sync.advance(run, client=connections.onec(), listener=another_takes_over)
    found = DirectoryRun.objects.get()
    assert (found.problem, found.leased_until is None, found.state) == ("", False, "under_way")


def test_a_worker_that_died_is_made_up_for(synced: Sync) -> None:
    update_runs.claim(update_runs.start_sync())
    tasks.continue_runs()
    assert not Counterparty.objects.exists(), "its lease still runs"
    DirectoryRun.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    tasks.continue_runs()
    assert DirectoryRun.objects.get().state == "finished"


def test_a_turn_that_is_over_leaves_the_rest_to_the_next(synced: Sync) -> None:
    run = update_runs.start_sync()
    sync.advance(run, client=connections.onec(), until=Deadline(0))
    assert (run.entries, run.state, update_runs.due()) == (100, "under_way", [run])


def test_a_turn_that_is_over_with_the_last_page_is_the_end(synced: Sync, monkeypatch) -> None:
    monkeypatch.setattr("reconciliation.onec.client.PAGE_SIZE", 1000)
    run = update_runs.start_sync()
    sync.advance(run, client=connections.onec(), until=Deadline(0))
    assert DirectoryRun.objects.get().state == run.state == "finished"


@pytest.mark.long
def test_ten_pages_come_in_and_go_nowhere_the_second_time(settings) -> None:
    with OneCSandbox(ledger=LongList(10_000)) as onec:
        settings.ONEC_BASE_URL, settings.ONEC_API_KEY = onec.url, "sandbox-key"
        for counts in ({"added": 10_000}, {"unchanged": 10_000}):
            run = update_runs.start_sync()
            sync.advance(run, client=connections.onec())
            assert run.counts == counts
    assert Counterparty.objects.count() == 10_000
