"""The acts that were issued before: by period, by number, ten on a page."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Counterparty
from reconciliation.acts.forms import REFUSALS, DayField
from reconciliation.ledger.period import PeriodReversed
from reconciliation.models import IssuedAct

ON_A_PAGE = 10
MOST_DIGITS = 9
"""No sequence has more; the database could not look for them either."""


class HistoryForm(forms.Form):
    """What is looked for: acts whose period touches the days, or the one with the number."""

    number = forms.CharField(required=False, max_length=30, label=_("Act number"))
    since = DayField(required=False, label=_("Period from"))
    until = DayField(required=False, label=_("to"))

    def clean_number(self) -> int | None:
        """Return the number however it is written: "№ 000123", "No. 123" or "123"."""
        text = re.sub(r"^(?:№|no\.?|n)?\s*", "", self.cleaned_data["number"].strip(), flags=re.IGNORECASE)
        if not text:
            return None
        if not re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", text):
            raise forms.ValidationError(_("Write the number as it stands on the act, like 000123."))
        return int(text)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", REFUSALS[PeriodReversed][1])
        return data


@dataclass(frozen=True)
class History:
    """One page of the list with the form above it."""

    form: HistoryForm
    page: "Page[IssuedAct]"
    address: str
    """Where the list is asked for: the page it stands on."""
    kept: Mapping[str, str]
    """What stands in the form for a new act, to be there still when the list comes."""

    @property
    def is_filtered(self) -> bool:
        return any(self.form.data.get(name) for name in self.form.fields)

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been issued yet, so that there is nothing to look through either."""
        return not self.is_filtered and not self.page.object_list

    @property
    def newer(self) -> str:
        """The address of the page before this one."""
        return self._address(self.page.previous_page_number())

    @property
    def older(self) -> str:
        """The address of the page after this one."""
        return self._address(self.page.next_page_number())

    @property
    def unfiltered(self) -> str:
        """The address of the whole list."""
        return f"{self.address}?{urlencode(self.kept)}#history-title"

    def _address(self, page: int) -> str:
        looked_for = {name: self.form.data[name] for name in self.form.fields if self.form.data.get(name)}
        return f"{self.address}?{urlencode({**self.kept, **looked_for, 'page': page})}#history-title"


def history_of(
    counterparty: Counterparty, sent: Mapping[str, str], *, address: str, kept: Mapping[str, str]
) -> History:
    """Return the counterparty's acts that fit what was `sent`; all of them where that makes no sense."""
    form = HistoryForm(sent, auto_id="history_%s")
    acts = IssuedAct.objects.filter(counterparty=counterparty).defer("snapshot")
    found = _filtered(acts, form.cleaned_data) if form.is_valid() else acts
    return History(form, Paginator(found, ON_A_PAGE).get_page(sent.get("page")), address, kept)


def _filtered(acts: QuerySet[IssuedAct], looked_for: Mapping[str, Any]) -> QuerySet[IssuedAct]:
    if looked_for["number"] is not None:
        acts = acts.filter(sequence=looked_for["number"])
    if looked_for["since"]:
        acts = acts.filter(date_to__gte=looked_for["since"])
    if looked_for["until"]:
        acts = acts.filter(date_from__lte=looked_for["until"])
    return acts
