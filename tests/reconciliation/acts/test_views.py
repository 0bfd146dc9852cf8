"""The page of acts as a person meets it: the whole way over HTTP, against the 1C sandbox."""

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation
from openpyxl import load_workbook
from pypdf import PdfReader

from accounts.models import Counterparty, Membership, User
from reconciliation.acts.presets import PRESETS
from reconciliation.ledger.period import Period
from reconciliation.models import ActDownload, ActFile, IssuedAct
from reconciliation.templatetags.acts import money
from sandbox.onec import OneCSandbox
from tests.cast import QUIET_MONTH, SPRING, Issue, Visit

pytestmark = pytest.mark.django_db
PAGE = "/acts/"
MARCH = {"period": "custom", "date_from": "2024-03-01", "date_to": "2024-03-31"}


@pytest.fixture(autouse=True)
def _one_c(books: OneCSandbox) -> Iterator[None]:
    yield
    assert not [call for call in books.calls if call.method != "GET"]


def generate(browser: Client, company: Counterparty | None = None, **typed: str) -> str:
    """Ask for an act and return the address of its page."""
    counterparty = {"counterparty": company.onec_guid} if company else {}
    answer = browser.post(PAGE, {**MARCH, **counterparty, **typed})
    assert answer.status_code == 302, answer.content.decode()
    there, hash_, place = answer["Location"].partition("#")
    assert hash_ + place == "#act"
    return there


def text_of(answer: object) -> str:
    """Return what a page says, without tags and with single spaces."""
    page = answer.content.decode()  # type: ignore[attr-defined]  # any kind of response
    body = re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&nbsp;", " ").split())


def body_of(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def pdf_text(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages).split())


# --- Who comes in ---------------------------------------------------------------------------------


def test_nobody_sees_the_page_without_logging_in(visit: Visit) -> None:
    assert visit().get(PAGE)["Location"] == "/accounts/login/?next=/acts/"


def test_a_log_in_that_ran_out_returns_to_the_form_as_it_was_filled_in(
    company: Counterparty, owner: User, visit: Visit
) -> None:
    browser = visit()
    asked = {"counterparty": company.onec_guid, "period": "custom", "date_from": "2024-03-05", "date_to": ""}
    answer = browser.post(PAGE, asked)
    there = parse_qs(urlsplit(answer["Location"]).query)["next"][0]
    browser.force_login(owner)
    page = browser.get(there).content.decode()
    assert 'value="2024-03-05"' in page
    assert re.search(r'value="custom"[^>]* checked', page)


def test_with_javascript_a_log_in_that_ran_out_leads_the_whole_page_to_the_log_in(visit: Visit) -> None:
    answer = visit().post(PAGE, MARCH, headers={"hx-request": "true"})
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=")


def test_a_person_without_a_counterparty_is_told_whom_to_ask(newcomer: User, visit: Visit) -> None:
    for answer in (visit(newcomer).get(PAGE), visit(newcomer).post(PAGE, MARCH)):
        assert answer.status_code == 200
        assert "Попросите бухгалтерию ООО «Поставщик»" in text_of(answer)
        assert "mailto:accounting@example.com" in answer.content.decode()
    assert "Ask the accounting department" in text_of(visit(newcomer, "en").get(PAGE))


def test_a_form_without_its_token_makes_no_act(owner: User, company: Counterparty) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    answer = browser.post(PAGE, MARCH)
    assert answer.status_code == 403
    assert b"portal.css" in answer.content
    assert not IssuedAct.objects.exists()


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_other_methods_are_refused(owner: User, visit: Visit, method: str) -> None:
    assert getattr(visit(owner), method)(PAGE).status_code == 405


# --- The form -------------------------------------------------------------------------------------


def test_the_form_stands_at_last_month(owner: User, visit: Visit) -> None:
    page = visit(owner).get(PAGE).content.decode()
    assert re.findall(r'name="period" value="(\w+)"[^>]* checked', page) == ["last_month"]


@pytest.mark.parametrize(
    ("moment", "last_day"), [("2026-10-31T20:59Z", "30.09.2026"), ("2026-10-31T21:01Z", "31.10.2026")]
)
def test_a_month_begins_at_midnight_of_the_books(
    owner: User, visit: Visit, moment: str, last_day: str
) -> None:
    with time_machine.travel(moment, tick=False):
        page = visit(owner).get(PAGE).content.decode()
    hint = re.findall(r'id="id_period_last_month_hint">([^<]+)<', page)
    assert hint[0].endswith(last_day)


def test_pressing_the_button_at_once_gives_last_month(owner: User, visit: Visit) -> None:
    answer = visit(owner).post(PAGE)
    act = IssuedAct.objects.get()
    assert answer["Location"] == f"/acts/{act.public_id}/#act"
    assert Period(act.date_from, act.date_to) == PRESETS["last_month"](timezone.localdate())


@pytest.mark.parametrize(("language", "words"), [("ru", "Поменяйте"), ("en", "Swap the two dates")])
def test_a_wrong_period_is_explained_with_the_form_still_filled_in(
    owner: User, visit: Visit, books: OneCSandbox, language: str, words: str
) -> None:
    answer = visit(owner, language).post(PAGE, MARCH | {"date_from": "2024-04-01"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert 'value="2024-04-01"' in page
    assert 'value="2024-03-31"' in page
    assert not books.calls


def test_markup_typed_as_a_date_is_shown_as_text(owner: User, visit: Visit) -> None:
    page = visit(owner).post(PAGE, MARCH | {"date_from": '"><script>alert(1)</script>'}).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


# --- The act --------------------------------------------------------------------------------------


def test_the_act_is_issued_and_its_pdf_is_fetched_once(owner: User, visit: Visit) -> None:
    browser = visit(owner)
    there = generate(browser)
    assert browser.head(there).status_code == 200, "a look does not use up the download"
    refresh = f'<meta http-equiv="refresh" content="0; url={there}pdf">'
    assert refresh in browser.get(there).content.decode()
    assert refresh not in browser.get(there).content.decode()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_page_shows_the_figures_that_1c_has(
    owner: User, company: Counterparty, visit: Visit, books: OneCSandbox, language: str
) -> None:
    statement = books.ledger.statement(company.onec_guid, SPRING.start, SPRING.end)
    browser = visit(owner, language)
    said = text_of(browser.get(generate(browser)))
    debit = sum((row.debit for row in statement.rows), Decimal(0))
    with translation.override(language):
        for amount in (abs(statement.opening), debit, abs(statement.closing)):
            assert money(amount).replace("\u00a0", " ") in said.replace("\u00a0", " ")
    for row in statement.rows:
        assert row.number in said
    owes = (
        {"ru": "вы должны", "en": "you owe"}
        if statement.closing > 0
        else {"ru": "вам должн", "en": "owes you"}
    )
    assert owes[language] in said


def test_the_files_hold_what_the_page_shows(
    owner: User, company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    statement = books.ledger.statement(company.onec_guid, SPRING.start, SPRING.end)
    browser = visit(owner)
    there = generate(browser)
    pdf = pdf_text(body_of(browser.get(f"{there}pdf")))
    sheet = load_workbook(BytesIO(body_of(browser.get(f"{there}xlsx")))).active
    csv = body_of(browser.get(f"{there}csv"))
    assert sheet is not None
    cells = {cell.value for row in sheet.iter_rows() for cell in row}
    assert csv.startswith(b"\xef\xbb\xbf")
    for row in statement.rows:
        amount = row.debit or row.credit
        assert money(amount).replace("\u00a0", " ") in pdf.replace("\u00a0", " ")
        assert amount in {Decimal(str(cell)) for cell in cells if isinstance(cell, int | float)}
        assert f"{amount:.2f}".replace(".", ",") in csv.decode("utf-8-sig").replace("\u00a0", "")
    assert company.name in pdf


def test_a_download_is_named_for_people(owner: User, company: Counterparty, visit: Visit) -> None:
    browser = visit(owner)
    answer = browser.get(f"{generate(browser)}pdf")
    kind, _, name = answer["Content-Disposition"].partition("; filename*=utf-8''")
    assert kind == "attachment"
    assert unquote(name) == "Акт сверки 000001 ООО Ромашка 2024-03-01–2024-03-31.pdf"  # a span
    assert name.isascii()
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert int(answer["Content-Length"]) == len(body_of(answer))
    taken = ActDownload.objects.get()
    assert (taken.counterparty, taken.user, taken.format, taken.address) == (
        company,
        owner,
        "pdf",
        "127.0.0.1",
    )


def test_a_name_made_of_markup_and_path_signs_stays_a_file_name_and_text(
    owner: User, company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    books.set_fault(company.onec_guid, "html_in_names")
    Counterparty.objects.update(inn="", name="")
    browser = visit(owner)
    there = generate(browser)
    assert "<script>alert" not in browser.get(there).content.decode()
    name = unquote(browser.get(f"{there}pdf")["Content-Disposition"].partition("''")[2])
    assert not set(name) & set('/\\<>:"|?*')


def test_a_file_that_was_lost_is_said_plainly(owner: User, visit: Visit) -> None:
    browser = visit(owner)
    there = generate(browser)
    ActFile.objects.update(source="onec")
    kept = ActFile.objects.get()
    Path(kept.file.path).unlink()
    answer = browser.get(f"{there}pdf")
    assert answer.status_code == 500
    assert "Файл этого акта" in text_of(answer)
    assert "Traceback" not in answer.content.decode()


def test_a_file_that_cannot_be_kept_is_said_plainly(
    owner: User, visit: Visit, settings: Any, tmp_path: Path
) -> None:
    browser = visit(owner)
    there = generate(browser)
    settings.MEDIA_ROOT = tmp_path / "no folder"
    settings.MEDIA_ROOT.touch()
    answers = [browser.get(f"{there}csv"), browser.post(PAGE, MARCH | {"date_to": "2024-03-30"})]
    assert [answer.status_code for answer in answers] == [503, 503]
    for answer in answers:
        assert "Не удалось сохранить файл акта" in text_of(answer)
        assert answer["Retry-After"]


# --- The same again -------------------------------------------------------------------------------


def test_the_same_request_again_is_the_same_act_and_the_same_bytes(
    owner: User, colleague: User, visit: Visit
) -> None:
    browser, other = visit(owner), visit(colleague)
    first = generate(browser)
    files = {form: body_of(browser.get(first + form)) for form in ("pdf", "xlsx", "csv")}
    again = generate(other)
    assert again == first
    assert "Данные не изменились: это акт № 000001" in text_of(other.get(again)).replace("\u00a0", " ")
    assert files == {form: body_of(other.get(again + form)) for form in files}
    assert IssuedAct.objects.get().requested_by == owner


def test_an_issued_act_stays_as_it_was_whatever_1c_says_later(
    owner: User, company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    browser = visit(owner)
    first = generate(browser)
    browser.get(first)
    pdf, page = body_of(browser.get(f"{first}pdf")), text_of(browser.get(first))
    books.change(company.onec_guid, "777.77", date(2024, 3, 15))
    assert body_of(browser.get(f"{first}pdf")) == pdf
    assert text_of(browser.get(first)) == page
    csv = body_of(browser.get(f"{first}csv"))  # made only now, from what was frozen
    assert b"777,77" not in csv


def test_changed_figures_give_a_new_act_that_names_the_one_it_replaces(
    owner: User, company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    browser = visit(owner)
    first = generate(browser)
    books.change(company.onec_guid, "777.77", date(2024, 3, 15))
    second = generate(browser)
    newer = text_of(browser.get(second)).replace("\u00a0", " ")
    older = text_of(browser.get(first)).replace("\u00a0", " ")
    assert second != first
    assert "Заменяет акт № 000001" in newer
    assert re.search(r"\+ добавлен\w* .{0,80}Корректировка долга.{0,40} 777,77", newer)
    assert "№ 000002" in older
    assert "Изменение" in newer
    assert re.search(r"Сальдо конечное: .{5,20} → ", newer)
    assert "Сальдо начальное: " not in newer, "it did not change"
    assert [act.is_current for act in IssuedAct.objects.order_by("sequence")] == [False, True]
    assert generate(browser) == second


def test_the_act_speaks_its_counterparty_s_language_and_the_page_its_reader_s(
    bookkeeper: User, english_company: Counterparty, visit: Visit
) -> None:
    browser = visit(bookkeeper, "ru")
    there = generate(browser, english_company)
    answer = browser.get(f"{there}pdf")
    assert "Reconciliation" in pdf_text(body_of(answer))
    assert "Reconciliation%20Act%20000001" in answer["Content-Disposition"] or (
        "Reconciliation Act 000001" in answer["Content-Disposition"]
    )
    page = browser.get(there).content.decode()
    assert '<html lang="ru">' in page
    assert "Сальдо" in page


def test_the_files_language_can_be_chosen_beside_the_download(
    owner: User, company: Counterparty, visit: Visit
) -> None:
    browser = visit(owner, "ru")
    there = generate(browser, company)
    page = browser.get(there).content.decode()
    for form in ("pdf", "xlsx", "csv"):
        assert f'href="{there}{form}?language=en"' in page
    answer = browser.get(f"{there}pdf?language=en")
    assert "Reconciliation Act No. 000001" in pdf_text(body_of(answer))
    assert browser.get(f"{there}pdf?language=kk").status_code == 404


def test_print_shows_the_pdf_in_the_browser(owner: User, company: Counterparty, visit: Visit) -> None:
    browser = visit(owner, "ru")
    there = generate(browser, company)
    assert f'href="{there}pdf?inline" target="_blank"' in browser.get(there).content.decode()
    answer = browser.get(f"{there}pdf?inline")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("inline")


# --- No movement ----------------------------------------------------------------------------------


def test_a_period_without_documents_says_so_and_offers_the_last_one_that_has_some(
    bookkeeper: User, quiet_company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    days = {"date_from": QUIET_MONTH.start.isoformat(), "date_to": QUIET_MONTH.end.isoformat()}
    htmx, browser = {"hx-request": "true"}, visit(bookkeeper, "en")
    books.forget_calls()
    answer = browser.get(generate(browser, quiet_company, **days))
    said = text_of(answer)
    asked = {call.query["date_from"] for call in books.calls}
    assert asked == {days["date_from"]}, "1C is not asked for five years before the page is there"
    offer = browser.get(re.findall(r'hx-get="([^"]+)"', answer.content.decode())[0], headers=htmx)
    balance = books.ledger.statement(quiet_company.onec_guid, QUIET_MONTH.start, QUIET_MONTH.end).closing
    assert "There were no documents in this period" in said
    assert f"{abs(balance):,.2f}" in said
    start, end = re.findall(r'type="hidden" name="date_(?:from|to)" value="([\d-]+)"', offer.content.decode())
    assert "<html" not in offer.content.decode()
    offered = Period(date.fromisoformat(start), date.fromisoformat(end))
    assert books.ledger.statement(quiet_company.onec_guid, offered.start, offered.end).rows
    later = books.ledger.statement(
        quiet_company.onec_guid, offered.end + timedelta(days=1), timezone.localdate()
    )
    assert not later.rows
    there = generate(browser, quiet_company, date_from=start, date_to=end)
    assert "There were no documents" not in text_of(browser.get(there))


def test_without_javascript_the_last_period_is_a_page_of_its_own(
    bookkeeper: User, quiet_company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    days = {"date_from": QUIET_MONTH.start.isoformat(), "date_to": QUIET_MONTH.end.isoformat()}
    browser = visit(bookkeeper, "en")
    there = generate(browser, quiet_company, **days)
    assert "The last period that has documents is" in text_of(browser.get(f"{there}last-period"))
    books.set_fault("*", "not_published")
    said = text_of(browser.get(f"{there}last-period"))
    assert "There were no documents in this period" in said
    assert "No earlier documents were found, or 1C did not answer in time." in said


# --- Several counterparties, and those of others --------------------------------------------------


def test_many_counterparties_are_chosen_from_a_list(owner: User, visit: Visit) -> None:
    for number in range(7):
        more = Counterparty.objects.create(onec_guid=f"guid {number}", name=f"Company {number}")
        Membership.objects.create(user=owner, counterparty=more)
    page = visit(owner).get(PAGE).content.decode()
    assert page.count("<option") == 8


@pytest.mark.parametrize("guid", ["", "0", "*", "%", "' OR 1=1 --", "х" * 500])
def test_a_made_up_counterparty_is_not_found(owner: User, visit: Visit, guid: str) -> None:
    if guid:
        assert visit(owner).get(PAGE, {"counterparty": guid}).status_code == 404
        assert visit(owner).post(PAGE, MARCH | {"counterparty": guid}).status_code == 404
    assert not IssuedAct.objects.exists()


def test_another_s_counterparty_is_not_found_however_it_is_asked_for(
    owner: User, company: Counterparty, foreign_company: Counterparty, visit: Visit, books: OneCSandbox
) -> None:
    browser, guid = visit(owner), foreign_company.onec_guid
    answers = [
        browser.get(PAGE, {"counterparty": guid}),
        browser.get(PAGE, {"counterparty": guid, "page": "1"}),
        browser.post(PAGE, MARCH | {"counterparty": guid}),
        browser.post(f"{PAGE}?counterparty={company.onec_guid}", MARCH | {"counterparty": guid}),
        browser.post(PAGE, MARCH | {"counterparty": [company.onec_guid, guid]}),
        browser.post(PAGE, MARCH | {"counterparty": guid}, headers={"hx-request": "true"}),
    ]
    assert [answer.status_code for answer in answers] == [404] * len(answers)
    assert not any(foreign_company.name in answer.content.decode() for answer in answers)
    assert not books.calls
    browser.post(f"{PAGE}?counterparty={guid}", MARCH)
    assert not IssuedAct.objects.filter(counterparty=foreign_company).exists()


def test_another_s_act_is_not_found_whatever_is_changed_in_the_address(
    owner: User,
    company: Counterparty,
    stranger: User,
    issued: Issue,
    foreign_company: Counterparty,
    visit: Visit,
) -> None:
    theirs, mine = issued(foreign_company).act, issued(company).act
    browser = visit(owner)
    for tail in ("", "pdf", "xlsx", "csv", "html", "PDF", "pdf/", "../pdf"):
        assert browser.get(f"/acts/{theirs.public_id}/{tail}").status_code == 404
        assert visit(stranger).get(f"/acts/{mine.public_id}/{tail}").status_code == 404
    for made_up in (
        theirs.pk,
        theirs.number,
        theirs.sequence,
        mine.public_id[:-1],
        mine.public_id.swapcase(),
    ):
        assert browser.get(f"/acts/{made_up}/").status_code == 404
        assert browser.get(f"/acts/{made_up}/pdf").status_code == 404
    assert browser.get(f"/acts/{mine.public_id}/html").status_code == 404
    assert browser.get("/acts/%00/pdf").status_code == 404


def test_an_act_is_gone_for_whoever_no_longer_acts_for_the_company(
    owner: User, colleague: User, company: Counterparty, visit: Visit
) -> None:
    there = generate(visit(owner))
    Membership.objects.filter(user=owner).delete()
    owner.refresh_from_db()  # signs in again: the sessions that there were have ended
    assert visit(owner).get(f"{there}pdf").status_code == 404
    assert visit(colleague).get(f"{there}pdf").status_code == 200


# --- Earlier acts ---------------------------------------------------------------------------------


@pytest.fixture
def twelve_acts(company: Counterparty, owner: User, issued: Issue) -> list[IssuedAct]:
    days = [date(2024, 3, 1) + timedelta(days=number) for number in range(12)]
    return [issued(company, Period(day, day), owner).act for day in days]


def test_earlier_acts_stand_below_newest_first_ten_on_a_page(
    twelve_acts: list[IssuedAct], owner: User, visit: Visit
) -> None:
    browser = visit(owner)
    numbers = [
        re.findall(r"№\s(0000\d\d)</a>", browser.get(PAGE, {"page": page}).content.decode())
        for page in ("1", "2", "99", "x")
    ]
    expected = [f"{number:06d}" for number in range(12, 0, -1)]
    assert numbers == [expected[:10], expected[10:], expected[10:], expected[:10]]


@pytest.mark.parametrize(
    ("looked_for", "found"),
    [
        ({"number": "№ 000007"}, ["000007"]),
        ({"number": "7"}, ["000007"]),
        ({"number": "99"}, []),
        ({"since": "2024-03-11"}, ["000012", "000011"]),
        ({"since": "2024-03-02", "until": "03.03.2024"}, ["000003", "000002"]),
        ({"number": "2", "until": "2024-03-01"}, []),
    ],
)
def test_earlier_acts_are_found_by_number_and_period(
    twelve_acts: list[IssuedAct], owner: User, visit: Visit, looked_for: dict[str, str], found: list[str]
) -> None:
    page = visit(owner).get(PAGE, looked_for).content.decode()
    assert re.findall(r"№\s(0000\d\d)</a>", page) == found
    assert "Показать все акты" in page


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "акт"}, "Напишите номер как на акте"),
        ({"number": "1" * 30}, "Напишите номер как на акте"),
        ({"since": "31.02.2024"}, "Это не дата"),
        ({"since": "2024-03-02", "until": "2024-03-01"}, "Поменяйте даты местами"),
    ],
)
def test_what_cannot_be_looked_for_is_told_and_nothing_typed_is_lost(
    twelve_acts: list[IssuedAct], owner: User, visit: Visit, typed: dict[str, str], words: str
) -> None:
    page = visit(owner).get(PAGE, typed).content.decode()
    assert words in page
    for value in typed.values():
        assert f'value="{value}"' in page
    assert len(re.findall(r"№\s(0000\d\d)</a>", page)) == 10


def test_period_and_company_survive_every_switch(
    bookkeeper: User, english_company: Counterparty, quiet_company: Counterparty, visit: Visit, issued: Issue
) -> None:
    for day in range(1, 12):
        issued(quiet_company, Period(date(2024, 3, day), date(2024, 3, day)), bookkeeper)
    browser = visit(bookkeeper)
    asked = {"counterparty": quiet_company.onec_guid, "period": "custom", "date_from": "2024-05-01"}
    page = browser.get(PAGE, asked).content.decode()
    other, older = (
        html.unescape(re.findall(pattern, page)[0])
        for pattern in (r'href="([^"]*)" data-keep', r'rel="next" href="([^"]*)"')
    )
    here = html.unescape(re.findall(r'name="next" value="([^"]*)"', page)[0])
    for address, company in ((other, english_company), (older, quiet_company), (here, quiet_company)):
        shown = browser.get(address).content.decode()
        assert f'value="{company.onec_guid}"' in shown
        assert 'value="2024-05-01"' in shown
        assert re.search(r'value="custom" id="id_period_custom" checked', shown)


def test_the_list_beside_an_act_is_paged_without_losing_the_act(
    twelve_acts: list[IssuedAct], owner: User, visit: Visit
) -> None:
    browser = visit(owner)
    there = f"{PAGE}{twelve_acts[0].public_id}/"
    older = html.unescape(re.findall(r'rel="next" href="([^"]*)"', browser.get(there).content.decode())[0])
    assert older.startswith(there)
    part = browser.get(older, headers={"hx-request": "true", "hx-target": "history"}).content.decode()
    assert part.strip().startswith("<section")
    assert 'aria-current="true"' in part


def test_a_part_of_a_page_leads_to_the_log_in_page_as_a_whole(
    twelve_acts: list[IssuedAct], visit: Visit
) -> None:
    there = f"{PAGE}{twelve_acts[0].public_id}/?page=2"
    answer = visit().get(there, headers={"hx-request": "true", "hx-target": "history"})
    assert answer["HX-Redirect"].startswith("/accounts/login/?next=/acts/")


def test_an_earlier_act_says_for_which_days_who_asked_and_what_the_balance_was(
    owner: User, company: Counterparty, issued: Issue, visit: Visit
) -> None:
    act = issued(company, SPRING, owner).act
    said = text_of(visit(owner).get(PAGE)).replace("\u00a0", " ")
    for words in ("№ 000001", "01.03.2024 – 31.03.2024", "Ольга Хозяйкина", "₽"):  # a span
        assert words in said
    with_balance = money(abs(act.closing)).replace("\u00a0", " ")
    assert with_balance in said


# --- What it costs --------------------------------------------------------------------------------

LOGGED_IN = 2
"""The session and the person."""


def test_the_page_asks_the_database_as_often_for_twelve_acts_as_for_none(
    owner: User, company: Counterparty, issued: Issue, visit: Visit, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    browser = visit(owner)
    with django_assert_num_queries(LOGGED_IN + 4):  # own company, the role, its acts counted, companies
        browser.get(PAGE)
    for day in range(1, 13):
        issued(company, Period(date(2024, 3, day), date(2024, 3, day)), owner)
    with django_assert_num_queries(LOGGED_IN + 5):  # and the acts themselves
        browser.get(PAGE)


def test_an_act_and_its_files_ask_the_database_little(
    owner: User, company: Counterparty, visit: Visit, books: OneCSandbox, django_assert_num_queries: object
) -> None:
    assert callable(django_assert_num_queries)
    browser = visit(owner)
    generate(browser)
    books.change(company.onec_guid, "1.00", date(2024, 3, 15))
    there = generate(browser)
    browser.get(there)
    with django_assert_num_queries(LOGGED_IN + 5):  # the act, its neighbours, the role, history, companies
        browser.get(there)
    with django_assert_num_queries(LOGGED_IN + 3):  # the act, its file, who took it
        browser.get(f"{there}pdf")


# --- Headers of every answer ------------------------------------------------------------------


def test_every_answer_carries_the_policy_and_a_reference(owner: User, visit: Visit) -> None:
    browser = visit(owner)
    there = generate(browser)
    for address in (PAGE, there, f"{there}pdf", "/acts/nowhere/", "/accounts/login/", "/healthz"):
        answer = browser.get(address)
        policy = answer["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert re.fullmatch(r"[0-9a-f]{8}", answer["X-Request-Id"])
        assert answer["X-Frame-Options"] == "DENY"
        assert address.startswith(("/acts/nowhere", "/healthz")) or "no-store" in answer["Cache-Control"]
