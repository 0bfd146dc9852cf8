"""The form of a counterparty: each field says where its value is from, each choice what it means for all."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldBooleanSwitchWidget

from accounts import sources
from accounts.guids import canonical_guid
from accounts.models import Counterparty, OrganizationSettings, User
from accounts.tax_numbers import tidy_number
from jobs.deadline import Deadline
from reconciliation import connections
from reconciliation.counterparties import picking
from reconciliation.errors import InvalidAnswer, OneCUnknownCounterparty, PortalError
from reconciliation.ledger.act import Party

WAYS = ("to_drive", "to_task", "to_email")
SOURCES = {"onec": _("From 1C."), "person": _("Typed by a person."), "nobody": ""}


class CounterpartyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    without_check = forms.BooleanField(
        label=_("Save even if 1C does not answer"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_("It is marked as not checked until 1C lists it."),
    )

    class Meta:
        model = Counterparty
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets say which

    asked_by: User
    """Whoever fills the form in."""
    party: Party | None = None
    """Who 1C has under a new guid."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults = OrganizationSettings.load()
        for name in WAYS:
            if name in self.fields:
                self._offer_default(name, is_on=getattr(defaults, name))
        if "language" in self.fields:
            as_all = gettext("as for all (%(value)s)") % {"value": defaults.get_language_display()}
            languages = [("", as_all), *Counterparty.Language.choices]
            self.fields["language"].choices = languages  # type: ignore[attr-defined]  # it is a choice field
        if self.instance.pk:
            for name in sources.FIELDS:
                if name in self.fields:
                    self.fields[name].help_text = self._source(name)

    def clean_inn(self) -> str:
        return tidy_number(self.cleaned_data["inn"])

    def clean_kpp(self) -> str:
        return tidy_number(self.cleaned_data["kpp"])

    def clean_onec_guid(self) -> str:
        """Have 1C say who it is: a wrong guid would show another company's figures."""
        guid = canonical_guid(self.cleaned_data["onec_guid"])
        if guid == self.instance.onec_guid:
            return guid
        if Counterparty.objects.filter(onec_guid=guid).exists():
            raise forms.ValidationError(_("This counterparty is in the portal already."))
        today, deadline = timezone.localdate(), Deadline(connections.longest_wait())
        try:
            with connections.onec_for(self.asked_by) as client:
                self.party = picking.ask_about(guid, client=client, deadline=deadline, today=today)
        except (OneCUnknownCounterparty, InvalidAnswer) as error:
            words = _("1C has no counterparty under this guid. Copy it from 1C once more.")
            raise forms.ValidationError(
                words if isinstance(error, OneCUnknownCounterparty) else error.one_line()
            ) from None
        except PortalError as error:
            if self.data.get("without_check"):
                self.party = None
            else:
                raise forms.ValidationError(error.one_line()) from None
        return guid

    def _post_clean(self) -> None:
        """Bring in what 1C said of a new guid: what was left empty, and what to compare with."""
        super()._post_clean()  # type: ignore[misc]  # Django's own hook, which its stubs lack
        if "onec_guid" not in self.changed_data or self.errors:
            return
        company, party = self.instance, self.party
        self._forget_the_other()
        company.is_unchecked = party is None
        company.onec = {"name": party.name, "inn": party.inn, "kpp": party.kpp} if party else {}
        for field, value in company.onec.items():
            if getattr(company, field) in sources.EMPTY:
                setattr(company, field, value)

    def _forget_the_other(self) -> None:
        """Drop what 1C said under the guid of before: its balance, and its email, are another company's."""
        company = self.instance
        for field in sources.FIELDS:
            if (
                field not in self.changed_data
                and sources.source_of(field, company.values, company.onec) == "onec"
            ):
                setattr(company, field, None if field == "bitrix24_company_id" else "")
        company.balance = company.balance_on = company.seen_in = company.gone_since = None
        company.currency, company.declined = "", {}

    def _offer_default(self, name: str, *, is_on: bool) -> None:
        """Let the organization's choice be taken, and say what it is."""
        value = gettext("yes") if is_on else gettext("no")
        self.fields[name] = forms.TypedChoiceField(
            label=self.fields[name].label,
            choices=[
                ("", gettext("as for all (%(value)s)") % {"value": value}),
                ("1", gettext("yes")),
                ("0", gettext("no")),
            ],
            coerce=lambda chosen: chosen == "1",
            empty_value=None,
            required=False,
            widget=UnfoldAdminSelectWidget,
        )
        self.initial[name] = {None: "", True: "1", False: "0"}[getattr(self.instance, name)]

    def _source(self, name: str) -> SafeString:
        """Return whose value the field holds, and 1C's where it is another: help texts are shown as HTML."""
        instance, help_text = self.instance, str(self.fields[name].help_text)
        source = sources.source_of(name, instance.values, instance.onec)
        said = [str(SOURCES[source])]
        if source == "person" and instance.onec.get(name) not in sources.EMPTY:
            said.append(gettext("1C says: %(value)s") % {"value": instance.onec[name]})
        return format_html_join(" ", "{}", ((each,) for each in (*said, help_text) if each))
