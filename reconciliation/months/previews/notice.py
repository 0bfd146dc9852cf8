"""The preview that accounting gets by email: ahead of the month, or to be approved."""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import User
from letters import outbox
from letters.outbox import Draft
from reconciliation.errors.kept import error_of
from reconciliation.models import MonthPreview
from reconciliation.months.previews.preparing import Purpose
from reconciliation.months.previews.totals import Totals
from reconciliation.months.previews.words import names_of_odd, sums_in_words

KIND = "preview"
MAY_APPROVE = "approve_monthpreview"


def tell(preview: MonthPreview) -> None:
    """Queue the letter with a preview, once."""
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        mine = MonthPreview.objects.filter(pk=preview.pk, told_at=None)
        if not mine.update(told_at=timezone.now()):
            return
        recipients = sorted({*filter(None, [settings.ACCOUNTING_EMAIL]), *_approvers(preview)})
        if recipients:
            letter = Draft(KIND, settings.LANGUAGE_CODE, recipients, _subject(preview), _body(preview))
            outbox.queue([letter])


def _approvers(preview: MonthPreview) -> Iterator[str]:
    if preview.purpose == Purpose.APPROVAL:
        staff = User.objects.filter(is_active=True, is_staff=True)
        yield from staff.filter(groups__permissions__codename=MAY_APPROVE).values_list("email", flat=True)


def _subject(preview: MonthPreview) -> str:
    words = {"month": f"{preview.month:%m.%Y}"}
    if preview.purpose == Purpose.APPROVAL:
        return gettext("Acts for %(month)s wait for your approval") % words
    return gettext("Acts for %(month)s: what will go out") % words


def _body(preview: MonthPreview) -> str:
    totals = Totals.from_json(preview.totals)
    problem = error_of(preview.problem, preview.detail) if preview.problem else None
    page = reverse("admin:reconciliation_monthpreview_change", args=[preview.pk])
    return render_to_string(
        "emails/month_preview.txt",
        {
            "preview": preview, "totals": totals, "sums": list(sums_in_words(totals)),
            "odd": list(names_of_odd(preview, totals)),
            "problem": problem.one_line() if problem else "", "url": settings.SITE_URL + page,
        },
    )  # fmt: skip
