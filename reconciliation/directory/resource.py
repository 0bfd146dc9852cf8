"""Counterparties as rows and rows as counterparties, for django-import-export."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.widgets import Widget

from accounts.addresses import canonical_addresses
from accounts.guids import canonical_guid
from accounts.models import Counterparty, Language
from reconciliation.directory.columns import IMPORTED, SHOWN_ONLY

YES, NO = {"1", "yes", "да", "true", "+"}, {"0", "no", "нет", "false", "-"}


class GuidWidget(Widget):  # type: ignore[misc]  # import-export ships no types
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return canonical_guid(str(value or ""))


class AddressesWidget(Widget):  # type: ignore[misc]
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        return canonical_addresses(str(value or ""))


class LanguageWidget(Widget):  # type: ignore[misc]
    """The code, or the language's name in Russian or English."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        said = str(value or "").strip().lower()
        names = {"": "", "русский": "ru", "russian": "ru", "английский": "en", "english": "en"}
        if said not in names and said not in Language.values:
            words = _("This is no language of acts: “%(value)s”. Write ru or en.")
            raise ValueError(words % {"value": value})
        return names.get(said, said)


class ChoiceWidget(Widget):  # type: ignore[misc]
    """Yes, no, or nothing for what holds for all."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        said = str(value or "").strip().lower()
        if said and said not in YES | NO:
            raise ValueError(_("“%(value)s” is neither yes nor no.") % {"value": value})
        return said in YES if said else None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else _("yes") if value else _("no")


class NumberWidget(Widget):  # type: ignore[misc]
    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        said = str(value or "").strip()
        if said and not said.isdecimal():
            raise ValueError(_("“%(value)s” is no whole number.") % {"value": value})
        return int(said) if said else None


class DayWidget(Widget):  # type: ignore[misc]
    """A day as people write it, or as workbooks hold it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> date | None:
        said = str(value or "").strip()
        if not said:
            return None
        parts = said.split(".")[::-1] if "." in said else said.split("-")
        try:
            return date(*(int(part) for part in parts))
        except (TypeError, ValueError):
            raise ValueError(_("This is not a date. Write it like 31.03.2024.")) from None

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return f"{value:%d.%m.%Y}" if value else ""


class MoneyWidget(Widget):  # type: ignore[misc]
    """Leaves the amount a number, which each kind of file writes in its own way."""

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> Any:
        return value


WIDGETS: dict[str, type[Widget]] = {
    "onec_guid": GuidWidget, "email": AddressesWidget, "language": LanguageWidget, "to_email": ChoiceWidget,
    "to_drive": ChoiceWidget, "to_task": ChoiceWidget, "bitrix24_manager_id": NumberWidget,
    "bitrix24_company_id": NumberWidget, "paused_until": DayWidget, "balance": MoneyWidget,
    "balance_on": DayWidget,
}  # fmt: skip


class CounterpartyResource(ModelResource):  # type: ignore[misc]
    """Writes counterparties as rows, and rows as counterparties."""

    class Meta:
        model = Counterparty
        fields = IMPORTED + SHOWN_ONLY
        export_order = IMPORTED + SHOWN_ONLY
        import_id_fields = ("onec_guid",)
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        skip_unchanged = True
        skip_html_diff = True
        store_instance = True

    @classmethod
    def field_from_django_field(cls, field_name: str, django_field: Any, readonly: bool) -> Field:
        widget = WIDGETS.get(field_name, Widget)()
        return Field(field_name, field_name, widget, readonly=field_name in SHOWN_ONLY)

    def after_init_instance(self, instance: Counterparty, new: bool, row: Any, **_more: Any) -> None:
        # Nobody has asked 1C about it: the next update does.
        instance.is_unchecked = instance.is_unchecked or new
