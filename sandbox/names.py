"""Made-up company, contract and signatory names in Russian, English, Kazakh and Belarusian fashion."""

from random import Random

RUSSIAN_HEADS = (
    "Север Восток Волга Урал Байкал Сибирь Кама Онега Нева Ладога Алтай Азимут Вектор Гранит Гарант"
    " Диалог Дельта Каскад Квант Лидер Магистраль Меридиан Оптима Орион Партнёр Прогресс Радуга Рубин Союз"
    " Фаворит"
).split()
RUSSIAN_TAILS = (
    "Торг Строй Снаб Комплект Сервис Маркет Продукт Техника Логистик Мебель Текстиль Пласт Металл Сталь"
    " Дом Хлеб Лес"
).split()
RUSSIAN_FORMS = ("ООО", "ООО", "ООО", "ООО", "АО", "ПАО", "ЗАО")
SURNAMES = (
    "Соколов Кузнецова Щёлоков Морозова Чижов Королёва Ефимов Юдина Рыбаков Жданова Тихонов Объедкова"
    " Цветков Шахова"
).split()
INITIALS = "А. В.|Е. С.|И. П.|Ю. Ю.|Н. Д.|О. К.|С. А.|Т. М.|Д. Э.|Л. Г.".split("|")
ENGLISH_HEADS = (
    "Alder Amber Baltic Beacon Birch Cedar Clover Crescent Dover Eastgate Falcon Fenwick Granite Harbour"
    " Ivy Juniper Kestrel Linden Maple Meadow Northgate Oakridge Orchard Pioneer Quarry Redwood Silverline"
    " Thornton Willow Zephyr"
).split()
ENGLISH_TAILS = (
    "Trading Supplies Logistics Foods Textiles Instruments Packaging Furnishings Imports Works Paper Glass"
    " Tools Ceramics Optics Timber Beverages"
).split()
ENGLISH_FORMS = ("LLC", "Ltd", "Inc.", "GmbH", "LLP")
ENGLISH_PEOPLE = ("J. Harper", "M. Osei", "A. Lindqvist", "P. O'Neill", "R. Castellanos", "S. Whitfield")
ENGLISH_MONTHS = (
    "January February March April May June July August September October November December"
).split()
KAZAKH_HEADS = "Қазына Өркен Ұлытау Іскер Әлем Ғасыр Нұрлы Жібек Шаңырақ Бәйтерек".split()
KAZAKH_TAILS = ("Сауда", "Құрылыс")
BELARUSIAN_HEADS = "Белаўтара Зубраня Дняпро Свіслач Палессе Крыніца Нёман Ліпень Жніўень Вясёлка".split()
BELARUSIAN_FORMS = ("ООО", "ЧУП")
TRICKY = (
    "ООО «Рога & Копыта»",
    "O'Brien & Daughters Ltd",
    'ООО "Кавычки "Лапки" и Ко"',
    (
        "ООО «Научно-производственное объединение по изготовлению, поставке, монтажу и обслуживанию"
        " холодильного, вентиляционного и теплообменного оборудования «Полюс холода»"
    ),
    "Smith; Jones, and 50% Co <Holdings> Ltd",
    "ООО «Ёж №1/2»",
)


def russian(index: int, rng: Random) -> str:
    """Return a Russian company's name; another index gives another name up to 510."""
    head, tail = RUSSIAN_HEADS[index % 30], RUSSIAN_TAILS[index // 30 % 17]
    return f"{rng.choice(RUSSIAN_FORMS)} «{head}{tail}»"


def entrepreneur(index: int) -> str:
    """Return a sole trader's name; another index gives another name up to 140."""
    return f"ИП {SURNAMES[index % 14]} {INITIALS[index // 14 % 10]}"


def english(index: int, rng: Random) -> str:
    """Return an English company's name; another index gives another name up to 510."""
    return f"{ENGLISH_HEADS[index % 30]} {ENGLISH_TAILS[index // 30 % 17]} {rng.choice(ENGLISH_FORMS)}"


def kazakh(index: int) -> str:
    """Return a Kazakhstani company's name; another index gives another name up to 20."""
    return f"ТОО «{KAZAKH_HEADS[index % 10]} {KAZAKH_TAILS[index // 10 % 2]}»"


def belarusian(index: int) -> str:
    """Return a Belarusian company's name; another index gives another name up to 20."""
    return f"{BELARUSIAN_FORMS[index // 10 % 2]} «{BELARUSIAN_HEADS[index % 10]}»"


def signatory(language: str, rng: Random) -> tuple[str, str]:
    """Return position and name of who signs."""
    if language == "en":
        position = rng.choice(("Director", "Chief Accountant", "Managing Director"))
        return position, rng.choice(ENGLISH_PEOPLE)
    position = rng.choice(("Генеральный директор", "Директор", "Главный бухгалтер"))
    return position, f"{rng.choice(SURNAMES)} {rng.choice(INITIALS)}"


def contract(language: str, position: int, rng: Random) -> str:
    """Return the name of a counterparty's contract, the first one at position 1."""
    day, month, number = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1, 40) * 5 + position
    if language == "en":
        return f"Supply agreement No. {number}/22 of {day} {ENGLISH_MONTHS[month - 1]} 2022"
    return f"Договор поставки № {number}/22 от {day:02d}.{month:02d}.2022"
