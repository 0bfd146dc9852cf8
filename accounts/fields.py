"""A database field for money that is exact on every database."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    _BigInteger = models.BigIntegerField[Decimal, Decimal]
else:
    # Django's fields take no type arguments as the program runs.
    _BigInteger = models.BigIntegerField

CENT = Decimal("0.01")


class MoneyField(_BigInteger):
    """A Decimal with two decimals, kept as whole hundredths.

    SQLite has no decimals: it would keep an amount as a binary fraction, lose digits beyond the
    fifteenth and fail sums such as 0.10 + 0.20 = 0.30.
    """

    _pyi_private_set_type: Decimal | models.F  # type: ignore[assignment]  # what django-stubs lets in
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal  # type: ignore[assignment]

    description = _("Amount of money")

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError:
            raise ValidationError(_("Enter an amount.")) from None

    def from_db_value(self, value: int | None, *_args: Any) -> Decimal | None:
        return None if value is None else (Decimal(value) / 100).quantize(CENT)

    def get_prep_value(self, value: Any) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        hundredths = Decimal(str(value)) * 100
        if hundredths != hundredths.to_integral_value():
            raise ValueError("an amount of money has at most two decimals")
        return int(hundredths)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return models.Field.formfield(self, **{"form_class": forms.DecimalField, **kwargs})

    @property
    def validators(self) -> list[Any]:
        # Not the integer's own: they would compare an amount with the limits of its hundredths.
        return []
