"""The letter of the month: whose act, which period, who owes whom, and the act itself."""

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from letters.kinds import Words
from letters.outbox import LONGEST_SUBJECT, Draft, File
from reconciliation.acts import archive
from reconciliation.acts.sheet import sentence_of
from reconciliation.models import IssuedAct, LetterTemplate
from reconciliation.months.letter import wording
from reconciliation.months.letter.ends import KIND
from reconciliation.months.letter.wording import Wording
from reconciliation.printing.currencies import Language
from reconciliation.printing.formats import format_date, format_money


def compose(act: IssuedAct, language: Language, words: Wording | None = None) -> Words:
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
    return Words(" ".join(subject.split())[:LONGEST_SUBJECT], plain, html)


class Composer:
    """Puts letters into words; wordings and the acts' files are asked for once."""

    def __init__(self, acts: Iterable[IssuedAct], words: Wording | None = None) -> None:
        """`words`: another wording, which is tried."""
        self._words, self._files = words, archive.kept_for(acts, "pdf")
        self._current: dict[str, Wording] = {}

    def draft(
        self, act: IssuedAct, to: Sequence[str], *, batch: int | None = None
    ) -> tuple[Draft, LetterTemplate | None]:
        """Return the letter with an act, in its counterparty's language, and whose wording it has."""
        language = archive.own_language(act)
        words = self._words or self._current.get(language)
        if words is None:
            with translation.override(language):
                words = self._current[language] = wording.current(language)
        composed = compose(act, language, words)
        kept = self._files.get(act.pk) or archive.make(act, "pdf", language)
        archive.content_of(kept)  # that it is whole
        file = File(
            str(kept.file.name), archive.file_name(act, "pdf", language), "application/pdf", kept.sha256
        )
        draft = Draft(
            KIND, language, to, composed.subject, composed.text, composed.html,
            reply_to=settings.ACCOUNTING_EMAIL, files=(file,), batch=batch, is_bulk=True,
        )  # fmt: skip
        return draft, words.template


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
