"""Keys: where they are taken from, whom they open what to, and how they are kept in 1C."""

from decimal import Decimal

import pytest

from tests.onec.company import FAMILIES, KEY, Company
from tests.onec.values import Row

ANOTHER = "fedcba9876543210fedcba9876543210"


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({"X-API-Key": KEY}, {}),
        ({"x-api-key": f" {KEY} "}, {}),
        ({"Authorization": KEY}, {}),
        ({"Authorization": f"Bearer {KEY}"}, {}),
        ({"authorization": f"Basic dXNlcjpwYXNz, Bearer {KEY}"}, {}),
        ({"Authorization": "Basic dXNlcjpwYXNz", "X-API-Key": KEY}, {}),
        ({}, {"api_key": KEY}),
    ],
)
def test_a_key_is_taken_from_wherever_the_portal_puts_it(company, headers, query):
    assert company.ask("ping", headers, **query)[0] == 200


@pytest.mark.parametrize("path", ["ping", "act", "counterparties"])
def test_without_a_key_nobody_is_told_anything(company, path):
    assert company.ask(path, {}) == (401, {"error": "Нет ключа: нужен заголовок X-API-Key."})
    assert company.ask(path, {"Authorization": "Basic dXNlcjpwYXNz"})[0] == 401
    for wrong in ("no such key", KEY[:-1], KEY + "0", KEY.upper()):
        assert company.ask(path, {"X-API-Key": wrong}) == (403, {"error": "Ключ не известен или отозван."})


def test_a_key_that_is_marked_for_deletion_is_revoked(company):
    company.base.objects[company.key]["ПометкаУдаления"] = True
    assert company.ask("ping")[0] == 403


def test_the_key_itself_is_nowhere_in_the_infobase(company):
    assert KEY not in repr(company.base.objects)


def test_each_key_sees_its_own_organization_alone(company):
    company.add_key(ANOTHER, organizations=[("7702345678", "770201001")])
    assert company.ask_act()[1]["closing_balance"] == Decimal("45000.5")
    status, answer = company.ask_act({"X-API-Key": ANOTHER})
    assert (status, answer["closing_balance"]) == (200, 0)
    assert answer["organization"]["inn"] == "7702345678"
    listed = [
        company.ask("counterparties", {"X-API-Key": key}, nonzero="true")[1]["counterparties"]
        for key in (KEY, ANOTHER)
    ]
    assert [len(found) for found in listed] == [1, 0]


def test_a_key_for_another_organizations_tax_number_gets_nothing(company):
    assert company.ask_act(organization_inn="7702345678")[0] == 403
    company.base.parts["Справочник.Сверка_Ключи.Организации"].clear()
    status, answer = company.ask_act()
    assert (status, "впишите ИНН организации в ключ" in answer["error"]) == (403, True)


def test_a_key_of_several_organizations_must_say_which(company):
    company.add_key(ANOTHER, organizations=[], everything=True)
    status, answer = company.ask_act({"X-API-Key": ANOTHER})
    assert (status, "organization_inn" in answer["error"]) == (400, True)
    status, answer = company.ask_act({"X-API-Key": ANOTHER}, organization_inn="7701234567")
    assert (status, answer["closing_balance"]) == (200, Decimal("45000.5"))


def test_a_branch_with_the_same_tax_number_is_told_apart_by_its_kpp(company):
    branch = company.party("Организации", "Филиал", "7701234567")
    company.base.objects[branch]["КПП"] = "770143001"
    assert company.ask_act()[0] == 400
    company.base.parts["Справочник.Сверка_Ключи.Организации"][0]["КПП"] = "770101001"
    assert company.ask_act()[1]["closing_balance"] == Decimal("45000.5")


def written(company, **fields):
    """Return a key's fields after it was written, and what its author was told."""
    item = Row({"НовыйКлюч": "", "Хеш": "", "Соль": "", "ВсеОрганизации": False} | fields)
    item.fields |= {"ОбменДанными": Row({"Загрузка": False}), "ЭтотОбъект": None}
    company.extension.call("Сверка_Ключи.obj", "ПередЗаписью", False, this=item)
    return item.fields, company.base.messages


def test_a_new_key_is_written_as_its_hash(company):
    item, messages = written(company, НовыйКлюч=ANOTHER)
    assert (item["НовыйКлюч"], len(item["Хеш"]), len(item["Соль"]), messages) == ("", 64, 32, [])
    assert item["Хеш"] == company.extension.call("Сверка_Ключи", "ХешКлюча", ANOTHER, item["Соль"])


@pytest.mark.parametrize(("new", "words"), [("short", "короче 32 знаков"), ("", "Впишите ключ")])
def test_a_key_that_is_too_short_or_missing_is_not_written(company, new, words):
    item, messages = written(company, НовыйКлюч=new)
    assert item["Хеш"] == ""
    assert words in messages[0]


def test_a_copy_of_a_key_does_not_open_the_door():
    company = Company(FAMILIES["accounting"])
    item = Row({"НовыйКлюч": "", "Хеш": "abc", "Соль": "def"})
    company.extension.call("Сверка_Ключи.obj", "ПриКопировании", None, this=item)
    assert (item.fields["Хеш"], item.fields["Соль"]) == ("", "")
