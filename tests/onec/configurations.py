"""What the extension looks at in the metadata of the three families, by the facts in docs/onec.md."""

from dataclasses import dataclass, field
from typing import Any

from tests.onec.platform import Names

GROUPS = "ИерархияГруппИЭлементов"


@dataclass
class MetadataObject:
    """A catalog or a document: its name in the configuration and its attributes."""

    Имя: str
    Синоним: str = ""
    attributes: tuple[str, ...] = ()
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    Иерархический: bool = False
    ВидИерархии: str = GROUPS

    @property
    def Реквизиты(self) -> Names:
        return Names(list(self.attributes))

    @property
    def ТабличныеЧасти(self) -> Names:
        return Names({name: name for name in self.parts})


PARTY = ("НаименованиеПолное", "ИНН", "КПП")
CONTACTS: dict[str, tuple[str, ...]] = {
    "КонтактнаяИнформация": ("Тип", "АдресЭП"),
    "ДополнительныеРеквизиты": ("Свойство", "Значение"),
}
INCOMING = ("НомерВходящегоДокумента", "ДатаВходящегоДокумента")
KEYS = MetadataObject(
    "Сверка_Ключи",
    attributes=("НовыйКлюч", "Хеш", "Соль", "ВсеОрганизации"),
    parts={"Организации": ("ИНН", "КПП")},
)


def _catalogs(
    *others: MetadataObject, groups: bool, ogrn: str, contract: tuple[str, ...] = ()
) -> list[MetadataObject]:
    return [
        MetadataObject("Организации", attributes=(*PARTY, "ОГРН")),
        MetadataObject("Контрагенты", attributes=(*PARTY, ogrn), parts=CONTACTS, Иерархический=groups),
        MetadataObject("ДоговорыКонтрагентов", attributes=contract),
        MetadataObject("Валюты", attributes=("Код",)),
        KEYS,
        *others,
    ]


@dataclass
class Configuration:
    """A family: its catalogs and documents, and the registers by their kind."""

    name: str
    version: str
    catalogs: list[MetadataObject]
    documents: list[MetadataObject]
    registers: dict[str, list[str]]
    constant: str

    def catalog(self, name: str) -> MetadataObject:
        return next(found for found in self.catalogs if name.lower() == found.Имя.lower())

    def document(self, name: str) -> MetadataObject:
        return next(found for found in self.documents if name.lower() == found.Имя.lower())

    def metadata(self, find_type: Any) -> "Metadata":
        return Metadata(self, find_type)


class Metadata:
    """`Метаданные`."""

    def __init__(self, configuration: Configuration, find_type: Any) -> None:
        self.Имя, self.Версия = configuration.name, configuration.version
        self.Справочники = Names({found.Имя: found for found in configuration.catalogs})
        self.ПланыВидовХарактеристик = Names(
            {
                name: MetadataObject(name, attributes=("Заголовок",))
                for name in configuration.registers.get("ПланыВидовХарактеристик", [])
            }
        )
        self.РегистрыБухгалтерии = Names(configuration.registers.get("РегистрыБухгалтерии", []))
        self.РегистрыНакопления = Names(configuration.registers.get("РегистрыНакопления", []))
        self.РегистрыСведений = Names(configuration.registers.get("РегистрыСведений", []))
        self.СвойстваОбъектов = Names({"ВидИерархии": Names([GROUPS])})
        self.НайтиПоТипу = find_type


ACCOUNTING = Configuration(
    "БухгалтерияПредприятия",
    "3.0.170.28",
    _catalogs(groups=True, ogrn="РегистрационныйНомер"),
    [
        MetadataObject("РеализацияТоваровУслуг", "Реализация (акт, накладная, УПД)"),
        MetadataObject("ПоступлениеТоваровУслуг", "Поступление (акт, накладная, УПД)", INCOMING),
        MetadataObject("ПоступлениеНаРасчетныйСчет", "Поступление на расчетный счет", INCOMING),
        MetadataObject("СписаниеСРасчетногоСчета", "Списание с расчетного счета"),
        MetadataObject("ВозвратТоваровОтПокупателя", "Возврат товаров от покупателя"),
        MetadataObject("КорректировкаДолга", "Корректировка долга"),
        MetadataObject("РегламентнаяОперация", "Регламентная операция"),
    ],
    {
        "РегистрыБухгалтерии": ["Хозрасчетный"],
        "ПланыВидовХарактеристик": ["ВидыСубконтоХозрасчетные", "ДополнительныеРеквизитыИСведения"],
    },
    "ВалютаРегламентированногоУчета",
)
TRADE = Configuration(
    "УправлениеТорговлей",
    "11.5.16.70",
    _catalogs(groups=False, ogrn="ОГРН"),
    [
        MetadataObject("РеализацияТоваровУслуг", "Реализация товаров и услуг"),
        MetadataObject("ПриобретениеТоваровУслуг", "Приобретение товаров и услуг", INCOMING),
        MetadataObject("ПоступлениеБезналичныхДенежныхСредств", "Поступление безналичных ДС", INCOMING),
        MetadataObject("СписаниеБезналичныхДенежныхСредств", "Списание безналичных ДС"),
        MetadataObject("ВозвратТоваровОтКлиента", "Возврат товаров от клиента"),
        MetadataObject("ВзаимозачетЗадолженности", "Взаимозачет задолженности"),
    ],
    {
        "РегистрыНакопления": ["РасчетыСКлиентами", "РасчетыСПоставщиками"],
        "РегистрыСведений": ["АналитикаУчетаПоПартнерам"],
        "ПланыВидовХарактеристик": ["ДополнительныеРеквизитыИСведения"],
    },
    "ВалютаРегламентированногоУчета",
)
SMALL_FIRM = Configuration(
    "УправлениеНебольшойФирмой",
    "3.0.9.100",
    _catalogs(groups=True, ogrn="ОГРН", contract=("ВалютаРасчетов",)),
    [
        MetadataObject("РасходнаяНакладная", "Расходная накладная", ("ВидОперации",)),
        MetadataObject("ПриходнаяНакладная", "Приходная накладная", (*INCOMING, "ВидОперации")),
        MetadataObject("ПоступлениеНаСчет", "Поступление на счет", INCOMING),
        MetadataObject("РасходСоСчета", "Расход со счета"),
        MetadataObject("Взаимозачет", "Взаимозачет"),
    ],
    {
        "РегистрыНакопления": ["РасчетыСПокупателями", "РасчетыСПоставщиками"],
        "ПланыВидовХарактеристик": ["ДополнительныеРеквизитыИСведения"],
    },
    "НациональнаяВалюта",
)
