"""The question that a counterparty asks: for whom, and for which period."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from reconciliation.acts.presets import CUSTOM, DEFAULT, PRESETS
from reconciliation.ledger.period import (
    Period,
    PeriodError,
    PeriodInFuture,
    PeriodReversed,
    PeriodTooEarly,
    PeriodTooLong,
)

LABELS = {
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_quarter": _("This quarter"),
    "last_quarter": _("Last quarter"),
    "this_year": _("Year to date"),
    "last_year": _("Last year"),
    CUSTOM: _("Other dates"),
}
REFUSALS: dict[type[PeriodError], tuple[str, Any]] = {
    PeriodReversed: ("date_to", _("The last day is before the first. Swap the two dates.")),
    PeriodTooEarly: ("date_from", _("Acts go back to 1 January 2000. Choose a later first day.")),
    PeriodInFuture: ("date_to", _("The last day has not come yet. Choose today or an earlier day.")),
    PeriodTooLong: ("date_to", _("An act covers five years at most. Choose a shorter period.")),
}


class DayField(forms.Field):
    """A day as the browser's picker sends it (ISO) or as people write it (31.03.2024)."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def to_python(self, value: Any) -> date | None:
        text = str(value or "").strip()
        if not text:
            return None
        found = re.fullmatch(r"(\d{4})-(\d\d?)-(\d\d?)", text)
        parts = found.groups() if found else ()
        if not found and (found := re.fullmatch(r"(\d\d?)[./](\d\d?)[./](\d{4})", text)):
            parts = found.groups()[::-1]
        try:
            return date(*(int(part) for part in parts))
        except (TypeError, ValueError):
            raise forms.ValidationError(_("This is not a date. Write it like 31.03.2024.")) from None


class PeriodForm(forms.Form):
    """Either a preset or two dates; `cleaned_data["asked"]` is the Period."""

    counterparty = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    period = forms.ChoiceField(choices=list(LABELS.items()), required=False, label=_("Period"))
    date_from = DayField(required=False, label=_("First day"))
    date_to = DayField(required=False, label=_("Last day"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    @property
    def presets(self) -> list[dict[str, Any]]:
        """What the radio buttons show: value, label, hint with the dates, whether chosen, id."""
        chosen = self["period"].value() or DEFAULT
        return [
            {
                "value": name,
                "label": label,
                "hint": span(PRESETS[name](self.today)) if name in PRESETS else "",
                "checked": name == chosen,
                "id": f"id_period_{name}",
            }
            for name, label in LABELS.items()
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "period" in self.errors:
            return data
        dated = bool(self.data.get("date_from") or self.data.get("date_to"))
        name = data.get("period") or (CUSTOM if dated else DEFAULT)
        if dated and name != CUSTOM and not self._same_dates(name, data):
            # Where no script ticks "Other dates" and empties them, both can come; neither is guessed at.
            self.add_error("period", _("Choose either a named period or your own dates, not both."))
        elif name in PRESETS:
            data["asked"] = PRESETS[name](self.today)
        elif not self.errors:
            self._clean_dates(data)
        return data

    def _same_dates(self, name: str, data: dict[str, Any]) -> bool:
        named = PRESETS[name](self.today)
        return (data.get("date_from"), data.get("date_to")) == (named.start, named.end)

    def _clean_dates(self, data: dict[str, Any]) -> None:
        for field, words in (
            ("date_from", _("Enter the first day of the period.")),
            ("date_to", _("Enter the last day of the period.")),
        ):
            if data.get(field) is None:
                self.add_error(field, words)
        if self.errors:
            return
        try:
            data["asked"] = Period.allowed(data["date_from"], data["date_to"], today=self.today)
        except PeriodError as error:
            self.add_error(*REFUSALS[type(error)])


def span(period: Period) -> str:
    """Return a period so short that it fits below its name: "1–31 Oct 2026", «01.10–31.10.2026»."""
    start, end = period.start, period.end
    russian = get_language() == "ru"
    whole = "d.m.Y" if russian else "j M Y"
    last = date_format(end, whole)
    if start == end:
        return last
    if start.year != end.year:
        return f"{date_format(start, whole)} – {last}"
    if russian or start.month == end.month:
        return f"{date_format(start, 'd.m' if russian else 'j')}–{last}"  # a span
    return f"{date_format(start, 'j M')} – {last}"  # a span
