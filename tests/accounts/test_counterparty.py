"""A counterparty: one form of its guid and addresses, defaults of the organization, pauses."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError

from accounts.models import Counterparty, OrganizationSettings
from accounts.search_text import search_text, search_words

GUID = "d7200b19-9fb7-5c67-9913-2945b0af78df"


@pytest.mark.django_db
@pytest.mark.parametrize("written", [GUID.upper(), f"{{{GUID}}}", f" {GUID} ", GUID.replace("-", "")])
def test_a_guid_has_one_form(written: str) -> None:
    assert Counterparty.objects.create(onec_guid=written).onec_guid == GUID


@pytest.mark.django_db
def test_guids_of_before_get_the_one_form_and_a_double_is_left_alone() -> None:
    rows = [Counterparty(onec_guid=guid, name=guid) for guid in (GUID.upper(), "АБ-1", GUID)]
    Counterparty.objects.bulk_create(rows)
    other = Counterparty.objects.bulk_create([Counterparty(onec_guid="A" * 32, name="ООО «Ёлка»")])[0]
    import_module("accounts.migrations.0005_one_form_of_guids").fill(apps, None)
    found = Counterparty.objects.order_by("pk").values_list("onec_guid", flat=True)
    assert list(found)[:3] == [GUID.upper(), "АБ-1", GUID]
    other.refresh_from_db()
    assert other.onec_guid == "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"
    assert "елка" in other.search


@pytest.mark.django_db
def test_several_addresses_are_kept_once_each_in_one_form() -> None:
    company = Counterparty(onec_guid="1", email=" Buh@X.ru;dir@x.ru  buh@x.ru ")
    company.full_clean()
    company.save()
    assert company.addresses == ["buh@x.ru", "dir@x.ru"]


def test_what_is_no_address_is_named() -> None:
    with pytest.raises(ValidationError, match="нет"):
        Counterparty(onec_guid="1", email="buh@x.ru, нет").clean_fields()


@pytest.mark.django_db
def test_the_organization_decides_what_a_counterparty_does_not() -> None:
    company, own = Counterparty(onec_guid="1"), Counterparty(onec_guid="2", language="ru")
    assert company.acts_language == "ru"
    OrganizationSettings(pk=1, language="en").save()
    assert (company.acts_language, own.acts_language) == ("en", "ru")


@pytest.mark.django_db
def test_a_pause_has_a_reason_and_includes_its_last_day() -> None:
    company = Counterparty(onec_guid="1", paused_until=date(2026, 11, 30))
    with pytest.raises(ValidationError):
        company.full_clean()
    assert company.is_paused(date(2026, 11, 30))
    assert not company.is_paused(date(2026, 12, 1))


def test_searches_see_no_difference_of_case_quotes_and_yo() -> None:
    text = search_text("ООО «Ёлка  и Ко»", "7701234567", "", "Buh@x.ru")
    assert text == "ооо елка и ко\n7701234567\nbuh@x.ru"
    assert search_words(' "ёлка" BUH@') == ["елка", "buh@"]
