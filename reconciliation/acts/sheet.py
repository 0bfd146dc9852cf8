"""What a page says of an issued act: who owes whom, and what changed against the act before."""

from django.utils.translation import get_language, gettext

from reconciliation.ledger.act import Act
from reconciliation.ledger.comparison import Change, compare
from reconciliation.models import IssuedAct
from reconciliation.printing.currencies import sign_of
from reconciliation.printing.formats import format_amount, format_date, language_of


def changes_of(act: IssuedAct) -> list[Change]:
    """Return the rows that differ from the act that this one replaces."""
    return compare(act.replaces.facts, act.facts) if act.replaces else []


def other_language(act: IssuedAct) -> str:
    """Return the language that the act's files are also there in."""
    return "en" if language_of(act.counterparty.acts_language) == "ru" else "ru"


def sentence_of(facts: Act) -> str:
    """Return who owes whom at the end of the period, as said to the counterparty."""
    language = language_of(get_language())
    words = {
        "day": format_date(facts.period.end, language),
        "organization": facts.organization.name,
        "amount": f"{format_amount(abs(facts.closing), language)}\u00a0{sign_of(facts.currency)}",
    }
    if facts.closing > 0:
        return gettext("As of %(day)s you owe %(organization)s %(amount)s.") % words
    if facts.closing < 0:
        return gettext("As of %(day)s %(organization)s owes you %(amount)s.") % words
    return gettext("As of %(day)s nobody owes anything: the balance with %(organization)s is zero.") % words
