"""What state a counterparty is in: short labels for the list, the whole story for its page."""

from typing import Any

from django.template.defaultfilters import date as format_day
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.models import Counterparty
from reconciliation.counterparties.admin.counterparty_list import last_acts
from reconciliation.counterparties.field_names import shown_value, title_of
from reconciliation.counterparties.numbers import doubts_of
from reconciliation.printing.formats import format_money


def labels_of(row: Counterparty) -> SafeString:
    """Return what needs a person, or that nothing does."""
    found = [
        ("danger", gettext("conflict with 1C")) if row.in_conflict else None,
        ("danger", gettext("not checked in 1C")) if row.is_unchecked else None,
        ("warning", gettext("gone from 1C")) if row.gone_since else None,
        ("warning", gettext("paused until %(day)s") % {"day": format_day(row.paused_until, "d.m.Y")})
        if row.is_paused()
        else None,
        ("warning", gettext("no email")) if not row.email else None,
        ("warning", gettext("check the tax number")) if doubts_of(row) else None,
    ]
    labels = [label for label in found if label] or [("good", gettext("in order"))]
    return format_html_join(" ", '<span class="state state-{}">{}</span>', labels)


def balance_of(row: Counterparty) -> str:
    """Return balance and currency as people write them; a dash before 1C has said any."""
    if row.balance_on is None:
        return "–"  # as printed tables have it
    return format_money(row.balance, row.currency)


def story_of(company: Counterparty) -> dict[str, Any]:
    """Return what the counterparty's page shows above its form."""
    return {
        "company": company,
        "labels": labels_of(company),
        "doubts": doubts_of(company),
        "balance": balance_of(company),
        "last_act": last_acts([company.pk]).get(company.pk),
        "invitations": company.invitations.filter(accepted_at=None, revoked_at=None),
        "conflicts": [
            {
                "field": field,
                "title": title_of(field),
                "own": shown_value(getattr(company, field)),
                "onec": shown_value(company.onec[field]),
                "seen": company.onec[field],
            }
            for field in company.conflicts
        ],
    }
