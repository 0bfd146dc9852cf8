"""Where each field of a counterparty comes from: 1C, or a person, whose value 1C never silently replaces.

Nothing is stored about it but what 1C said last (`onec`): a field that holds just that is 1C's, any other
value was typed by a person. Where both have a value and they differ, the field is in conflict until a person
takes one of them; taking their own is remembered (`declined`) until 1C says something else again.
"""

from collections.abc import Mapping
from typing import Any, Literal

FIELDS = ("name", "inn", "kpp", "email", "bitrix24_company_id")
"""What both 1C and a person may fill in."""
EMPTY = ("", None)

Source = Literal["onec", "person", "nobody"]
Values = Mapping[str, Any]


def source_of(field: str, values: Values, onec: Values) -> Source:
    """Return who the field's value is from; "nobody" for an empty field of which 1C has said nothing."""
    if field in onec and values[field] == onec[field]:
        return "onec"
    return "nobody" if values[field] in EMPTY and field not in onec else "person"


def conflicts(values: Values, onec: Values, declined: Values) -> list[str]:
    """Return the fields in which 1C has another value than a person, and nobody has chosen yet."""
    return [
        field
        for field in FIELDS
        if onec.get(field) not in EMPTY
        and values[field] != onec[field]
        and declined.get(field) != onec[field]
    ]


def merged(values: Values, onec: Values, said: Values) -> dict[str, Any]:
    """Return the values once 1C has said `said`: a person's stay as they are."""
    return {
        field: said[field] if field in said and source_of(field, values, onec) != "person" else values[field]
        for field in FIELDS
    }
