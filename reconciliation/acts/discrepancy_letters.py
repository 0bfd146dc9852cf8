"""Tells accounting of acts that do not balance: a letter for each, queued once."""

import logging

from django.conf import settings
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext

from letters import outbox
from letters.outbox import Draft
from reconciliation.models import Discrepancy
from reconciliation.printing.formats import format_date, format_money, language_of

KIND = "discrepancy"
AMOUNTS = ("opening", "debit", "credit", "closing", "difference")
log = logging.getLogger(__name__)


def tell_accounting() -> None:
    """Queue a letter for each open discrepancy of which accounting has not been told."""
    if not settings.ACCOUNTING_EMAIL:
        return
    waiting = Discrepancy.objects.filter(told_at=None, resolved_at=None)
    for entry in waiting.select_related("counterparty"):
        try:
            _tell(entry)
        except DatabaseError:
            raise
        except Exception:  # one that cannot be put into words holds up no other
            log.exception("accounting was not told of discrepancy %s", entry.pk)


def _tell(entry: Discrepancy) -> None:
    with transaction.atomic():
        mine = Discrepancy.objects.filter(pk=entry.pk, told_at=None)
        if mine.update(told_at=timezone.now(), told_to=settings.ACCOUNTING_EMAIL):
            outbox.queue([_letter(entry)])


def _letter(entry: Discrepancy) -> Draft:
    with translation.override(settings.LANGUAGE_CODE):
        language = language_of(settings.LANGUAGE_CODE)
        amounts = {name: format_money(getattr(entry, name), entry.currency, language) for name in AMOUNTS}
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
    return Draft(KIND, language, [settings.ACCOUNTING_EMAIL], subject, body)
