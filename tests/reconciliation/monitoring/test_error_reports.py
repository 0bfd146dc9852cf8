"""An error that a person saw is found again by the number on their page."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from accounts.models import Counterparty, User
from reconciliation import tasks
from reconciliation.models import ErrorReport
from sandbox.onec import OneCSandbox
from tests.cast import Visit
from tests.reconciliation.admin_pages import said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_waits")]
MARCH = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}
ERRORS = "/admin/reconciliation/errorreport/"


def reference_of(browser: Client, company: Counterparty) -> str:
    """Return the number on the page of somebody who asks for an act and gets an error."""
    answer = browser.post("/acts/", {"counterparty": company.onec_guid, **MARCH})
    found = re.search("name this request: ([0-9a-f]+)", said(answer))
    assert found
    return found[1]


def test_an_accountant_finds_what_was_asked_by_whom_and_what_1c_said(
    books: OneCSandbox, company: Counterparty, owner: User, accountant: User, visit: Visit
) -> None:
    books.set_fault("*", "unauthorized")
    reference = reference_of(visit(owner, "en"), company)
    browser = visit(accountant, "en")
    for words in (reference, reference.upper(), f" {reference[:6]} ", "owner@EXAMPLE"):
        assert reference in said(browser.get(ERRORS, {"q": words})), words
    for words in ("ffffffffff", "nobody@"):
        assert reference not in said(browser.get(ERRORS, {"q": words}))
    page = said(browser.get(f"{ERRORS}{ErrorReport.objects.get().pk}/change/"))
    for words in (
        "Ольга Хозяйкина",
        "ООО «Ромашка»",
        "01.03.2024 – 31.03.2024",
        "HTTP 401",
        "check ONEC_API_KEY",
        "502",
    ):
        assert words in page, words


def test_a_fault_of_the_portal_is_kept_with_its_place_and_without_secrets(
    owner: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("api_key=secret-value")

    monkeypatch.setattr("reconciliation.acts.views.show_page", fail)
    browser = visit(owner, "en")
    browser.raise_request_exception = False
    answer = browser.get("/acts/")
    report = ErrorReport.objects.get()
    assert (answer.status_code, report.reference in said(answer)) == (500, True)
    assert (report.user, report.kind, report.address) == (owner, "", "GET /acts/")
    assert "ZeroDivisionError" in report.detail
    assert "secret-value" not in report.detail


def test_a_database_that_fails_does_not_hide_the_first_error(
    books: OneCSandbox, company: Counterparty, owner: User, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr(ErrorReport.objects, "create", fail)
    books.set_fault("*", "unauthorized")
    assert reference_of(visit(owner, "en"), company)


def test_details_and_then_reports_are_forgotten_after_the_days_of_the_settings(settings: Any) -> None:
    settings.ERROR_REPORT_DAYS, settings.JOURNAL_DAYS = 30, 60
    for days in (29, 31, 61):
        at = timezone.now() - timedelta(days=days)
        ErrorReport.objects.create(reference=str(days), at=at, address="x", status=500, detail="lost")
    tasks.clean_up()
    kept = ErrorReport.objects.order_by("-at").values_list("reference", "detail")
    assert list(kept) == [("29", "lost"), ("31", "")]
