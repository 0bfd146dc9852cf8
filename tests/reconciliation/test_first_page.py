"""The admin's first page says what needs a person, how the connections are, and how many acts went out."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Counterparty, User
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.bitrix24.pace import Usage
from reconciliation.models import ConnectionState, IssuedAct
from reconciliation.monitoring import connection_states
from tests.cast import Issue, Visit
from tests.reconciliation.admin_pages import COUNTERPARTIES, said

pytestmark = pytest.mark.django_db
Name = ConnectionState.Name


def test_what_needs_a_person_is_counted_and_linked(accountant: User, visit: Visit) -> None:
    browser = visit(accountant, "en")
    assert "Nothing: all counterparties are in order" in said(browser.get("/admin/"))
    for number in range(3):
        row = Counterparty(onec_guid=str(number), name=str(number), balance=5, currency="RUB")  # type: ignore[misc]
        row.onec = row.values | ({"name": "Other"} if number else {})
        row.save()
    page = browser.get("/admin/")
    found = {each["number"]: each["url"] for each in page.context["attention"]}
    assert set(found) == {2, 3}
    assert found[3] == f"{COUNTERPARTIES}?state=nonzero&state=no_email"
    for number, url in found.items():
        assert len(browser.get(url).context["cl"].result_list) == number


def test_the_connections_say_when_they_worked_and_why_they_fail(accountant: User, visit: Visit) -> None:
    now = timezone.now()
    ConnectionState.objects.create(name=Name.ONEC, succeeded_at=now - timedelta(days=1))
    ConnectionState.objects.filter(name=Name.ONEC).update(failed_at=now, kind="OneCBusy: licence")
    ConnectionState.objects.create(name=Name.QUEUE, succeeded_at=now)
    page = said(visit(accountant, "en").get("/admin/"))
    for words in ("1C has no free licence", "works", "not used yet", "fails"):
        assert words in page
    assert "start celery worker" not in page
    ConnectionState.objects.filter(name=Name.QUEUE).update(succeeded_at=now - timedelta(minutes=10))
    assert "start celery worker" in said(visit(accountant, "en").get("/admin/"))


def test_bitrix24_says_what_waits_and_until_when(accountant: User, visit: Visit, settings: Any) -> None:
    browser = visit(accountant, "en")
    assert "Bitrix24" not in said(browser.get("/admin/"))
    settings.BITRIX24_WEBHOOK_URL, settings.REDIS_URL = "https://own.bitrix24.ru/rest/1/secret/", ""
    gateway = connections.bitrix24()
    usage = Usage("tasks.task.add", 1.0, 480.0, 1.0, 600.0)
    with gateway._pacer.admission({"tasks.task.add": 1}, Deadline(5)) as turn:
        turn.usages.append(usage)
    page = said(browser.get("/admin/"))
    assert "requests: 1, waited for its limits: 0 s, refused: 0" in page
    assert "tasks.task.add has used its time in Bitrix24 and waits until" in page
    connections._bitrix24.cache_clear()


def test_acts_are_drawn_by_day(accountant: User, company: Counterparty, issued: Issue, visit: Visit) -> None:
    issued(company)
    page = said(visit(accountant, "en").get("/admin/"))
    assert "Acts issued in the last 30 days: 1" in page
    assert "0, 0, 1]" in page.replace("&quot;", '"')
    IssuedAct.objects.update(issued_at=timezone.now() - timedelta(days=40))
    assert "Acts issued in the last 30 days: 0" in said(visit(accountant, "en").get("/admin/"))


def test_whoever_may_see_nothing_is_shown_nothing(newcomer: User, visit: Visit) -> None:
    newcomer.is_staff = True
    newcomer.save()
    page = said(visit(newcomer, "en").get("/admin/"))
    assert "Connections" not in page
    assert "Acts issued" not in page


def test_the_page_asks_little(accountant: User, visit: Visit, django_assert_max_num_queries: Any) -> None:
    connection_states.note_success(Name.MAIL)
    browser = visit(accountant)
    browser.get("/admin/")
    with django_assert_max_num_queries(16):
        browser.get("/admin/")
