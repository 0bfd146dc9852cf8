"""Companies by id and by guid, and the people they belong to."""

from dataclasses import replace

import pytest

from reconciliation.bitrix24 import crm
from reconciliation.bitrix24.crm import Company, Person
from reconciliation.bitrix24.gateway import Bitrix24
from sandbox.bitrix24.company import GUID_FIELD, Firm
from sandbox.bitrix24.server import Bitrix24Sandbox
from tests.reconciliation.bitrix24.conftest import GUID, ROMASHKA, soon

FOUND = Company(5, "ООО «Ромашка»", manager=2, guid=GUID)


def look(
    gateway: Bitrix24, company_id: int | None, guid: str = GUID, field: str = GUID_FIELD
) -> Company | None:
    return crm.companies_of(gateway, {"": (company_id, guid)}, field=field, deadline=soon())[""]


def test_a_company_is_found_by_its_id_or_by_the_guid(gateway: Bitrix24):
    assert (
        look(gateway, 5)
        == look(gateway, None)
        == look(gateway, 99)
        == look(gateway, None, GUID.upper())
        == FOUND
    )
    assert look(gateway, 5, field="") == replace(FOUND, guid="")
    assert look(gateway, None, "another") is None
    assert look(gateway, 99, field="") is None


def test_a_company_with_another_guid_is_somebody_elses(server: Bitrix24Sandbox, gateway: Bitrix24):
    server.company.firms[6] = Firm(6, "ООО «Другая»", 3, {GUID_FIELD: "another"})

    assert look(gateway, 6) == FOUND
    assert look(gateway, 6, "nobody's") is None


def test_two_companies_of_one_guid_are_nobodys_and_are_named(
    server: Bitrix24Sandbox, gateway: Bitrix24, caplog: pytest.LogCaptureFixture
):
    server.company.firms[6] = replace(ROMASHKA, id=6)

    assert look(gateway, None) is None
    assert f"5 ({GUID}), 6 ({GUID})" in caplog.text


def test_a_company_without_its_fields_is_no_company(server: Bitrix24Sandbox, gateway: Bitrix24):
    """What Bitrix24 answers to `select` beside useOriginalUfNames: bitrix-tools/b24-rest-docs#368, #263."""
    asked = {"entityTypeId": 4, "useOriginalUfNames": "Y"}

    bare = gateway.read("crm.item.list", {**asked, "select": ["id", GUID_FIELD]}, deadline=soon())
    whole = gateway.read("crm.item.list", asked, deadline=soon())

    assert bare.result == {"items": [[]]}
    assert whole.result["items"][0].keys() >= {"id", "title", "assignedById", GUID_FIELD}
    assert look(gateway, 5) == FOUND


def test_all_companies_come_by_their_ids(server: Bitrix24Sandbox, gateway: Bitrix24):
    server.company.firms |= {n: Firm(n, f"К{n}", 3) for n in range(6, 150)}

    found = list(crm.companies(gateway, field=GUID_FIELD, deadline=soon()))

    assert [each.id for each in found] == list(range(5, 150))
    assert found[0] == FOUND
    assert server.counts["crm.item.list"] == 3


def test_people_are_told_apart_by_whether_they_still_work_there(gateway: Bitrix24):
    found = crm.people(gateway, {2, 4, 99}, deadline=soon())

    assert found == {2: Person(2, "Иван Менеджер", True), 4: Person(4, "Пётр Уволенный", False)}


def test_a_field_of_companies_is_known_or_not(gateway: Bitrix24):
    assert crm.has_field(gateway, GUID_FIELD, deadline=soon())
    assert not crm.has_field(gateway, "UF_CRM_OTHER", deadline=soon())
