"""The letter of the month: whose act, which period, who owes whom, and the act itself."""

import zlib
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from reconciliation.acts import archive
from reconciliation.acts.sheet import sentence_of
from reconciliation.distribution import wording
from reconciliation.distribution.letter_marks import mark_of
from reconciliation.distribution.wording import Wording
from reconciliation.models import DeliveryStep, IssuedAct, LetterTemplate, SentLetter
from reconciliation.printing.currencies import Language
from reconciliation.printing.formats import format_date, format_money

LONGEST_SUBJECT = 200


@dataclass(frozen=True)
class Composed:
    """A letter's words: plain text and HTML, and the version of the wording."""

    subject: str
    text: str
    html: str
    template: LetterTemplate | None


def compose(act: IssuedAct, language: Language, words: Wording | None = None) -> Composed:
    """Return what the letter with an act says, by the wording in force or by another that is tried."""
    with translation.override(language):
        words = words or wording.current(language)
        subject, text = words.filled(_values(act, language))
        context = {
            "paragraphs": [part.strip() for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()],
            "url": settings.SITE_URL + reverse("acts:show", args=[act.public_id]),
            "organization_name": settings.ORGANIZATION_NAME,
            "support_email": settings.ACCOUNTING_EMAIL,
            "site_url": settings.SITE_URL,
        }
        plain = render_to_string("emails/month.txt", context)
        html = render_to_string("emails/month.html", context)
    return Composed(" ".join(subject.split())[:LONGEST_SUBJECT], plain, html, words.template)


def letter_of(
    act: IssuedAct, to: list[str], *, headers: dict[str, str], words: Wording | None = None
) -> tuple[EmailMultiAlternatives, Composed]:
    """Return the letter with an act to these addresses, in the language of the counterparty's acts."""
    language = archive.own_language(act)
    composed = compose(act, language, words)
    letter = EmailMultiAlternatives(composed.subject, composed.text, to=to, headers=headers)
    if settings.ACCOUNTING_EMAIL:
        letter.reply_to = [settings.ACCOUNTING_EMAIL]
    letter.attach_alternative(composed.html, "text/html")
    content = archive.read(act, "pdf", language)
    letter.attach(archive.file_name(act, "pdf", language), content, "application/pdf")
    return letter, composed


def message_id(step: DeliveryStep) -> str:
    """Return the letter's id, the same at every attempt: a mail reader then shows one."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<act-{step.run.month:%Y-%m}-{mark_of(step.pk)}@{host}>"


def headers_of(step: DeliveryStep) -> dict[str, str]:
    """Return the headers of a delivery's letter."""
    headers = {
        "From": settings.DEFAULT_FROM_EMAIL,
        "Message-ID": message_id(step),
        "Auto-Submitted": "auto-generated",
    }
    if settings.ACCOUNTING_EMAIL:
        headers["List-Unsubscribe"] = f"<mailto:{settings.ACCOUNTING_EMAIL}?subject=unsubscribe>"
    return headers


def keep(step: DeliveryStep, act: IssuedAct, letter: EmailMultiAlternatives, composed: Composed) -> None:
    """Keep the letter as it is about to be handed over."""
    SentLetter.objects.create(
        step=step, sender=settings.DEFAULT_FROM_EMAIL, recipients=", ".join(letter.to),
        subject=composed.subject, text=composed.text, packed_html=zlib.compress(composed.html.encode()),
        template=composed.template,
        attachment=archive.file_name(act, "pdf", archive.own_language(act)),
    )  # fmt: skip


def _values(act: IssuedAct, language: Language) -> dict[str, str]:
    facts = act.facts
    return {
        "sentence": sentence_of(facts),
        "organization": " ".join(facts.organization.name.split()),
        "name": " ".join(act.counterparty.name.split()),
        "number": act.number,
        "start": format_date(act.date_from, language),
        "end": format_date(act.date_to, language),
        "balance": format_money(abs(facts.closing), facts.currency, language),
    }
