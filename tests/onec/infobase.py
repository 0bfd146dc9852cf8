"""A made-up infobase of one family: catalogs, documents and registers, with the virtual tables over them."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from tests.onec.configurations import Configuration, MetadataObject
from tests.onec.platform import EMPTY, Names, Platform
from tests.onec.queries import Argument, Batch
from tests.onec.registers import Movement, Posting, Registers
from tests.onec.spreadsheet import Spreadsheet, Template
from tests.onec.values import Failure, Raised, Ref

Row = dict[str, Any]


ACCOUNTS = {
    "51": (), "76.К": ("Контрагенты", "Договоры"), "62.01": ("Контрагенты", "Договоры", "Документы"),
    "62.02": ("Контрагенты", "Договоры", "Документы"), "60.01": ("Контрагенты", "Договоры", "Документы"),
    "60.02": ("Контрагенты", "Договоры", "Документы"), "76.05": ("Контрагенты", "Договоры", "Документы"),
    "76.АВ": ("Контрагенты", "Документы"), "90.01": (), "91.02": (), "41.01": (), "99": (),
    "45.01": ("Контрагенты", "Договоры"), "008": ("Контрагенты", "Договоры"),
}  # fmt: skip
"""Accounts with their analytics; the last two carry counterparties and contracts, and are no settlements."""


class Manager:
    """`Справочники.<Имя>`."""

    def __init__(self, base: "Infobase", kind: str) -> None:
        self.base, self.kind = base, kind

    def ПолучитьСсылку(self, guid: UUID) -> Ref:
        return Ref(self.kind, str(guid), self.base)

    def ПустаяСсылка(self) -> Ref:
        return Ref(self.kind, EMPTY, self.base)


class Infobase(Platform, Registers):
    """One family's infobase; `batches` are texts of queries that ran, `messages` what people were told."""

    def __init__(self, configuration: Configuration, now: datetime = datetime(2024, 4, 1, 9)) -> None:
        self.configuration, self.now = configuration, now
        self.objects: dict[Ref, Row] = {}
        self.parts: dict[str, list[Row]] = {}
        self.registers: dict[str, list[Row]] = {}
        self.movements: list[Movement] = []
        self.postings: list[Posting] = []
        self.log: list[tuple[str, str]] = []
        self.messages: list[str] = []
        self.batches: list[str] = []
        self.printed: list[Spreadsheet] = []
        self._guids = 0
        self.own_properties = {
            "метаданные": configuration.metadata(self.metadata_of),
            "справочники": Names(
                {c.Имя: Manager(self, f"Справочник.{c.Имя}") for c in configuration.catalogs}
            ),
            "константы": Names({configuration.constant: self}),
            "планывидовхарактеристик": Names(
                {
                    "ВидыСубконтоХозрасчетные": Names(
                        {kind: self.kind_of(kind) for kind in ("Контрагенты", "Договоры")}
                    )
                }
            ),
        }
        self.roubles = self.add("Справочник.Валюты", "руб.", Код="643")

    def next_guid(self) -> UUID:
        """Return guids that are the same in every run and do not come in the order of making."""
        self._guids += 1
        return UUID(int=(self._guids * 0x9E3779B97F4A7C15F39CC0605CEDC834) % 2**128)

    def add(self, kind: str, name: str = "", **attributes: Any) -> Ref:
        """Put a catalog's item or a document into the base."""
        ref = Ref(kind, str(self.next_guid()), self)
        self.objects[ref] = {"Наименование": name, "ПометкаУдаления": False, "ЭтоГруппа": False} | attributes
        return ref

    def Получить(self) -> Ref:
        """The constant with the currency of the accounts."""
        return self.roubles

    def new_spreadsheet(self) -> Spreadsheet:
        self.printed.append(Spreadsheet())
        return self.printed[-1]

    def ПолучитьОбщийМакет(self, name: str) -> Template:
        return Template(name)

    def metadata_of(self, kind: str) -> MetadataObject:
        family, name = kind.split(".")
        return self.configuration.document(name) if family == "Документ" else self.configuration.catalog(name)

    def attribute(self, ref: Ref, name: str) -> Any:
        if ref not in self.objects:
            raise Failure(f"{ref} has no {name}")
        known = {known.lower(): known for known in self.row(ref)}
        return self.row(ref)[known[name.lower()]]

    def presentation(self, value: Any) -> str:
        return str(self.objects[value]["Наименование"]) if value in self.objects else ""

    def predefined(self, name: str) -> Ref:
        kind, value = name.rsplit(".", 1)
        return Ref(kind, value, self)

    def kind_of(self, analytics: str) -> Ref:
        return self.predefined(f"ПланВидовХарактеристик.ВидыСубконтоХозрасчетные.{analytics}")

    def run_queries(self, text: str, parameters: dict[str, Any]) -> list[list[Row]]:
        self.batches.append(text)
        return Batch(self, parameters).run(text)

    def row(self, ref: Ref) -> Row:
        """Return a record as a query sees it: with the fields of its metadata object and no others."""
        found, metadata = self.objects[ref], self.metadata_of(ref.kind)
        own = {name: found.get(name, "") for name in metadata.attributes}
        if ref.kind.startswith("Документ."):
            return {"Ссылка": ref, "Номер": found["Номер"], "Дата": found["Дата"]} | own
        standard = {
            "Ссылка": ref,
            "Наименование": found["Наименование"],
            "ПометкаУдаления": found["ПометкаУдаления"],
        }
        return standard | ({"ЭтоГруппа": found["ЭтоГруппа"]} if metadata.Иерархический else {}) | own

    def table(self, name: str) -> list[Row]:
        if name in ("ПланСчетов.Хозрасчетный", "ПланСчетов.Хозрасчетный.ВидыСубконто"):
            return self.chart_of_accounts(analytics=name.endswith("ВидыСубконто"))
        if name in self.registers or name in self.parts:
            return (self.registers | self.parts)[name]
        family, *path = name.split(".")
        if family in ("Справочник", "Документ"):
            metadata = self.metadata_of(f"{family}.{path[0]}")
            if len(path) == 2 and path[1] in metadata.parts:
                return []
            if len(path) == 1:
                return [self.row(ref) for ref in self.objects if ref.kind == name]
        raise Raised(f"Таблица не найдена: {name}")

    def chart_of_accounts(self, *, analytics: bool) -> list[Row]:
        accounts = [(self.account(code), code, kinds) for code, kinds in ACCOUNTS.items()]
        if analytics:
            return [
                {"Ссылка": ref, "ВидСубконто": self.kind_of(kind)}
                for ref, _code, kinds in accounts
                for kind in kinds
            ]
        return [{"Ссылка": ref, "Код": code, "Забалансовый": code == "008"} for ref, code, _kinds in accounts]

    def virtual_table(self, name: str, arguments: list[Argument]) -> list[Row]:
        family, register, table = name.split(".")
        if (
            family == "РегистрСведений"
            and table == "СрезПоследних"
            and f"{family}.{register}" in self.registers
        ):
            return [row for row in self.registers[f"{family}.{register}"] if arguments[1].accepts(row)]
        known: dict[str, dict[str, Callable[..., Iterator[Row]]]] = {
            "РегистрНакопления": {"Остатки": self.balances, "Обороты": self.turnovers},
            "РегистрБухгалтерии": {
                "Остатки": self.account_balances,
                "Обороты": self.account_turnovers,
                "ОборотыДтКт": self.correspondence,
            },
        }
        if table not in known.get(family, {}):
            raise Raised(f"Таблица не найдена: {name}")
        return list(known[family][table](register, *arguments))
