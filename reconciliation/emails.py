"""Letters to accounting."""

from email.message import Message
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from reconciliation.models import Discrepancy
from reconciliation.printing.formats import format_date, format_money, language_of

LONGEST_LINE = 998
"""What RFC 5322 allows."""


def message_of(letter: EmailMessage) -> Message:
    """Return the letter as it is sent, its headers on one line each.

    Folded after 78 characters, a Russian subject leaves its first line empty and is shown with a blank.
    """
    made = type(letter).message(letter)
    made.policy = made.policy.clone(max_line_length=LONGEST_LINE)
    return made


def send_discrepancy(entry: Discrepancy) -> bool:
    """Tell accounting that an act does not balance; return False when nobody is to be told by email."""
    if not settings.ACCOUNTING_EMAIL:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        language = language_of(settings.LANGUAGE_CODE)
        amounts = {
            name: format_money(getattr(entry, name), entry.currency, language)
            for name in ("opening", "debit", "credit", "closing", "difference")
        }
        context = {
            "entry": entry,
            "start": format_date(entry.date_from, language),
            "end": format_date(entry.date_to, language),
            "url": f"{settings.SITE_URL}/admin/reconciliation/discrepancy/{entry.pk}/change/",
            **amounts,
        }
        subject = gettext("An act does not balance: %(name)s, difference %(difference)s") % {
            "name": " ".join(entry.counterparty.name.split()),
            "difference": amounts["difference"],
        }
        body = render_to_string("emails/discrepancy.txt", context)
    letter = EmailMessage(subject[:200], body, to=[settings.ACCOUNTING_EMAIL])
    letter.extra_headers["Message-ID"] = _message_id(entry)
    letter.send()
    return True


def _message_id(entry: Discrepancy) -> str:
    """Return the same id if the same letter should ever go out again: a mail reader then shows one."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<discrepancy-{entry.pk}-{entry.first_seen_at:%Y%m%d%H%M%S%f}@{host}>"
