"""Which encoding a text of bytes is in: UTF-8, UTF-16, or the one whose letters are the likeliest."""

import re
from typing import Final

SINGLE_BYTE: Final = {
    "cp1251": "Windows-1251", "kz1048": "KZ-1048", "cp866": "MS-DOS (866)", "koi8_r": "KOI8-R",
}  # fmt: skip
"""The encodings of three countries with what people call them; the first of equals is taken."""
COMMON: Final = "оеаинтсрвлкмдпуя"
"""The letters of nine tenths of a Russian text, by their number in the National Corpus."""
LETTERS: Final = frozenset("абвгдежзийклмнопрстуфхцчшщъыьэюяё" + "әғқңөұүһі" + "ўіїєґ")
SIGNS: Final = frozenset("«»„“”‘’№–—…•§ ®©°")
ODD_CASE: Final = re.compile(r"[а-яё][А-ЯЁ]")
MIXED: Final = re.compile(r"[A-Za-z][А-яЁё]|[а-яё][A-Za-z]")
SAMPLE_LINES: Final = 2000
LEAST_LIKELY: Final = 0.35
LIKELY: Final = 0.7
"""Of the best possible 1.0; texts in the right encoding have over 0.6."""
BOMS: Final = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")


class UnknownEncoding(Exception):
    """No encoding gives a likely text; `line` has the first byte in question."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def decode(content: bytes) -> tuple[str, str]:
    """Return the text and what its encoding is called. Raises UnknownEncoding."""
    of_unicode = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    line, text = 0, ""
    try:
        text = content.decode(of_unicode)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        if of_unicode == "utf-16" or _is_damaged_utf8(content):
            raise UnknownEncoding(line) from None
    if text and (content.startswith(BOMS) or likelihood(text) >= LEAST_LIKELY):
        return text, of_unicode.removesuffix("-sig").upper()
    texts = {name: content.decode(name, errors="replace") for name in SINGLE_BYTE}
    best = max(texts, key=lambda name: likelihood(texts[name]))
    if likelihood(texts[best]) >= (LIKELY if text else LEAST_LIKELY):
        return texts[best], SINGLE_BYTE[best]
    if line:
        raise UnknownEncoding(line)
    return text, "UTF-8"


def likelihood(text: str) -> float:
    """Return how likely the text's signs beyond ASCII are those of a person's language, 1.0 at most."""
    text = "\n".join([line for line in text.splitlines() if not line.isascii()][:SAMPLE_LINES])
    beyond = [sign for sign in text if sign > "\x7f"]
    if not beyond:
        return 1.0
    points = sum(_points(sign.lower()) for sign in beyond)
    return (points - len(ODD_CASE.findall(text)) - 2 * len(MIXED.findall(text))) / len(beyond)


def _points(sign: str) -> float:
    if sign in COMMON:
        return 1.0
    return 0.6 if sign in LETTERS else 0.5 if sign in SIGNS else -2.0


def _is_damaged_utf8(content: bytes) -> bool:
    """Whether most of what is beyond ASCII is UTF-8."""
    text = content.decode("utf-8", errors="surrogateescape")
    damaged = sum("\udc80" <= sign <= "\udcff" for sign in text)
    return sum(sign > "\x7f" for sign in text) - damaged > damaged
