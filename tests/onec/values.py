"""The platform's values that the extension's modules use, with the names that 1C gives their members.

A member that is not here fails the test that meets it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID


class Failure(AssertionError):
    """The code asks for something that this platform has not: the test fails, no `Попытка` catches it."""


class Raised(Exception):
    """A 1C exception; `Описание` is what was raised."""

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.Описание = description


class Null:
    """What a left join gives for a row that is not there."""

    def __repr__(self) -> str:
        return "NULL"


NULL = Null()


@dataclass(frozen=True, order=True)
class Ref:
    """A reference: the full name of its metadata object and its guid, or the name of a predefined value."""

    kind: str
    key: str
    base: Any = field(default=None, compare=False, repr=False)

    def УникальныйИдентификатор(self) -> UUID:
        return UUID(self.key)

    def Метаданные(self) -> Any:
        return self.base.metadata_of(self.kind)


@dataclass(frozen=True)
class Boundary:
    """The last moment of a second, its movements included."""

    moment: datetime


class Pair:
    def __init__(self, key: Any, value: Any) -> None:
        self.Ключ, self.Значение = key, value


class Array(list[Any]):
    def Добавить(self, value: Any) -> None:
        self.append(value)

    def Количество(self) -> Decimal:
        return Decimal(len(self))

    def Найти(self, value: Any) -> Decimal | None:
        return Decimal(self.index(value)) if value in self else None

    def Удалить(self, index: Decimal) -> None:
        del self[int(index)]


class Map(dict[Any, Any]):
    """`Соответствие`: any keys; what is not there is `Неопределено`."""

    def Вставить(self, key: Any, value: Any = None) -> None:
        self[key] = value

    def Получить(self, key: Any) -> Any:
        return self.get(key)

    def Количество(self) -> Decimal:
        return Decimal(len(self))


KEYWORDS = frozenset(
    "if then elsif else endif for each in to while do enddo procedure endprocedure function endfunction var "
    "export goto and or not val break continue return try except endtry raise new execute true false "
    "undefined null".split()
)


class Structure:
    """`Структура`: its keys are names, and no words of the language, which 1C may refuse."""

    def __init__(self, keys: str = "", *values: Any) -> None:
        self.fields: dict[str, Any] = {}
        names = [name.strip() for name in keys.split(",") if name.strip()]
        for number, name in enumerate(names):
            self.Вставить(name, values[number] if number < len(values) else None)

    def Вставить(self, key: str, value: Any = None) -> None:
        if key.lower() in KEYWORDS or not key.isidentifier():
            raise Failure(f"{key} is no name for a field of a structure")
        self.fields[self._known(key) or key] = value

    def Удалить(self, key: str) -> None:
        del self.fields[self._known(key) or key]

    def Свойство(self, key: str) -> bool:
        return self._known(key) is not None

    def Количество(self) -> Decimal:
        return Decimal(len(self.fields))

    def has(self, name: str) -> bool:
        return self.Свойство(name)

    def get(self, name: str) -> Any:
        return self.fields[self._known(name) or name]

    def set(self, name: str, value: Any) -> None:
        if not self.has(name):
            raise Failure(f"the structure has no field {name}")
        self.Вставить(name, value)

    def _known(self, key: str) -> str | None:
        return next((name for name in self.fields if name.lower() == key.lower()), None)


class Row(Structure):
    """A row of a table of values, or the place where a selection stands: its columns are its fields."""

    def __init__(self, fields: dict[str, Any]) -> None:
        self.fields = fields


class Table:
    """`ТаблицаЗначений`."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = [Row(dict(row)) for row in rows]
        self.Индексы = Array()

    def НайтиСтроки(self, wanted: Structure) -> Array:
        return Array(row for row in self.rows if all(row.get(k) == v for k, v in wanted.fields.items()))

    def Удалить(self, row: Row) -> None:
        self.rows.remove(row)

    def Сортировать(self, column: str) -> None:
        self.rows.sort(key=lambda row: row.get(column))

    def ВыгрузитьКолонку(self, column: str) -> Array:
        return Array(row.get(column) for row in self.rows)

    def Количество(self) -> Decimal:
        return Decimal(len(self.rows))
