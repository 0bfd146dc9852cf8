"""What a line of a run's list says, in the reader's language."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty
from reconciliation.models import DirectoryChange
from reconciliation.printing.formats import format_money

NOTHING = "–"  # as printed tables have it
REASONS = {
    "listed_twice": _("stands in the list twice"),
    "email": _("no email address:"),
    "left_out": _("there is no room for these addresses:"),
    "numbers": _("no tax number or KPP of Russia, Kazakhstan or Belarus:"),
}


def describe(change: DirectoryChange) -> str:
    """Return what was there and what came, field by field, or why it was refused."""
    if why := change.details.get("why"):
        return " ".join([str(REASONS.get(why, why)), *change.details.get("words", ())])
    return "; ".join(f"{title_of(field)}: {_pair(both)}" for field, both in change.details.items())


def title_of(field: str) -> str:
    """Return the name of a counterparty's field as forms have it."""
    return str(getattr(Counterparty._meta.get_field(field), "verbose_name", field))  # noqa: SLF001  # Django's own API


def _pair(both: list[Any]) -> str:
    before, after = map(shown_value, both)
    return f"{before} → {after}"


def shown_value(value: Any) -> str:
    """Return a value as people read it; a balance is an amount and a currency."""
    if isinstance(value, list):
        return format_money(Decimal(value[0]), value[1]) if value else NOTHING
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return NOTHING if value in ("", None) else str(value)
