"""`manage.py check --tag bitrix24` says for each thing that is missing what to change."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.checks.registry import registry
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone, translation

from reconciliation import connections
from reconciliation.connections.bitrix24_check import bitrix24_answers
from reconciliation.models import ConnectionState
from sandbox.bitrix24.company import ACTS_FOLDER_ID, GUID_FIELD
from sandbox.bitrix24.server import Bitrix24Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_waits")]
GOOD: dict[str, Any] = {
    "BITRIX24_ACTS_FOLDER_ID": ACTS_FOLDER_ID,
    "BITRIX24_COMPANY_GUID_FIELD": GUID_FIELD,
    "BITRIX24_FALLBACK_MANAGER_ID": 3,
    "REDIS_URL": "",
}


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    connections._bitrix24.cache_clear()


def words(server: Bitrix24Sandbox, **settings: Any) -> list[str]:
    with (
        override_settings(**{"BITRIX24_WEBHOOK_URL": server.webhook} | GOOD | settings),
        translation.override("ru"),
    ):
        return [message.msg for message in bitrix24_answers()]


def test_all_is_well_and_this_months_folder_is_there(server: Bitrix24Sandbox):
    assert words(server) == []
    folders = [each.name for each in server.company.children(ACTS_FOLDER_ID)]
    assert folders == [f"{timezone.localdate():%Y-%m}"]
    assert not ConnectionState.objects.get(name="bitrix24").is_failing


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("no_webhook", ["Make a new one in Bitrix24 and set BITRIX24_WEBHOOK_URL"]),
        ("moved", ["has moved to another address"]),
        ("overload", ["Ask Bitrix24's support"]),
        ("cut_before", ["The line to Bitrix24 broke"]),
        ("folder_gone", ["The folder for acts is not in Bitrix24"]),
        ("folder_forbidden", ["may not write into it"]),
        ("no_scope", ["tick disk, task, crm, im"] * 5),
        ("no_plan", ["does not include its REST interface"]),
        ("portal_gone", ["is not there any more"]),
    ],
)
def test_what_bitrix24_refuses_is_said_in_the_admins_words(
    server: Bitrix24Sandbox, fault: str, said: list[str]
):
    server.set_fault("*", fault)

    found = words(server)

    assert len(found) == len(said)
    for text, part in zip(found, said, strict=True):
        assert part in text
        assert server.secret not in text


def test_a_missing_scope_is_named(server: Bitrix24Sandbox):
    server.company.scopes -= {"task", "user_brief"}

    assert "(missing: task, user_brief)" in words(server)[0]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"BITRIX24_WEBHOOK_URL": ""}, "BITRIX24_WEBHOOK_URL is not set"),
        ({"BITRIX24_ACTS_FOLDER_ID": 0}, "BITRIX24_ACTS_FOLDER_ID is not set"),
        ({"BITRIX24_ACTS_FOLDER_ID": 77}, "Set BITRIX24_ACTS_FOLDER_ID"),
        ({"BITRIX24_COMPANY_GUID_FIELD": ""}, "BITRIX24_COMPANY_GUID_FIELD is not set"),
        ({"BITRIX24_COMPANY_GUID_FIELD": "UF_CRM_OTHER"}, "Companies in Bitrix24 have no field of that name"),
        ({"BITRIX24_FALLBACK_MANAGER_ID": 0}, "BITRIX24_FALLBACK_MANAGER_ID is not set"),
        ({"BITRIX24_FALLBACK_MANAGER_ID": 4}, "is not an active employee"),
    ],
)
def test_each_setting_that_is_missing_or_wrong_is_named(
    server: Bitrix24Sandbox, settings: dict[str, Any], said: str
):
    found = words(server, **settings)

    assert len(found) == 1
    assert said in found[0]


def test_a_company_is_read_as_the_month_reads_it(server: Bitrix24Sandbox):
    assert words(server) == []
    assert "crm.item.get" not in server.counts

    server.company.firms.clear()

    [said] = words(server)
    assert "sees no company in Bitrix24" in said


def test_only_the_tag_asks_bitrix24(server: Bitrix24Sandbox):
    before = set(registry.registered_checks)
    try:
        with override_settings(
            **{"BITRIX24_WEBHOOK_URL": server.webhook} | GOOD | {"BITRIX24_ACTS_FOLDER_ID": 77}
        ):
            call_command("check", stdout=StringIO(), stderr=StringIO())
            assert not server.counts
            said = StringIO()
            call_command("check", tags=["bitrix24"], stdout=StringIO(), stderr=said)
        assert "reconciliation.W021" in said.getvalue()
    finally:
        registry.registered_checks = before
