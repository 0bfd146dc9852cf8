"""Whatever 1C does: the right status, a page that a person understands, and the form still filled in."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core import mail
from django.utils import translation

from accounts.models import Counterparty, User
from reconciliation import connections, errors, notices
from reconciliation.explanations import explain
from reconciliation.http import Deadline
from reconciliation.models import Discrepancy, IssuedAct
from sandbox.onec import OneCSandbox
from tests.cast import Issue, Visit

pytestmark = pytest.mark.django_db
PAGE = "/acts/"
TYPED = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}


@dataclass(frozen=True)
class Trouble:
    """A fault of the sandbox, or settings that make trouble, and what comes of it."""

    error: type[errors.PortalError]
    status: int
    fault: str = ""
    value: Any = None
    settings: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.fault or "-".join(self.settings).lower()


TROUBLES = (
    Trouble(errors.ConnectionFailed, 503, settings={"ONEC_BASE_URL": "http://127.0.0.1:1"}),
    Trouble(errors.OneCNotConfigured, 503, settings={"ONEC_BASE_URL": ""}),
    Trouble(errors.OneCKeyRefused, 502, settings={"ONEC_API_KEY": "wrong"}),
    Trouble(errors.TimedOut, 504, "slow", 0.5, settings={"ONEC_TIMEOUT": 0.2}),
    Trouble(errors.ConnectionBroken, 502, "close_at_once"),
    Trouble(errors.ConnectionBroken, 502, "cut_headers"),
    Trouble(errors.ConnectionBroken, 502, "cut_body"),
    Trouble(errors.ConnectionBroken, 502, "garbage"),
    Trouble(errors.OneCBearerIntercepted, 502, "bearer_intercepted", settings={"ONEC_AUTH_SCHEME": "bearer"}),
    Trouble(errors.OneCKeyRefused, 502, "unauthorized"),
    Trouble(errors.OneCKeyRefused, 502, "forbidden"),
    Trouble(errors.OneCNotPublished, 502, "not_published"),
    Trouble(errors.OneCUnknownCounterparty, 404, "unknown"),
    Trouble(errors.OneCBadRequest, 502, "bad_request"),
    Trouble(errors.OneCNoLicence, 503, "no_licence_500"),
    Trouble(errors.OneCNoLicence, 503, "no_licence_503"),
    Trouble(errors.OneCBusy, 503, "busy"),
    Trouble(errors.OneCBusy, 503, "too_many"),
    Trouble(errors.OneCFailed, 502, "broken_extension"),
    Trouble(errors.OneCFailed, 502, "wrong_usr_pwd"),
    Trouble(errors.OneCRedirected, 502, "redirect"),
    Trouble(errors.NotJson, 502, "not_json"),
    Trouble(errors.NotJson, 502, "empty_body"),
    Trouble(errors.NotJson, 502, "array_body"),
    Trouble(errors.NotJson, 502, "duplicate_keys"),
    Trouble(errors.BadField, 502, "missing_field", "transactions.debit"),
    Trouble(errors.BadField, 502, "null_field"),
    Trouble(errors.BadField, 502, "bad_number"),
    Trouble(errors.BadField, 502, "three_decimals"),
    Trouble(errors.BadField, 502, "exponent_bomb"),
    Trouble(errors.BadField, 502, "bad_date"),
    Trouble(errors.WrongPeriod, 502, "wrong_period"),
    Trouble(errors.WrongCounterparty, 502, "wrong_counterparty"),
    Trouble(errors.OutsidePeriod, 502, "outside_period"),
    Trouble(errors.NoPdf, 502, "no_pdf", settings={"ACT_PDF_SOURCE": "onec"}),
    Trouble(errors.BadPdf, 502, "not_a_pdf", settings={"ACT_PDF_SOURCE": "onec"}),
    Trouble(errors.BadPdf, 502, "bad_base64", settings={"ACT_PDF_SOURCE": "onec"}),
    Trouble(errors.BadField, 502, "pdf_only", settings={"ACT_PDF_SOURCE": "onec"}),
    Trouble(errors.Unbalanced, 502, "unbalanced"),
    Trouble(errors.Unbalanced, 502, "unbalanced_contract"),
)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once: how long the portal waits in between is held elsewhere."""
    monkeypatch.setattr("random.uniform", lambda _low, _high: 0.0)


def assert_human(answer: Any, error: type[errors.PortalError], language: str) -> None:
    page = answer.content.decode()
    with translation.override(language):
        problem = explain(error())
        for words in (problem.title, problem.what_happened, problem.what_to_do):
            assert str(words) in page.replace("&#x27;", "'")
    assert f'<html lang="{language}">' in page
    assert re.search(r'value="custom"[^>]* checked', page)
    assert 'value="2024-03-01"' in page
    assert 'value="2024-03-31"' in page
    assert answer["X-Request-Id"] in page
    for secret in ("Traceback", "sandbox-key", error.__name__, "127.0.0.1", "ONEC_"):
        assert secret not in page


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_trouble_with_1c_is_a_page_in_the_reader_s_language(
    owner: User, company: Counterparty, books: OneCSandbox, visit: Visit, settings: Any, trouble: Trouble
) -> None:
    for name, value in trouble.settings.items():
        setattr(settings, name, value)
    if trouble.fault:
        books.set_fault(company.onec_guid, trouble.fault, trouble.value)
    for language in ("ru", "en"):
        answer = visit(owner, language).post(PAGE, TYPED)
        assert answer.status_code == trouble.status
        assert_human(answer, trouble.error, language)
    assert not IssuedAct.objects.exists()


def test_every_error_that_a_person_can_meet_is_tried_here() -> None:
    elsewhere = {
        errors.QueueFull,  # below
        errors.BodyTooLarge,
        errors.TooManyRows,
        errors.OneCSessionExpired,  # a call with a new session follows by itself
        errors.FileLost,
        errors.FileNotKept,
    }
    abstract = {errors.PortalError, errors.TransportError, errors.OneCError, errors.InvalidAnswer}
    every = {found for found in vars(errors).values() if isinstance(found, type)}
    every = {found for found in every if issubclass(found, errors.PortalError)}
    assert every - elsewhere - abstract == {trouble.error for trouble in TROUBLES}


def test_every_explanation_is_written_in_both_languages() -> None:
    every = [found for found in vars(errors).values() if isinstance(found, type)]
    for error in (found for found in every if issubclass(found, errors.PortalError)):
        said = []
        for language in ("en", "ru"):
            with translation.override(language):
                problem = explain(error())
                said.append([str(problem.title), str(problem.what_happened), str(problem.what_to_do)])
        assert all(one and other and one != other for one, other in zip(*said, strict=True))


@pytest.mark.parametrize(
    "fault", ["bom", "text_html", "minimal", "date_utc", "localized_numbers", "session_expired"]
)
def test_what_only_looks_like_trouble_gives_the_act(
    owner: User, company: Counterparty, books: OneCSandbox, visit: Visit, fault: str
) -> None:
    books.set_fault(company.onec_guid, fault)
    for _ in range(2):
        assert visit(owner).post(PAGE, TYPED).status_code == 302


def test_trouble_that_passes_is_not_seen(
    owner: User, company: Counterparty, books: OneCSandbox, visit: Visit
) -> None:
    books.set_fault(company.onec_guid, "busy", times=2)
    assert visit(owner).post(PAGE, TYPED).status_code == 302
    assert len(books.calls) == 3


def test_whoever_cannot_get_a_turn_in_time_is_told_to_come_back(
    owner: User, visit: Visit, settings: Any, books: OneCSandbox
) -> None:
    settings.ONEC_CONCURRENCY = 1
    settings.ONEC_TIMEOUT = 0.2
    with connections.onec()._limiter.place(Deadline(1)):
        answer = visit(owner).post(PAGE, TYPED)
    assert answer.status_code == 503
    assert answer["Retry-After"] == "60"
    assert_human(answer, errors.QueueFull, "ru")
    assert not books.calls


def test_an_administrator_reads_what_to_change_and_nobody_else_does(
    owner: User, company: Counterparty, books: OneCSandbox, visit: Visit
) -> None:
    books.set_fault(company.onec_guid, "unauthorized")
    assert "ONEC_API_KEY" not in visit(owner, "en").post(PAGE, TYPED).content.decode()
    owner.is_staff = True
    owner.save()
    assert "ONEC_API_KEY" in visit(owner, "en").post(PAGE, TYPED).content.decode()


def test_the_key_stands_in_no_log(
    owner: User, company: Counterparty, books: OneCSandbox, visit: Visit, settings: Any, caplog: Any
) -> None:
    settings.ONEC_AUTH_SCHEME = "query"
    for fault in ("unauthorized", "close_at_once", "not_json"):
        books.clear()
        books.set_fault(company.onec_guid, fault)
        visit(owner).post(PAGE, TYPED)
    assert caplog.records
    assert "sandbox-key" not in caplog.text


# --- Figures that do not add up -------------------------------------------------------------------


@pytest.fixture
def off_by_a_kopeck(company: Counterparty, books: OneCSandbox) -> Callable[[], None]:
    """Return what makes 1C's closing balance wrong by one kopeck."""
    return lambda: books.set_fault(company.onec_guid, "unbalanced", "0.01")


def test_an_act_off_by_a_kopeck_is_not_issued_and_kept_for_accounting(
    owner: User, company: Counterparty, books: OneCSandbox, visit: Visit, off_by_a_kopeck: Callable[[], None]
) -> None:
    off_by_a_kopeck()
    visit(owner).post(PAGE, TYPED)
    statement = books.ledger.statement(company.onec_guid, date(2024, 3, 1), date(2024, 3, 31))
    entry = Discrepancy.objects.get()
    assert entry.difference == Decimal("0.01")
    assert (entry.opening, entry.closing) == (statement.opening, statement.closing + Decimal("0.01"))
    assert entry.debit == sum(row.debit for row in statement.rows)
    assert entry.credit == sum(row.credit for row in statement.rows)
    assert (entry.counterparty, entry.requested_by) == (company, owner)
    assert (entry.date_from, entry.date_to) == (date(2024, 3, 1), date(2024, 3, 31))


def test_the_counterparty_does_not_learn_the_difference_and_the_accountant_does(
    owner: User, accountant: User, visit: Visit, off_by_a_kopeck: Callable[[], None]
) -> None:
    off_by_a_kopeck()
    page = visit(owner).post(PAGE, TYPED).content.decode()
    entry = Discrepancy.objects.get()
    assert "0,01" not in page
    listed = visit(accountant).get("/admin/reconciliation/discrepancy/").content.decode()
    detail = visit(accountant).get(f"/admin/reconciliation/discrepancy/{entry.pk}/change/").content.decode()
    assert "0,01" in listed
    assert "0,01" in detail


def test_asking_again_counts_and_makes_no_second_entry(
    owner: User, colleague: User, visit: Visit, off_by_a_kopeck: Callable[[], None]
) -> None:
    off_by_a_kopeck()
    for user in (owner, colleague, owner):
        visit(user).post(PAGE, TYPED)
    entry = Discrepancy.objects.get()
    assert (entry.times, entry.requested_by) == (3, owner)


def test_accounting_gets_one_letter_however_often_the_act_is_asked_for(
    owner: User, visit: Visit, off_by_a_kopeck: Callable[[], None]
) -> None:
    off_by_a_kopeck()
    for _ in range(3):
        visit(owner).post(PAGE, TYPED)
        notices.tell_accounting()
    [letter] = mail.outbox
    assert letter.to == ["accounting@example.com"]
    assert "0,01" in letter.subject


def test_corrected_figures_give_the_act_and_close_the_entry(
    owner: User, books: OneCSandbox, visit: Visit, off_by_a_kopeck: Callable[[], None]
) -> None:
    off_by_a_kopeck()
    visit(owner).post(PAGE, TYPED)
    books.clear()
    assert visit(owner).post(PAGE, TYPED).status_code == 302
    assert Discrepancy.objects.get().resolved_at is not None


def test_an_act_issued_before_the_trouble_can_still_be_fetched(
    owner: User, company: Counterparty, issued: Issue, visit: Visit, off_by_a_kopeck: Callable[[], None]
) -> None:
    act = issued(company).act
    off_by_a_kopeck()
    visit(owner).post(PAGE, TYPED)
    assert visit(owner).get(f"/acts/{act.public_id}/pdf").status_code == 200
