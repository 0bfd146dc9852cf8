"""Accountants look after counterparties: find, filter, settle, pause, update, ask for acts."""

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Counterparty, OrganizationSettings, User
from reconciliation import tasks
from reconciliation.counterparties import update_runs
from reconciliation.models import DirectoryRun, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import SPRING, Issue, Visit
from tests.reconciliation.admin_pages import COUNTERPARTIES, counterparty_form, said

pytestmark = pytest.mark.django_db
ROMASHKA = {"name": "ООО «Ёлка и Ромашка»", "inn": "7701234567", "email": "Buh@Romashka.ru"}


@pytest.fixture
def browser(accountant: User, visit: Visit) -> Client:
    return visit(accountant, "en")


@pytest.fixture
def conflicting(company: Counterparty) -> Counterparty:
    """Typed here, and 1C says otherwise of the email and the KPP."""
    company.onec = company.values | {"email": "onec@example.com", "kpp": "999999999"}
    company.save()
    return company


@pytest.mark.parametrize(
    "words", ["ромашка", "РОМАШКА ёлка", "елка", "0123456", "buh@ROM", "ABC-1", '"Ромашка"']
)
def test_a_counterparty_is_found_by_any_part_in_any_case(browser: Client, words: str) -> None:
    Counterparty.objects.create(onec_guid="abc-1", **ROMASHKA)
    Counterparty.objects.create(onec_guid="2", name="АО «Лютик»")
    page = said(browser.get(COUNTERPARTIES, {"q": words}))
    assert "Ромашка" in page
    assert "Лютик" not in page


@pytest.mark.parametrize(
    ("states", "found"),
    [
        (["nonzero"], "BC"), (["no_login"], "ABCDE"), (["no_email"], "ABDE"), (["conflict"], "A"),
        (["paused"], "D"), (["gone"], "E"), (["unchecked"], "E"), (["nonzero", "no_email"], "B"),
        (["unheard of"], "ABCDEF"),
    ],
)  # fmt: skip
def test_the_filters_leave_what_has_all_that_is_ticked(
    browser: Client, owner: User, states: list[str], found: str
) -> None:
    Counterparty.objects.update(name="F", email="f@example.com", balance=0)
    today = timezone.localdate()
    made = [
        Counterparty(name="A", onec={"name": "Z"}, balance=Decimal(0)),
        Counterparty(name="B", balance=Decimal(-1)),
        Counterparty(name="C", balance=Decimal(1), email="c@example.com"),
        Counterparty(name="D", paused_until=today, pause_reason="x"),
        Counterparty(name="E", gone_since=timezone.now(), is_unchecked=True),
    ]
    for row in made:
        row.onec_guid = row.name
        row.save()
    rows = browser.get(COUNTERPARTIES, {"state": states}).context["cl"].result_list
    assert "".join(row.name for row in rows) == found


def test_the_list_tells_balance_last_act_people_and_state(
    browser: Client, company: Counterparty, owner: User, colleague: User, issued: Issue
) -> None:
    Counterparty.objects.update(balance=-15000, currency="RUB", balance_on=date(2026, 11, 26), email="")
    issued(company, SPRING, owner)
    page = said(browser.get(COUNTERPARTIES))
    for words in ("−15,000.00", "26.11.2026", "№ 000001", "owner@example.com", "+ 1", "no email"):
        assert words in page, words


def test_the_list_asks_as_often_for_many_as_for_one(
    browser: Client, company: Counterparty, owner: User, issued: Issue
) -> None:
    issued(company)
    browser.get(COUNTERPARTIES)
    with CaptureQueriesContext(connection) as one:
        browser.get(COUNTERPARTIES)
    Counterparty.objects.bulk_create(Counterparty(onec_guid=str(n), name=str(n)) for n in range(60))
    with CaptureQueriesContext(connection) as many:
        browser.get(COUNTERPARTIES)
    assert len(many) <= len(one) <= 11


def test_both_values_of_a_conflict_are_shown_and_one_click_takes_either(
    browser: Client, conflicting: Counterparty
) -> None:
    change = f"{COUNTERPARTIES}{conflicting.pk}/change/"
    page = said(browser.get(change))
    assert "buh1@counterparty.example" in page
    assert "onec@example.com" in page
    settle = f"{COUNTERPARTIES}{conflicting.pk}/settle/"
    browser.post(settle, {"field": "email", "seen": "onec@example.com", "take": "onec"})
    browser.post(settle, {"field": "kpp", "seen": "999999999", "take": "own"})
    kpp = conflicting.kpp
    conflicting.refresh_from_db()
    assert (conflicting.email, conflicting.kpp) == ("onec@example.com", kpp)
    assert not conflicting.in_conflict
    assert "1C says: 999999999" in said(browser.get(change))


def test_a_value_that_1c_changed_meanwhile_is_not_settled_blindly(
    browser: Client, conflicting: Counterparty
) -> None:
    settle = f"{COUNTERPARTIES}{conflicting.pk}/settle/"
    sent = {"field": "email", "seen": "older@example.com", "take": "onec"}
    answer = browser.post(settle, sent, follow=True)
    assert "1C says something else by now" in said(answer)
    assert browser.post(settle, {"field": "note", "seen": "", "take": "own"}).status_code == 302
    conflicting.refresh_from_db()
    assert conflicting.conflicts == ["kpp", "email"]


@pytest.mark.parametrize(
    ("action", "email"), [("take_onec", "onec@example.com"), ("keep_own", "buh1@counterparty.example")]
)
def test_conflicts_of_many_are_settled_at_once(
    browser: Client, conflicting: Counterparty, action: str, email: str
) -> None:
    browser.post(COUNTERPARTIES, {"action": action, "_selected_action": [conflicting.pk]})
    conflicting.refresh_from_db()
    assert (conflicting.email, conflicting.conflicts) == (email, [])


def test_saving_changes_what_the_person_changed_and_nothing_that_1c_said_meanwhile(
    browser: Client, company: Counterparty
) -> None:
    change = f"{COUNTERPARTIES}{company.pk}/change/"
    browser.get(change)
    Counterparty.objects.filter(pk=company.pk).update(balance=7)
    answer = browser.post(change, counterparty_form(company, note="Ask Olga", to_email="0"))
    assert answer.status_code == 302
    company.refresh_from_db()
    assert (company.note, company.to_email, company.to_task) == ("Ask Olga", False, None)
    assert company.balance == 7


def test_the_form_says_what_is_taken_where_nothing_is_chosen(browser: Client, company: Counterparty) -> None:
    OrganizationSettings(pk=1, to_task=False, language="en").save()
    page = said(browser.get(f"{COUNTERPARTIES}{company.pk}/change/"))
    for words in ("as for all (yes)", "as for all (no)", "as for all (English)"):
        assert words in page


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(browser: Client, company: Counterparty) -> None:
    sent = counterparty_form(company, email="a@x.ru, нет", paused_until="2030-01-01", note="typed")
    page = said(browser.post(f"{COUNTERPARTIES}{company.pk}/change/", sent))
    assert "This is no email address: нет" in page
    assert re.search(r">\s*typed</textarea>", page)
    assert "a@x.ru, нет" in page


def test_many_are_paused_with_a_reason_and_go_on_again(browser: Client, company: Counterparty) -> None:
    chosen = {"action": "pause", "_selected_action": [company.pk]}
    assert "Paused until" in said(browser.post(COUNTERPARTIES, chosen))
    yesterday, tomorrow = (timezone.localdate() + timedelta(days=days) for days in (-1, 1))
    for until, reason in ((yesterday, "x"), (tomorrow, ""), ("soon", "x")):
        answer = browser.post(COUNTERPARTIES, chosen | {"paused_until": until, "pause_reason": reason})
        assert answer.status_code == 422
    browser.post(COUNTERPARTIES, chosen | {"paused_until": tomorrow, "pause_reason": "In court"})
    company.refresh_from_db()
    assert (company.is_paused(), company.pause_reason) == (True, "In court")
    browser.post(COUNTERPARTIES, chosen | {"action": "resume"})
    company.refresh_from_db()
    assert (company.paused_until, company.pause_reason) == (None, "")


def test_acts_are_issued_for_those_that_were_chosen(
    browser: Client,
    accountant: User,
    books: OneCSandbox,
    company: Counterparty,
    english_company: Counterparty,
) -> None:
    chosen = {"action": "issue_acts", "_selected_action": [company.pk, english_company.pk]}
    assert "Last month" in said(browser.post(COUNTERPARTIES, chosen))
    reversed_dates = {"period": "custom", "date_from": "2024-03-31", "date_to": "2024-03-01"}
    assert "Swap the two dates" in said(browser.post(COUNTERPARTIES, chosen | reversed_dates))
    books.set_fault(english_company.onec_guid, "unbalanced")
    dates = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}
    page = said(browser.post(COUNTERPARTIES, chosen | dates))
    act = IssuedAct.objects.get()
    assert (act.counterparty, act.requested_by_name) == (company, "accountant@example.com")
    assert "№ 000001" in page
    assert "its figures do not add up" in page


def test_not_more_are_asked_for_than_1c_answers_in_time(browser: Client) -> None:
    Counterparty.objects.bulk_create(Counterparty(onec_guid=str(n), name=str(n)) for n in range(21))
    keys = list(Counterparty.objects.values_list("pk", flat=True))
    answer = browser.post(COUNTERPARTIES, {"action": "issue_acts", "_selected_action": keys}, follow=True)
    assert "Choose 20 counterparties at most" in said(answer)


def test_this_months_act_is_one_button(browser: Client, books: OneCSandbox, company: Counterparty) -> None:
    answer = browser.post(f"{COUNTERPARTIES}{company.pk}/this-month/", follow=True)
    act = IssuedAct.objects.get()
    assert act.date_from == timezone.localdate().replace(day=1)
    assert f"act № {act.number} is issued" in said(answer)
    books.set_fault("*", "unauthorized")
    answer = browser.post(f"{COUNTERPARTIES}{company.pk}/this-month/", follow=True)
    assert "ONEC_API_KEY" in said(answer)


def test_an_update_is_begun_shown_and_told(books: OneCSandbox, browser: Client) -> None:
    assert "not been brought in from 1C yet" in said(browser.get(COUNTERPARTIES))
    browser.post(f"{COUNTERPARTIES}update/")
    page = said(browser.get(f"{COUNTERPARTIES}update/status/"))
    assert "being brought in from 1C: 0 so far" in page
    assert "every 2s" in page
    tasks.continue_runs()
    page = said(browser.get(f"{COUNTERPARTIES}update/status/"))
    assert "500 counterparties." in page
    assert "every 2s" not in page
    run = DirectoryRun.objects.get()
    for there in (
        "directoryrun/",
        f"directoryrun/{run.pk}/change/",
        f"directorychange/?run__id__exact={run.pk}",
    ):
        assert "added" in said(browser.get(f"/admin/reconciliation/{there}"))


@pytest.mark.usefixtures("no_waits")
def test_an_update_that_stopped_says_why_and_goes_on_by_a_button(books: OneCSandbox, browser: Client) -> None:
    books.set_fault("*", "busy")
    browser.post(f"{COUNTERPARTIES}update/")
    tasks.continue_runs()
    page = said(browser.get(COUNTERPARTIES))
    assert "1C is busy." in page
    assert "The next try is at" in page
    books.clear()
    browser.post(f"{COUNTERPARTIES}update/")
    assert update_runs.due()


@pytest.mark.parametrize("there", ["update/", "pick/", "{pk}/settle/", "{pk}/this-month/"])
def test_nothing_is_changed_by_a_visit_or_by_people_without_the_right(
    browser: Client, company: Counterparty, newcomer: User, visit: Visit, there: str
) -> None:
    address = COUNTERPARTIES + there.format(pk=company.pk)
    assert browser.get(address).status_code == 405
    newcomer.is_staff = True
    newcomer.save()
    assert visit(newcomer).post(address).status_code == 403


def test_the_chief_accountant_decides_what_holds_for_all(
    chief: User, company: Counterparty, visit: Visit
) -> None:
    Counterparty.objects.update(language="")
    there = "/admin/accounts/organizationsettings/"
    page = visit(chief, "en").get(there, follow=True)
    assert "A counterparty's own choice goes before these." in said(page).replace("&#x27;", "'")
    chosen = {
        "language": "en", "to_email": "on", "preview_days": "3", "canary": "5", "canary_percent": "10",
        "letters_from": "18:00", "letters_until": "9:00", "calendar": "KZ", "letters_per_minute": "60",
    }  # fmt: skip
    refused = visit(chief, "en").post(f"{there}1/change/", chosen)
    assert "Working hours must end after they begin." in said(refused)
    chosen |= {"letters_from": "9:00", "letters_until": "18:00"}
    visit(chief).post(f"{there}1/change/", chosen)
    company.refresh_from_db()
    ours = OrganizationSettings.load()
    assert (company.acts_language, ours.to_task, ours.canary) == ("en", False, 5)
    assert (ours.calendar, ours.letters_per_minute) == ("KZ", 60)


@pytest.mark.parametrize(
    ("inn", "currency", "said"),
    [
        ("7700000001", "RUB", "“7700000001” is no tax number: its length or its check digit is wrong"),
        ("502000001", "", "was its first zero lost (0502000001)?"),
        ("77 07 08-3893", "RUB", ""),
        ("970540000107", "KZT", ""),
        ("12345", "USD", ""),
    ],
)
def test_an_odd_tax_number_is_taken_and_said(browser: Client, inn: str, currency: str, said: str) -> None:
    company = Counterparty.objects.create(onec_guid="g", name="ООО «Ромашка»", currency=currency)
    sent = counterparty_form(company) | {"inn": inn}
    answer = browser.post(f"{COUNTERPARTIES}{company.pk}/change/", sent, follow=True)
    company.refresh_from_db()
    assert company.inn == inn.replace(" ", "").replace("-", "")
    page = unescape(answer.content.decode())
    assert (said in page, "check the tax number" in page) == (True, bool(said))
