"""A counterparty's line of time: every act, letter, return and download, with who and when."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from accounts.models import Counterparty, User
from letters import outbox
from letters.models import Bounce, Letter
from letters.outbox import Draft
from reconciliation.models import (
    ActDownload,
    Delivery,
    DeliveryLetter,
    DeliveryStep,
    Discrepancy,
    DistributionRun,
    IssuedAct,
)  # fmt: skip
from reconciliation.timelines.event import Kind, Scope
from reconciliation.timelines.line import ON_A_PAGE, timeline
from tests.cast import Issue, Visit
from tests.reconciliation.admin_pages import text_of

pytestmark = pytest.mark.django_db
NONE = Decimal(0)
START = datetime.fromisoformat("2026-04-01T06:00:00+03:00")


def hours(number: float) -> datetime:
    return START + timedelta(hours=number)


@pytest.fixture
def delivery(company: Counterparty) -> Delivery:
    run = DistributionRun.objects.create(organization="7701234567", month=date(2026, 3, 1), started_at=START)
    return Delivery.objects.create(run=run, counterparty=company, balance=Decimal(1), currency="RUB")


def step_of(delivery: Delivery, way: str, state: str, **fields: Any) -> DeliveryStep:
    return DeliveryStep.objects.create(run=delivery.run, delivery=delivery, way=way, state=state, **fields)


def letter_of(step: DeliveryStep, at: datetime) -> DeliveryLetter:
    [letter] = outbox.queue([Draft("month", "en", ["a@one.example"], "Act", "")])
    state = "uncertain" if step.state == "uncertain" else "sent"
    Letter.objects.filter(pk=letter.pk).update(state=state, handed_over_at=at, ended_at=at)
    return DeliveryLetter.objects.create(letter=letter, step=step)


def said(company: Counterparty, **how: Any) -> list[str]:
    with translation.override("en"):
        events = timeline(Scope(company=company), **how).events
        return [event.words for event in events if how or event.kind not in {Kind.PERSON, Kind.CHANGE}]


def test_everything_stands_in_one_line_newest_first(
    company: Counterparty, issued: Issue, delivery: Delivery, accountant: User, visit: Visit
):
    act = issued(company).act
    IssuedAct.objects.update(issued_at=hours(1))
    step_of(delivery, "drive", "done", ended_at=hours(2), reference="81")
    step_of(delivery, "task", "failed", ended_at=hours(3), problem="Bitrix24Refused")
    step = step_of(delivery, "email", "failed", ended_at=hours(6), problem="LetterCameBack")
    letter = letter_of(step, hours(4)).letter
    bounce = Bounce.objects.create(
        letter=letter, address="a@one.example", kind="full", received_at=hours(6), report="x"
    )
    ActDownload.objects.create(act=act, counterparty=company, format="pdf", language="ru", at=hours(7))
    Discrepancy.objects.create(
        counterparty=company, date_from=date(2026, 4, 1), date_to=date(2026, 4, 30), currency="RUB",
        opening=NONE, debit=NONE, credit=NONE, closing=NONE, difference=NONE, details="", snapshot="",
        last_seen_at=hours(8),
    )  # fmt: skip

    assert said(company) == [
        "1C's figures for 01.04.2026–30.04.2026 do not add up: no act was issued",
        f"PDF of act № {act.number} was taken",
        "The letter to a@one.example came back: the mailbox is full",
        "Letter “Act” to a@one.example",
        "March 2026, task for the manager – failed",
        "The act for March 2026 was put on Bitrix24 Drive",
        f"Act № {act.number} for {act.date_from:%d.%m.%Y}–{act.date_to:%d.%m.%Y} was issued",
    ]
    assert said(company, kind="letter") == [
        "The letter to a@one.example came back: the mailbox is full", "Letter “Act” to a@one.example",
    ]  # fmt: skip
    page = visit(accountant, "en").get(f"/admin/accounts/counterparty/{company.pk}/timeline/")
    assert f"/admin/letters/bounce/{bounce.pk}/change/" in page.content.decode()


def test_a_month_without_a_letter_says_why(company: Counterparty, delivery: Delivery):
    step_of(delivery, "email", "skipped", reason="no_email")

    with translation.override("ru"):
        event = timeline(Scope(company=company), kind="letter").events[0]

    assert (event.words, event.detail) == (
        "За март 2026 письмо не отправлялось", "нет адреса почты",
    )  # fmt: skip


def test_a_month_that_sent_nothing_says_why(company: Counterparty, delivery: Delivery):
    Delivery.objects.update(excluded="paused", detail="asked us to wait")

    with translation.override("en"):
        event = timeline(Scope(company=company), kind="letter").events[0]

    assert (event.words, event.detail) == ("Nothing was sent for March 2026", "paused · asked us to wait")


def test_pages_hold_every_event_once(company: Counterparty, delivery: Delivery):
    step = step_of(delivery, "email", "done")
    for number in range(ON_A_PAGE - 1):
        letter_of(step, hours(number))
    for _ in range(3):  # of one moment, over a page's end
        letter_of(step, hours(-1))
    letter_of(step, hours(-2))

    first = timeline(Scope(company=company), kind="letter")
    second = timeline(Scope(company=company), kind="letter", before=first.older)

    assert [len(first.events), len(second.events), second.older] == [ON_A_PAGE + 2, 1, None]


def test_others_stand_in_their_own_line(company: Counterparty, delivery: Delivery):
    letter_of(step_of(delivery, "email", "done"), timezone.now())

    assert said(Counterparty.objects.create(onec_guid="other")) == []


def test_an_accountant_sees_it_by_day_with_links(
    accountant: User, visit: Visit, company: Counterparty, delivery: Delivery
):
    sent = letter_of(step_of(delivery, "email", "uncertain"), START)

    answer = visit(accountant, language="en").get(f"/admin/accounts/counterparty/{company.pk}/timeline/")

    assert "1 April 2026 06:00 trouble Letter “Act” to a@one.example" in text_of(answer)
    there = f"/admin/reconciliation/delivery/{delivery.pk}/sent/?letter={sent.pk}"
    assert there in answer.content.decode()
    assert visit(accountant).get(there).status_code == 200


@pytest.mark.parametrize(
    "before", ["", "2026-04-01T05:00:00+03:00", "2026-04-01", "nonsense", "2026-13-41T00:00"]
)
def test_an_address_that_was_spoilt_shows_the_newest(
    accountant: User, visit: Visit, company: Counterparty, delivery: Delivery, before: str
):
    letter_of(step_of(delivery, "email", "done"), START)

    there = f"/admin/accounts/counterparty/{company.pk}/timeline/"
    answer = visit(accountant, language="en").get(there, {"before": before, "kind": "nonsense"})

    assert ("There is nothing older." in text_of(answer)) == ("T05" in before)
