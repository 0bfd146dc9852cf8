"""The platform's global functions and properties, as far as the extension calls them."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from sandbox.json_text import dump
from tests.onec.objects import JSONWriter, base64_lines
from tests.onec.values import NULL, Array, Failure, Map, Raised, Ref, Structure

DATES = {"ДФ=yyyy-MM-dd": "%Y-%m-%d", "ДФ=dd.MM.yyyy": "%d.%m.%Y", "ДФ=dd.MM.yy": "%d.%m.%y"}
ENUMERATIONS = {
    "ПереносСтрокJSON": ["Нет"],
    "КодировкаТекста": {"UTF8": "utf-8"},
    "ИспользованиеByteOrderMark": ["НеИспользовать"],
    "УровеньЖурналаРегистрации": ["Ошибка", "Предупреждение"],
    "ВидГраницы": ["Включая"],
    "ХешФункция": {"SHA256": "sha256"},
    "ТипФайлаТабличногоДокумента": ["PDF"],
    "ОриентацияСтраницы": ["Ландшафт"],
    "Символы": {"ВК": "\r", "ПС": "\n"},
}


class Names:
    """A global property or collection whose members are named."""

    def __init__(self, members: Mapping[str, Any] | Iterable[str]) -> None:
        found = members if isinstance(members, Mapping) else {name: name for name in members}
        self._members = {name.lower(): value for name, value in found.items()}

    def find_member(self, name: str) -> Any:
        if name.lower() not in self._members:
            raise Failure(f"no {name} among {', '.join(self._members)}")
        return self._members[name.lower()]

    def Найти(self, name: str) -> Any:
        return self._members.get(name.lower())


class Platform:
    """Global functions by their names in 1C; what is not here, the extension must not call."""

    log: list[tuple[str, str]]
    now: datetime
    own_properties: dict[str, Any]

    def global_property(self, name: str) -> Any:
        for known, members in ENUMERATIONS.items():
            if known.lower() == name.lower():
                return Names(members)
        if name.lower() not in self.own_properties:
            raise Failure(f"nothing is called {name}")
        return self.own_properties[name.lower()]

    def global_function(self, name: str, frame: Any) -> Callable[..., Any]:
        if name.lower() == "информацияобошибке":
            return lambda: frame.world.errors[-1]
        for known in dir(self):
            if known.lower() == name.lower() and not known.islower():
                found: Callable[..., Any] = getattr(self, known)
                return found
        raise Failure(f"no global function {name}")

    def Формат(self, value: Any, pattern: str) -> str:
        if isinstance(value, datetime):
            return value.strftime(DATES[pattern])
        if pattern == "ЧДЦ=2":
            return f"{value:,.2f}".replace(",", "\xa0").replace(".", ",") if value else ""
        if value == 0 and "ЧН=0" not in pattern:
            return ""
        if not pattern.endswith("ЧГ=0"):
            raise Failure(f"the number format {pattern} is not known here")
        return f"{value:f}"

    def XMLЗначение(self, kind: str, value: str) -> Any:
        if kind != "Дата" or not re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00", value, re.ASCII):
            raise Raised("Ошибка преобразования данных XDTO")
        try:
            return datetime.combine(date.fromisoformat(value[:10]), time())
        except ValueError:
            raise Raised("Ошибка преобразования данных XDTO") from None

    def Тип(self, name: str) -> str:
        return name

    def ТипЗнч(self, value: Any) -> str:
        return value.kind if isinstance(value, Ref) else type(value).__name__

    def Число(self, value: str) -> Decimal:
        return Decimal(value)

    def Строка(self, value: Any) -> str:
        return str(value)

    def СтрШаблон(self, pattern: str, *values: str) -> str:
        return re.sub(r"%(\d)", lambda found: values[int(found[1]) - 1], pattern)

    def НСтр(self, text: str) -> str:
        languages = dict(re.findall(r"(\w+)\s*=\s*'([^']*)'", text))
        if set(languages) != {"ru", "en"}:
            raise Failure(f"a text that is not in Russian and English: {text}")
        return str(languages["ru"])

    def СтрРазделить(self, value: str, separator: str) -> Array:
        return Array(value.split(separator))

    def СтрСоединить(self, parts: Array, separator: str) -> str:
        return separator.join(parts)

    def СтрДлина(self, value: str) -> Decimal:
        return Decimal(len(value))

    def СтрНайти(self, value: str, wanted: str) -> Decimal:
        return Decimal(value.find(wanted) + 1)

    def СтрНачинаетсяС(self, value: str, start: str) -> bool:
        return value.startswith(start)

    def СтрЗаменить(self, value: str, old: str, new: str) -> str:
        return value.replace(old, new)

    def Сред(self, value: str, start: Decimal, length: Decimal | None = None) -> str:
        first = int(start) - 1
        return value[first:] if length is None else value[first : first + int(length)]

    def Лев(self, value: str, length: Decimal) -> str:
        return value[: int(length)]

    def СокрЛП(self, value: Any) -> str:
        return "" if value is NULL or value is None else str(value).strip()

    def НРег(self, value: str) -> str:
        return value.lower()

    def Макс(self, *values: Decimal) -> Decimal:
        return max(values)

    def ЗначениеЗаполнено(self, value: Any) -> bool:
        if isinstance(value, Ref):
            return value.key != EMPTY
        return value not in (None, NULL, "", Decimal(0), datetime(1, 1, 1))

    def НачалоДня(self, value: datetime) -> datetime:
        return datetime.combine(value.date(), time())

    def КонецДня(self, value: datetime) -> datetime:
        return datetime.combine(value.date(), time(23, 59, 59))

    def ТекущаяДатаСеанса(self) -> datetime:
        return self.now

    def Base64Строка(self, data: bytes) -> str:
        return base64_lines(data)

    def ПолучитьHexСтрокуИзДвоичныхДанных(self, data: bytes) -> str:
        return data.hex().upper()

    def ЗаписатьJSON(self, writer: JSONWriter, value: Any) -> None:
        writer.text += dump(plain(value)).decode()

    def ЗаписьЖурналаРегистрации(
        self, event: str, level: str, _metadata: Any = None, _data: Any = None, comment: str = ""
    ) -> None:
        self.log.append((f"{event} {level}", comment))

    def КраткоеПредставлениеОшибки(self, error: Raised) -> str:
        return error.Описание

    def ПодробноеПредставлениеОшибки(self, error: Raised) -> str:
        return error.Описание

    def ЧислоПрописью(self, value: Decimal, _options: str, forms: str) -> str:
        if len(forms.split(",")) != 9:
            raise Failure(f"nine parts say how a currency is counted: {forms}")
        return f"{value:f} прописью"


EMPTY = "00000000-0000-0000-0000-000000000000"


def plain(value: Any) -> Any:
    """Return what ЗаписатьJSON may be given, which is structures, maps, arrays and primitives."""
    if isinstance(value, Structure):
        return {key: plain(item) for key, item in value.fields.items()}
    if isinstance(value, Map):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | bool | Decimal):
        return value
    raise Failure(f"ЗаписатьJSON takes no {value!r}")
