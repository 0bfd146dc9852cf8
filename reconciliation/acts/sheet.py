"""What a page shows of an issued act."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, gettext

from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Act
from reconciliation.ledger.comparison import Change, compare
from reconciliation.models import IssuedAct
from reconciliation.printing.currencies import sign_of
from reconciliation.printing.formats import format_amount, format_date, language_of


@dataclass(frozen=True)
class Sheet:
    """An issued act with its facts; everything else of the act is reached through it."""

    issued: IssuedAct

    def __getattr__(self, name: str) -> Any:
        if name == "issued":  # not there yet, as in a copy that is being made
            raise AttributeError(name)
        return getattr(self.issued, name)

    @cached_property
    def facts(self) -> Act:
        return snapshot.load(self.issued.snapshot)

    @property
    def replaced_by(self) -> IssuedAct | None:
        return getattr(self.issued, "replaced_by", None)

    @property
    def changes(self) -> list[Change]:
        """The rows that differ from the act that this one replaces."""
        if self.issued.replaces is None:
            return []
        return compare(snapshot.load(self.issued.replaces.snapshot), self.facts)

    @property
    def sentence(self) -> str:
        """Who owes whom at the end of the period, as said to the counterparty."""
        facts = self.facts
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
        return (
            gettext("As of %(day)s nobody owes anything: the balance with %(organization)s is zero.") % words
        )
