"""Objects that the extension makes or is given, such as queries and requests; and how members are found."""

import hashlib
from base64 import encodebytes
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from tests.onec.values import Array, Boundary, Failure, Map, Pair, Raised, Ref, Row, Structure, Table


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
        last: QueryResult = self.ВыполнитьПакет()[-1]
        return last


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
