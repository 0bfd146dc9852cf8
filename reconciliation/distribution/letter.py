"""The letter of the month: whose act, which period, who owes whom, and the act itself."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from reconciliation.acts import archive
from reconciliation.acts.sheet import sentence_of
from reconciliation.models import DeliveryStep, IssuedAct
from reconciliation.printing.currencies import Language
from reconciliation.printing.formats import format_date

LONGEST_SUBJECT = 200


def letter_of(step: DeliveryStep, act: IssuedAct) -> EmailMultiAlternatives:
    """Return the letter to all addresses of the counterparty, in the language of its acts."""
    language = archive.own_language(act)
    with translation.override(language):
        context = _context(act, language)
        subject = (
            gettext("Reconciliation act for %(start)s – %(end)s: %(organization)s and %(name)s") % context
        )
        text = render_to_string("emails/month.txt", context)
        html = render_to_string("emails/month.html", context)
    letter = EmailMultiAlternatives(
        subject[:LONGEST_SUBJECT], text, to=act.counterparty.addresses, headers=_headers(step)
    )
    if settings.ACCOUNTING_EMAIL:
        letter.reply_to = [settings.ACCOUNTING_EMAIL]
    letter.attach_alternative(html, "text/html")
    content = archive.read(act, "pdf", language)
    letter.attach(archive.file_name(act, "pdf", language), content, "application/pdf")
    return letter


def message_id(step: DeliveryStep) -> str:
    """Return the letter's id, the same at every attempt: a mail reader then shows one."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<act-{step.run.month:%Y-%m}-{step.delivery_id}@{host}>"


def _context(act: IssuedAct, language: Language) -> dict[str, Any]:
    facts = act.facts
    return {
        "act": act,
        "start": format_date(act.date_from, language),
        "end": format_date(act.date_to, language),
        "organization": " ".join(facts.organization.name.split()),
        "name": " ".join(act.counterparty.name.split()),
        "sentence": sentence_of(facts),
        "url": settings.SITE_URL + reverse("acts:show", args=[act.public_id]),
        "organization_name": settings.ORGANIZATION_NAME,
        "support_email": settings.ACCOUNTING_EMAIL,
        "site_url": settings.SITE_URL,
    }


def _headers(step: DeliveryStep) -> dict[str, str]:
    headers = {"Message-ID": message_id(step), "Auto-Submitted": "auto-generated"}
    if settings.ACCOUNTING_EMAIL:
        headers["List-Unsubscribe"] = f"<mailto:{settings.ACCOUNTING_EMAIL}?subject=unsubscribe>"
    return headers
