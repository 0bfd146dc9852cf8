"""The platform's values that the extension's modules use, with the names that 1C gives their members.

A member that is not here fails the test that meets it.
"""

import hashlib
from base64 import encodebytes
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
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

    def __getattr__(self, name: str) -> Any:
        return self.base.attribute(self, name)


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


class Selection:
    """`ВыборкаИзРезультатаЗапроса`."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows, self.at = rows, -1

    def Следующий(self) -> bool:
        self.at += 1
        return self.at < len(self.rows)

    def Количество(self) -> Decimal:
        return Decimal(len(self.rows))

    def has(self, name: str) -> bool:
        return 0 <= self.at < len(self.rows) and Row(self.rows[self.at]).has(name)

    def get(self, name: str) -> Any:
        return Row(self.rows[self.at]).get(name)


class QueryResult:
    def __init__(self, rows: list[dict[str, Any]]) -> None:
        self.rows = rows

    def Выбрать(self) -> Selection:
        return Selection(self.rows)

    def Выгрузить(self) -> Table:
        return Table(self.rows)

    def Пустой(self) -> bool:
        return not self.rows


class Query:
    """`Запрос`: run by the infobase that it was made in."""

    def __init__(self, world: Any, query: str = "") -> None:
        self.world, self.Текст = world, query
        self.parameters: dict[str, Any] = {}

    def УстановитьПараметр(self, name: str, value: Any) -> None:
        self.parameters[name.lower()] = value

    def ВыполнитьПакет(self) -> Array:
        return Array(QueryResult(rows) for rows in self.world.base.run_queries(self.Текст, self.parameters))

    def Выполнить(self) -> QueryResult:
        return self.ВыполнитьПакет()[-1]  # type: ignore[no-any-return]


class Hashing:
    def __init__(self, algorithm: str) -> None:
        self._hash = hashlib.new(algorithm)

    def Добавить(self, data: str) -> None:
        self._hash.update(data.encode())

    @property
    def ХешСумма(self) -> bytes:
        return self._hash.digest()


class JSONWriter:
    def УстановитьСтроку(self, _parameters: Any = None) -> None:
        self.text = ""

    def Закрыть(self) -> str:
        return self.text


class Request:
    """`HTTPСервисЗапрос`."""

    def __init__(self, query: dict[str, str], headers: dict[str, str]) -> None:
        self.ПараметрыЗапроса, self.Заголовки = Map(query), Map(headers)


class Response:
    """`HTTPСервисОтвет`."""

    def __init__(self, status: Decimal) -> None:
        self.status, self.Заголовки, self.body = int(status), Map(), b""

    def УстановитьТелоИзСтроки(self, body: str, encoding: str, mark: str) -> None:
        self.body = (b"\xef\xbb\xbf" if mark != "НеИспользовать" else b"") + body.encode(encoding)


class Stream:
    def __init__(self) -> None:
        self.data = b""

    def ЗакрытьИПолучитьДвоичныеДанные(self) -> bytes:
        return self.data


class UserMessage:
    def __init__(self, world: Any) -> None:
        self.world, self.Текст, self.Поле = world, "", ""

    def УстановитьДанные(self, _owner: Any) -> None:
        pass

    def Сообщить(self) -> None:
        self.world.base.messages.append(self.Текст)


def base64_lines(data: bytes) -> str:
    """Return base64 as the platform writes it: in lines that end with CR and LF."""
    return encodebytes(data).decode().rstrip("\n").replace("\n", "\r\n")


def create(kind: str, arguments: list[Any], world: Any) -> Any:
    """Return what `Новый` makes."""
    makers: dict[str, Callable[..., Any]] = {
        "структура": Structure,
        "соответствие": Map,
        "массив": Array,
        "запрос": lambda *texts: Query(world, *texts),
        "хешированиеданных": Hashing,
        "записьjson": JSONWriter,
        "параметрызаписиjson": lambda *values: values,
        "httpсервисответ": Response,
        "потоквпамяти": Stream,
        "сообщениепользователю": partial(UserMessage, world),
        "граница": lambda moment, kind: Boundary(moment) if kind == "Включая" else moment,
        "уникальныйидентификатор": lambda *texts: new_guid(world, *texts),
        "табличныйдокумент": world.base.new_spreadsheet,
    }
    if kind.lower() not in makers:
        raise Failure(f"no type {kind}")
    return makers[kind.lower()](*arguments)


def new_guid(world: Any, *texts: str) -> UUID:
    try:
        return UUID(texts[0]) if texts else world.base.next_guid()
    except ValueError:
        raise Raised("Неверный формат уникального идентификатора") from None


def get_member(owner: Any, name: str) -> Any:
    """Return a field or a method, whatever the case of its letters."""
    if hasattr(type(owner), "has") and owner.has(name):
        return owner.get(name)
    for member in dir(owner):
        if member.lower() == name.lower() and not member.islower():
            return getattr(owner, member)
    if isinstance(owner, Ref) or hasattr(owner, "find_member"):
        return owner.base.attribute(owner, name) if isinstance(owner, Ref) else owner.find_member(name)
    raise Failure(f"{type(owner).__name__} has no {name}")


def set_member(owner: Any, name: str, value: Any) -> None:
    if hasattr(type(owner), "has") and owner.has(name):
        owner.set(name, value)
        return
    known = next((member for member in dir(owner) if member.lower() == name.lower()), None)
    if known is None:
        raise Failure(f"{type(owner).__name__} has no {name}")
    setattr(owner, known, value)


def get_index(owner: Any, index: Any) -> Any:
    if isinstance(owner, Map):
        return owner.get(index)
    if isinstance(owner, list):
        return owner[int(index)]
    return get_member(owner, index)


def set_index(owner: Any, index: Any, value: Any) -> None:
    owner[index if isinstance(owner, Map) else int(index)] = value


def iterate(owner: Any) -> Iterator[Any]:
    """Yield what `Для Каждого` goes through."""
    if isinstance(owner, dict):
        yield from (Pair(key, value) for key, value in list(owner.items()))
    elif isinstance(owner, Table):
        yield from list(owner.rows)
    elif isinstance(owner, Structure):
        yield from (Pair(key, value) for key, value in list(owner.fields.items()))
    else:
        yield from list(owner)
