"""What the letter of the month says: named placeholders in a subject and a text, by language."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reconciliation.models import LetterTemplate
from reconciliation.printing.currencies import Language

PLACEHOLDERS = {
    "sentence": _("who owes whom and how much, in a sentence"),
    "organization": _("our name, as it stands on the act"),
    "name": _("the counterparty's name"),
    "number": _("the act's number"),
    "start": _("the period's first day"),
    "end": _("the period's last day"),
    "balance": _("the closing balance with its currency, without a sign"),
}
SUBJECT = _("Reconciliation act for {start} – {end}: {organization} and {name}")
TEXT = _("The reconciliation act between {organization} and {name} for {start} – {end} is attached as a PDF.")
SENTENCE = "{sentence}"


@dataclass(frozen=True)
class Wording:
    """A subject and a text with placeholders, and the version that it is kept as, if it is."""

    subject: str
    text: str
    template: LetterTemplate | None = None

    def filled(self, values: Mapping[str, str]) -> tuple[str, str]:
        """Return subject and text with the values in the placeholders' places."""
        return self.subject.format_map(values), self.text.format_map(values)


def current(language: Language) -> Wording:
    """Return the wording in force, in the language that is set; the portal's own until there is another."""
    newest = LetterTemplate.objects.filter(language=language).order_by("-pk").first()
    return Wording(newest.subject, newest.text, newest) if newest else own()


def own() -> Wording:
    """Return the portal's own wording in the language that is set."""
    return Wording(str(SUBJECT), f"{SENTENCE}\n\n{TEXT}")


def problems(text: str) -> Iterator[str]:
    """Yield what is wrong with a text's placeholders, in the language that is set."""
    try:
        found = [(name, form, how) for _text, name, form, how in Formatter().parse(text) if name is not None]
    except ValueError:
        yield gettext("A curly bracket stands alone: placeholders look like {name}.")
        return
    for name, form, how in found:
        if name not in PLACEHOLDERS or form or how:
            shown = name + (f"!{how}" if how else "") + (f":{form}" if form else "")
            yield gettext("There is no placeholder {%(name)s}.") % {"name": shown}


def names_the_balance(subject: str, text: str) -> bool:
    """Whether the letter says who owes whom: a letter without that is none of ours."""
    return SENTENCE in subject or SENTENCE in text
