"""A preview in the admin: made, looked at, taken out, approved by whoever may."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from reconciliation.models import DistributionRun, MonthPreview, PreviewLine
from reconciliation.months import runs
from reconciliation.months.previews import totals
from tests.cast import Visit
from tests.reconciliation.admin_pages import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("enqueued")]
PREVIEWS, LINES = "/admin/reconciliation/monthpreview/", "/admin/reconciliation/previewline/"


@pytest.fixture
def preview(db: None) -> MonthPreview:
    """One of March: two get an act, one is paused, two things are odd."""
    preview = MonthPreview.objects.create(
        organization=runs.organization(), month=date(2026, 3, 1), state="ready", checked=2,
        compared_with=date(2026, 2, 1),
    )  # fmt: skip
    for name, balance, fields in (
        ("Alpha", "100.00", {"ways": ["email"], "closing": Decimal("100.00"), "odd": "new triple"}),
        (
            "Beta",
            "-30.00",
            {"ways": ["drive"], "closing": Decimal("-30.00"), "left_out": {"email": "no_email"}},
        ),
        ("Gamma", "7.00", {"excluded": "paused", "detail": "In court"}),
    ):
        PreviewLine.objects.create(
            preview=preview, guid=f"guid-{name}", name=name, search=name.lower(), balance=Decimal(balance),
            currency="RUB", is_checked=True, **fields,
        )  # fmt: skip
    preview.totals = totals.count(preview)
    preview.save()
    return preview


def test_the_panel_adds_up(accountant: User, visit: Visit, preview: MonthPreview):
    said = text_of(visit(accountant, language="en").get(f"{PREVIEWS}{preview.pk}/progress/"))

    assert "3 counterparties with a balance; 2 get an act." in said
    assert "In 1C's list 3 RUB 107.00 RUB 30.00" in said
    assert "get an act 2 RUB 100.00 RUB 30.00" in said
    assert "get nothing 1 RUB 7.00 RUB 0.00" in said
    assert "1 new: no balance last month" in said
    assert "1 at least three times" in said
    assert "Compared with February 2026." in said
    assert "no email address: 1" in said
    assert "differ" not in said


def test_acts_that_end_otherwise_than_the_list_are_said(
    accountant: User, visit: Visit, preview: MonthPreview
):
    preview.lines.filter(name="Alpha").update(closing=Decimal("101.00"))
    MonthPreview.objects.update(totals=totals.count(preview))

    said = text_of(visit(accountant, language="en").get(f"{PREVIEWS}{preview.pk}/progress/"))

    assert "differ from the list by RUB 1.00" in said


def test_an_accountant_asks_for_a_preview_of_a_month(accountant: User, visit: Visit, enqueued: list[str]):
    browser = visit(accountant, language="en")
    month = runs.month_before(timezone.localdate())
    assert f'<option value="{month:%Y-%m}">' in browser.get(PREVIEWS).content.decode()

    answer = browser.post(f"{PREVIEWS}make/", {"month": f"{month:%Y-%m}"}, follow=True)
    refused = browser.post(f"{PREVIEWS}make/", {"month": "2019-01"}, follow=True)

    made = MonthPreview.objects.get()
    assert (made.month, made.made_by, enqueued) == (month, accountant, ["work_on_preview"])
    assert "is being read" in text_of(answer)
    assert "Choose one of the months." in text_of(refused)


def test_only_a_chief_accountant_starts_the_month_and_once(
    accountant: User, chief: User, visit: Visit, preview: MonthPreview, enqueued: list[str]
):
    browser = visit(accountant, language="en")
    page = browser.get(f"{PREVIEWS}{preview.pk}/progress/")
    assert "A chief accountant can start the month from here." in text_of(page)
    assert browser.post(f"{PREVIEWS}{preview.pk}/approve/").status_code == 403

    browser = visit(chief, language="en")
    assert "Approve and send 2 acts" in text_of(browser.get(f"{PREVIEWS}{preview.pk}/progress/"))
    started = browser.post(f"{PREVIEWS}{preview.pk}/approve/", follow=True)
    again = browser.post(f"{PREVIEWS}{preview.pk}/approve/", follow=True)

    run = DistributionRun.objects.get()
    assert (run.month, run.started_by, enqueued) == (preview.month, chief, ["continue_months"])
    assert "The month has begun." in text_of(started)
    assert "Nothing was changed" in text_of(again)
    assert "The month was begun on" in text_of(again)


@pytest.mark.parametrize("why", ["not over", "begun", "newer"])
def test_a_month_that_cannot_start_offers_no_button(
    chief: User, visit: Visit, preview: MonthPreview, why: str
):
    if why == "not over":
        MonthPreview.objects.update(month=timezone.localdate().replace(day=1))
    elif why == "begun":
        runs.start(preview.month)
    else:
        MonthPreview.objects.create(
            organization=runs.organization(), month=preview.month, state="reading",
            started_at=timezone.now() + timedelta(minutes=1),
        )  # fmt: skip

    said = text_of(visit(chief, language="en").get(f"{PREVIEWS}{preview.pk}/progress/"))

    words = {"not over": "is not over yet", "begun": "was begun on", "newer": "a newer preview"}
    assert "Approve and send" not in said
    assert words[why] in said


def test_the_lines_are_found_and_filtered(accountant: User, visit: Visit, preview: MonthPreview):
    browser = visit(accountant, language="en")

    def listed(query: str) -> set[str]:
        said = text_of(browser.get(f"{LINES}?preview__id__exact={preview.pk}&{query}"))
        return {name for name in ("Alpha", "Beta", "Gamma") if name in said}

    assert listed("") == {"Alpha", "Beta", "Gamma"}
    assert listed("what=act") == {"Alpha", "Beta"}
    assert listed("what=nothing") == {"Gamma"}
    assert listed("what=odd") == {"Alpha"}
    assert listed("odd=triple") == {"Alpha"}
    assert listed("odd=gone") == set()
    assert listed("q=BET") == {"Beta"}
    assert "In court" in text_of(browser.get(f"{LINES}?what=nothing"))


def test_the_workbook_comes_down(accountant: User, visit: Visit, preview: MonthPreview):
    answer: Any = visit(accountant, language="en").get(f"{PREVIEWS}{preview.pk}/xlsx/")

    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert [cell.value for cell in book.worksheets[0][2]] == ["RUB: in 1C's list", 3, 107, 30]
    assert [cell.value for cell in book.worksheets[1][2]][:3] == ["Alpha", "guid-Alpha", 100]
    assert "Preview" in answer["Content-Disposition"]
    answer.close()
