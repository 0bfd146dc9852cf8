"""Where a counterparty's fields come from, and what becomes of them when 1C speaks."""

from typing import Any

import pytest

from accounts import sources
from accounts.models import Counterparty

BLANK = {"name": "", "inn": "", "kpp": "", "email": "", "bitrix24_company_id": None}


def values(**own: Any) -> dict[str, Any]:
    return BLANK | own


@pytest.mark.parametrize(
    ("value", "onec", "source"),
    [
        ("a@x.ru", {"email": "a@x.ru"}, "onec"),
        ("a@x.ru", {"email": "b@x.ru"}, "person"),
        ("a@x.ru", {"email": ""}, "person"),
        ("a@x.ru", {}, "person"),
        ("", {"email": "b@x.ru"}, "person"),
        ("", {"email": ""}, "onec"),
        ("", {}, "nobody"),
    ],
)
def test_a_value_is_of_1c_when_1c_said_just_that(value: str, onec: dict[str, str], source: str) -> None:
    assert sources.source_of("email", values(email=value), onec) == source


def test_what_1c_says_replaces_what_1c_said_and_fills_what_nobody_filled() -> None:
    before = values(name="Old", email="typed@x.ru")
    said = values(name="New", inn="7701234567", email="onec@x.ru")
    assert sources.merged(before, {"name": "Old"}, said) == said | {"email": "typed@x.ru"}


@pytest.mark.parametrize(
    ("typed", "onec", "declined", "fields"),
    [
        ("typed@x.ru", {"email": "onec@x.ru"}, {}, ["email"]),
        ("", {"email": "onec@x.ru"}, {}, ["email"]),
        ("typed@x.ru", {"email": ""}, {}, []),
        ("typed@x.ru", {}, {}, []),
        ("typed@x.ru", {"email": "onec@x.ru"}, {"email": "onec@x.ru"}, []),
        ("typed@x.ru", {"email": "newer@x.ru"}, {"email": "onec@x.ru"}, ["email"]),
    ],
)
def test_fields_are_in_conflict_until_somebody_chooses(
    typed: str, onec: dict[str, str], declined: dict[str, str], fields: list[str]
) -> None:
    assert sources.conflicts(values(email=typed), onec, declined) == fields


@pytest.mark.django_db
def test_a_saved_counterparty_knows_whether_it_is_in_conflict() -> None:
    company = Counterparty.objects.create(onec_guid="1", name="Ромашка", onec={"name": "Ромашка"})
    assert not company.in_conflict
    company.name = "Лютик"
    company.save(update_fields=["name"])
    assert Counterparty.objects.get().in_conflict
