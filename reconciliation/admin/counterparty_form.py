"""The form of a counterparty: each field says where its value is from, each choice what it means for all."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts import sources
from accounts.models import Counterparty, OrganizationSettings

WAYS = ("to_drive", "to_task", "to_email")
SOURCES = {"onec": _("From 1C."), "person": _("Typed by a person."), "nobody": ""}


class CounterpartyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own takes none as it runs
    class Meta:
        model = Counterparty
        fields = "__all__"  # noqa: DJ007  # the admin's fieldsets say which

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        defaults = OrganizationSettings.load()
        for name in WAYS:
            if name in self.fields:
                self._offer_default(name, is_on=getattr(defaults, name))
        if "language" in self.fields:
            as_all = gettext("as for all (%(value)s)") % {"value": defaults.get_language_display()}
            self.fields["language"].choices = [("", as_all), *Counterparty.Language.choices]  # type: ignore[attr-defined]
        if self.instance.pk:
            for name in sources.FIELDS:
                if name in self.fields:
                    self.fields[name].help_text = self._source(name)

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

    def _source(self, name: str) -> str:
        """Return whose value the field holds, and 1C's where it is another."""
        instance, help_text = self.instance, str(self.fields[name].help_text)
        source = sources.source_of(name, instance.values, instance.onec)
        said = [str(SOURCES[source])]
        if source == "person" and instance.onec.get(name) not in sources.EMPTY:
            said.append(gettext("1C says: %(value)s") % {"value": instance.onec[name]})
        return " ".join(filter(None, [*said, help_text]))
