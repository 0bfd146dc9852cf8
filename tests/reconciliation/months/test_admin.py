"""A month in the admin: how far it is, what needs a person, and the buttons for what can be done now."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Counterparty, OrganizationSettings, User
from letters import outbox
from letters.models import Batch, Letter
from letters.outbox import Draft
from reconciliation.models import Delivery, DeliveryStep, Discrepancy, DistributionRun
from reconciliation.months import progress
from tests.cast import Visit
from tests.reconciliation.admin_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued")]
State, Way = DeliveryStep.State, DeliveryStep.Way
RUNS, DELIVERIES = "/admin/reconciliation/distributionrun/", "/admin/reconciliation/delivery/"
Deliver = Callable[..., Delivery]


@pytest.fixture
def run(db: None) -> DistributionRun:
    return DistributionRun.objects.create(
        organization="7701234567", month=date(2026, 3, 1), listed_at=timezone.now()
    )


@pytest.fixture
def deliver(run: DistributionRun) -> Deliver:
    """Return what makes a delivery whose ways are in these states."""

    def make(name: str, balance: str = "100.00", **states: str) -> Delivery:
        guid = f"00000000-0000-0000-0000-{Counterparty.objects.count():012d}"
        company = Counterparty.objects.create(onec_guid=guid, name=name)
        delivery = Delivery.objects.create(
            run=run, counterparty=company, balance=Decimal(balance), currency="RUB"
        )
        for way, state in states.items():
            problem = "MailRefused" if state == State.FAILED else ""
            DeliveryStep.objects.create(run=run, delivery=delivery, way=way, state=state, problem=problem)
        return delivery

    return make


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, language="en")


def panel(browser: Client, run: DistributionRun) -> str:
    return text_of(browser.get(f"{RUNS}{run.pk}/progress/"))


def test_the_panel_counts_by_way_and_by_money(browser: Client, run: DistributionRun, deliver: Deliver):
    deliver("Settled", act="done", email="done")
    deliver("Waiting", "-200.00", act="done", email="waiting")
    deliver("Failed", "7.50", act="done", email="failed")

    said = panel(browser, run)

    assert "Act done: 3" in said
    assert "Email done: 1 waiting: 1 failed: 1" in said
    assert "Settled 1 RUB 100.00" in said
    assert "Under way 1 RUB 200.00" in said
    assert "Need a person 1 RUB 7.50" in said


def test_the_panel_says_until_when_letters_wait(browser: Client, run: DistributionRun, deliver: Deliver):
    OrganizationSettings.objects.create(pk=1, letters_wait=True)
    deliver("Somebody", email="waiting")
    with time_machine.travel("2026-05-01T06:00+03:00", tick=False):
        assert "Letters wait for working hours: 04.05.2026 09:00." in panel(browser, run)
    with time_machine.travel("2026-05-04T09:00+03:00", tick=False):
        assert "working hours" not in panel(browser, run)


@pytest.mark.parametrize(
    ("of_run", "of_step", "why"),
    [
        ({}, {}, ""),
        ({"state": "paused"}, {}, "The month is paused."),
        ({}, {"is_ready": False}, "It comes after what stands above."),
        ({"held": ["email"]}, {}, "The first deliveries go out first; it waits until they went well."),
        ({"held": ["email"]}, {"is_first": True}, ""),
        ({}, {"problem": "MailBusy"}, "The mail server does not take letters at the moment."),
    ],
)
def test_a_story_says_what_a_step_waits_for(
    browser: Client, run: DistributionRun, deliver: Deliver, of_run: Any, of_step: Any, why: str
):
    delivery = deliver("Somebody", act="done", email="waiting")
    DistributionRun.objects.update(**of_run)
    run.steps.filter(way="email").update(**{"is_ready": True, **of_step})

    said = text_of(browser.get(f"{DELIVERIES}{delivery.pk}/change/"))

    assert f"Email waiting {why}".strip() in said
    assert why or "waits" not in said


def test_a_letter_that_lacked_an_address_is_sent_once_there_is_one(
    browser: Client, run: DistributionRun, deliver: Deliver, enqueued: list[str]
):
    delivery = deliver("Somebody", act="done", email="skipped")
    run.steps.filter(way="email").update(reason="no_email")
    DistributionRun.objects.update(state="closed", closed_at=timezone.now())
    there = f"{DELIVERIES}{delivery.pk}/"

    assert "Enter an address that works" in text_of(browser.get(f"{there}change/"))
    browser.post(f"{there}send/")
    assert run.steps.get(way="email").state == "skipped"
    Counterparty.objects.update(email="a@one.example")
    assert "Send the letter" in text_of(browser.get(f"{there}change/"))
    browser.post(f"{there}send/")

    run.refresh_from_db()
    step = run.steps.get(way="email")
    assert (step.state, step.reason, run.state, enqueued) == ("waiting", "", "under_way", ["continue_months"])


def test_the_story_of_an_act_that_does_not_add_up_leads_to_what_does_not(
    browser: Client, run: DistributionRun, deliver: Deliver
):
    delivery = deliver("Somebody", act="failed")
    run.steps.update(problem="Unbalanced", detail="said in English")
    none = Decimal(0)
    found = Discrepancy.objects.create(
        counterparty=delivery.counterparty, date_from=date(2026, 3, 1), date_to=date(2026, 3, 31),
        currency="RUB", opening=none, debit=none, credit=none, closing=none, difference=none, details="",
        snapshot="", last_seen_at=timezone.now(),
    )  # fmt: skip

    page = browser.get(f"{DELIVERIES}{delivery.pk}/change/").content.decode()

    assert f'href="/admin/reconciliation/discrepancy/{found.pk}/change/"' in page
    assert "said in English" not in page


def test_the_story_of_a_letter_says_until_when_it_waits(
    browser: Client, run: DistributionRun, deliver: Deliver
):
    OrganizationSettings.objects.create(pk=1, letters_wait=True)
    delivery = deliver("Somebody", email="waiting")
    run.steps.update(is_ready=True)

    with time_machine.travel("2026-05-01T06:00+03:00", tick=False):
        said = text_of(browser.get(f"{DELIVERIES}{delivery.pk}/change/"))

    assert "Letters wait for working hours: 04.05.2026 09:00." in said


def test_the_panel_counts_the_letters_that_wait_for_their_turn(
    browser: Client, run: DistributionRun, deliver: Deliver
):
    OrganizationSettings.objects.create(pk=1, letters_per_minute=60)
    deliver("Somebody", email="queued")
    run.batch = Batch.objects.create()
    run.save()
    outbox.queue([Draft("month", "ru", ["a@one.example"], "-", "-", batch=run.batch_id)])
    Letter.objects.update(problem="DomainFull")

    assert "1 letter waits for its turn" in panel(browser, run)


def test_a_page_counts_nothing_that_was_counted_just_now(
    browser: Client, run: DistributionRun, deliver: Deliver
):
    deliver("First", act="done")
    progress.count(run, timedelta(seconds=2))
    deliver("Second", act="done")

    assert "Act done: 1" in panel(browser, run)
    DistributionRun.objects.update(counted_at=timezone.now() - timedelta(minutes=1))
    assert "Act done: 2" in panel(browser, run)


@pytest.mark.parametrize(
    ("state", "failed", "buttons"),
    [
        ("under_way", False, ["Pause", "Cancel what has not begun"]),
        ("under_way", True, ["Try again what failed", "Pause", "Cancel what has not begun"]),
        ("paused", False, ["Go on", "Cancel what has not begun"]),
        ("cancelled", True, ["Go on"]),
        ("closed", False, []),
        ("closed", True, ["Try again what failed"]),
    ],
)
def test_the_buttons_are_those_that_can_do_something_now(
    browser: Client, run: DistributionRun, deliver: Deliver, state: str, failed: bool, buttons: list[str]
):
    deliver("Somebody", email="failed" if failed else "done")
    DistributionRun.objects.update(state=state, closed_at=timezone.now())

    page = browser.get(f"{RUNS}{run.pk}/progress/").content.decode()

    assert re.findall(r"<button[^>]*>([^<]+)</button>", page) == buttons


@pytest.mark.parametrize(
    ("before", "action", "after", "step"),
    [
        ("under_way", "pause", "paused", "failed"),
        ("paused", "resume", "under_way", "failed"),
        ("paused", "cancel", "cancelled", "failed"),
        ("closed", "retry", "under_way", "waiting"),
        ("closed", "pause", "closed", "failed"),
        ("cancelled", "retry", "cancelled", "failed"),
    ],
)
def test_a_button_changes_the_run_if_it_still_can(
    browser: Client, run: DistributionRun, deliver: Deliver, enqueued: list[str],
    before: str, action: str, after: str, step: str,
):  # fmt: skip
    deliver("Somebody", email="failed")
    DistributionRun.objects.update(state=before)

    answer = browser.post(f"{RUNS}{run.pk}/do/{action}/", follow=True)

    run.refresh_from_db()
    assert (run.state, DeliveryStep.objects.get().state) == (after, step)
    assert ("the state is another by now" in text_of(answer)) == (before == after)
    assert bool(enqueued) == (before != after)


def test_the_list_shows_those_that_are_asked_for(browser: Client, run: DistributionRun, deliver: Deliver):
    deliver("Alpha", act="done", email="done")
    deliver("Beta", act="failed", email="waiting")
    deliver("Gamma", act="done", email="uncertain")
    paused = deliver("Delta")
    Delivery.objects.filter(pk=paused.pk).update(excluded="paused", detail="In court")

    def listed(query: str) -> set[str]:
        said = text_of(browser.get(f"{DELIVERIES}?run__id__exact={run.pk}&{query}"))
        return {name for name in ("Alpha", "Beta", "Gamma", "Delta") if name in said}

    assert listed("") == {"Alpha", "Beta", "Gamma", "Delta"}
    assert listed("what=trouble") == {"Beta", "Gamma"}
    assert listed("what=open") == {"Beta"}
    assert listed("what=excluded") == {"Delta"}
    assert listed("way=act&state=done") == {"Alpha", "Gamma"}
    assert listed("way=email&state=done") == {"Alpha"}
    assert listed("q=gam") == {"Gamma"}
    assert "In court" in text_of(browser.get(f"{DELIVERIES}?what=excluded"))


@pytest.mark.parametrize(
    ("word", "state"),
    [("arrived", "done"), ("again", "waiting"), ("forged", "uncertain"), ("", "uncertain")],
)
def test_a_person_decides_on_an_uncertain_letter(
    browser: Client, run: DistributionRun, deliver: Deliver, word: str, state: str
):
    delivery = deliver("Somebody", email="uncertain")
    page = text_of(browser.get(f"{DELIVERIES}{delivery.pk}/change/"))
    assert "it may have arrived" in page
    assert "It arrived Send it again" in page

    browser.post(f"{DELIVERIES}{delivery.pk}/letter/", {"letter": word})

    assert DeliveryStep.objects.get().state == state


def test_one_failed_delivery_is_tried_again_alone(browser: Client, run: DistributionRun, deliver: Deliver):
    first, second = (deliver(name, email="failed") for name in ("First", "Second"))
    page = text_of(browser.get(f"{DELIVERIES}{first.pk}/change/"))
    assert "The mail server refuses the letter" in page

    browser.post(f"{DELIVERIES}{first.pk}/retry/")

    assert first.steps.get().state == State.WAITING
    assert second.steps.get().state == State.FAILED


def test_the_first_page_says_how_many_need_a_person(browser: Client, run: DistributionRun, deliver: Deliver):
    deliver("First", act="done", email="failed", task="failed")
    deliver("Second", act="done", email="uncertain")

    assert "2 deliveries of a month that failed or are uncertain" in text_of(browser.get("/admin/"))


def test_the_list_asks_no_more_for_more_deliveries(
    browser: Client, run: DistributionRun, deliver: Deliver, django_assert_max_num_queries: Any
):
    for number in range(30):
        deliver(f"Company {number}", act="done", email="done")

    with django_assert_max_num_queries(12):
        browser.get(f"{DELIVERIES}?run__id__exact={run.pk}")
