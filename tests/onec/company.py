"""The cast: a company with its customers in an infobase of one family, and the extension that serves it."""

import json
from datetime import datetime
from decimal import Decimal
from typing import Any

from tests.onec.configurations import ACCOUNTING, SMALL_FIRM, TRADE, Configuration
from tests.onec.infobase import Infobase
from tests.onec.interpreter import Interpreter
from tests.onec.objects import Request
from tests.onec.values import Ref

FAMILIES = {"accounting": ACCOUNTING, "trade": TRADE, "small firm": SMALL_FIRM}
KEY = "0123456789abcdef0123456789abcdef"
HANDLERS = {"act": "АктGET", "counterparties": "КонтрагентыGET", "ping": "ПроверкаGET"}
QUARTER = {"date_from": "2024-01-01", "date_to": "2024-03-31"}


class Company:
    """Two organizations, a customer with three contracts, one without dealings, and a stranger."""

    def __init__(self, configuration: Configuration) -> None:
        self.base = Infobase(configuration)
        self.extension = Interpreter(self.base)
        self.organization = self.party("Организации", "Поставщик", "7701234567", ОГРН="1157746123457")
        self.sister = self.party("Организации", "Второй поставщик", "7702345678")
        self.customer = self.party("Контрагенты", "Ромашка", "7707083893")
        self.idle = self.party("Контрагенты", "Василёк", "7710140679")
        self.stranger = self.party("Контрагенты", "Прохожий", "500100732259")
        self.dollars = self.base.add("Справочник.Валюты", "USD", Код="840")
        self.contracts = [
            self.base.add("Справочник.ДоговорыКонтрагентов", name, ВалютаРасчетов=currency)
            for name, currency in (
                ("Договор поставки № 7", self.base.roubles),
                ("Договор поставки № 8", self.base.roubles),
                ("Контракт № 1 в долларах", self.dollars),
            )
        ]
        self.prepare_registers()
        self.key = self.add_key(KEY, organizations=[("7701234567", "")])

    def party(self, catalog: str, name: str, inn: str, **more: Any) -> Ref:
        full = f"Общество «{name}»"
        return self.base.add(
            f"Справочник.{catalog}", name, НаименованиеПолное=full, ИНН=inn, КПП=f"{inn[:4]}01001", **more
        )

    def prepare_registers(self) -> None:
        """Give the base its tables, with the director of the organization where the family keeps one."""
        head = {
            "ОтветственноеЛицо": self.base.predefined(
                "Перечисление.ОтветственныеЛицаОрганизаций.Руководитель"
            ),
            "Должность": self.base.add("Справочник.Валюты", "Генеральный директор"),
        }
        person = self.base.add("Справочник.Валюты", "Иванов Иван Иванович")
        of = self.organization
        self.base.registers |= {
            "РегистрСведений.ОтветственныеЛицаОрганизаций": [
                head | {"СтруктурнаяЕдиница": of, "ФизическоеЛицо": person}
            ],
            "РегистрСведений.ОтветственныеЛица": [head | {"Организация": of, "Сотрудник": person}],
            "Справочник.ОтветственныеЛицаОрганизаций": [
                head
                | {"Владелец": of, "ФизическоеЛицо": person, "ПометкаУдаления": False}
                | {"ДатаНачала": datetime(2020, 1, 1), "ДатаОкончания": datetime(1, 1, 1)}
            ],
            "РегистрСведений.АналитикаУчетаПоПартнерам": [],
            "ПланВидовХарактеристик.ДополнительныеРеквизитыИСведения": [],
        }
        self.base.parts |= {
            "Справочник.Сверка_Ключи.Организации": [],
            "Справочник.Контрагенты.КонтактнаяИнформация": [],
            "Справочник.Контрагенты.ДополнительныеРеквизиты": [],
        }

    def add_key(self, key: str, *, organizations: list[tuple[str, str]], everything: bool = False) -> Ref:
        salt = f"соль{len(self.base.objects)}"
        hashed = self.extension.call("Сверка_Ключи", "ХешКлюча", key, salt)
        ref = self.base.add(
            "Справочник.Сверка_Ключи", "портал", Хеш=hashed, Соль=salt, ВсеОрганизации=everything
        )
        self.base.parts["Справочник.Сверка_Ключи.Организации"] += [
            {"Ссылка": ref, "ИНН": inn, "КПП": kpp} for inn, kpp in organizations
        ]
        return ref

    def respond(
        self, path: str, query: dict[str, str], headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """Return what the HTTP service answers: status, headers, body."""
        found = self.extension.call("Сверка_Портал", HANDLERS[path], Request(query, headers))
        return found.status, dict(found.Заголовки), found.body

    def ask(
        self, path: str, headers: dict[str, str] | None = None, **query: Any
    ) -> tuple[int, dict[str, Any]]:
        status, _headers, body = self.respond(path, query, {"X-API-Key": KEY} if headers is None else headers)
        return status, json.loads(body, parse_float=Decimal)

    def ask_act(self, headers: dict[str, str] | None = None, **query: Any) -> tuple[int, dict[str, Any]]:
        """Ask for the customer's act for the first quarter, unless the query says otherwise."""
        return self.ask("act", headers, **({"counterparty_guid": self.customer.key} | QUARTER | query))

    def act(self, **query: Any) -> dict[str, Any]:
        """Return the customer's act for the first quarter; nothing must come into the event log."""
        status, answer = self.ask_act(**query)
        assert (status, self.base.log) == (200, []), (status, answer, self.base.log)
        return answer
