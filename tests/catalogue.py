"""The Russian catalogue, without GNU gettext: collects texts from code and templates, compiles django.mo.

python -m tests.catalogue                     brings django.po and django.mo up to date
python -m tests.catalogue --merge FILE.json   brings translations in first: {"text": "перевод"}
                                              or {"singular": ["одна", "две", "пять"]}
python -m tests.catalogue --check             says what is wrong, and changes nothing
"""

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/ru/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
PACKAGES = ("accounts", "portal", "reconciliation")
KEYWORDS = {
    name + lazy: arguments
    for lazy in ("", "_lazy", "_noop")
    for name, arguments in (
        ("_", None),
        ("gettext", None),
        ("ngettext", (1, 2)),
        ("pgettext", ((1, "c"), 2)),
        ("npgettext", ((1, "c"), 2, 3)),
    )
}

_STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"(?<!\w)(?:_|n?p?gettext)\({_STRING}(?:, ?{_STRING})*(?:, ?count)?\)")
_PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdf]|\{\w*\}")

Translations = Mapping[str, str | Sequence[str]]


class House(Catalog):
    """A catalogue whose file does not say when it was written: it changes only with its texts."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Language", "ru"),
            ("Plural-Forms", self.plural_forms),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def collected() -> House:
    """Return every text that the product shows, with the files it stands in."""
    about = "# The portal in Russian, kept up to date by `make messages`."
    found = House(locale="ru", header_comment=about, fuzzy=False)
    for path, source in sources():
        place = (path.relative_to(ROOT).as_posix(), 0)
        for _line, text, _comments, context in extract("python", source, keywords=KEYWORDS):
            found.add(text, locations=[place], context=context)
    return found


def sources() -> Iterator[tuple[Path, io.BytesIO]]:
    """Yield our code as it is, and our templates turned into code with the same texts."""
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py")):
        yield path, io.BytesIO(path.read_bytes())
    for path in sorted(templates()):
        yield path, io.BytesIO(code_of_template(path.read_text(encoding="utf-8"), path.name).encode())


def templates() -> Iterator[Path]:
    """Yield every template of ours, wherever it lies."""
    for folder in ("templates", *(f"{package}/templates" for package in PACKAGES)):
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in {".html", ".txt", ".xml"})


def code_of_template(text: str, name: str) -> str:
    """Return Python with a template's translatable texts and nothing else.

    Django writes them as calls of gettext amid a page that is crossed out; only the calls are Python.
    """
    return "\n".join(_CALL.findall(templatize(text, origin=name)))


def current() -> Catalog:
    """Return the catalogue as it is in the repository; an empty one before the first time."""
    if not PO.exists():
        return House(locale="ru")
    with PO.open("rb") as file:
        return read_po(file, locale="ru", abort_invalid=True)


def updated(catalogue: Catalog, translations: Translations) -> House:
    """Return the texts of the code with what `translations` or else `catalogue` says of each."""
    fresh = collected()
    for message in messages_of(fresh):
        known = catalogue.get(message.id, message.context)
        if known:
            message.string = known.string
            message.flags |= known.flags & {"fuzzy"}
        if key_of(message) in translations:
            message.string = as_string(translations[key_of(message)])
            message.flags.discard("fuzzy")
    return fresh


def messages_of(catalogue: Catalog) -> list[Message]:
    """Return the catalogue's messages without its header."""
    return [message for message in catalogue if message.id]


def key_of(message: Message) -> str:
    """Return what a message is called in a file of translations: its singular, with its context before it."""
    text = singular(message)
    return f"{message.context}\x04{text}" if message.context else text


def singular(message: Message) -> str:
    """Return a message's text; of two the one for a single thing."""
    return message.id if isinstance(message.id, str) else message.id[0]


def as_string(translation: str | Sequence[str]) -> str | tuple[str, ...]:
    """Return a translation as Babel holds it."""
    return translation if isinstance(translation, str) else tuple(translation)


def po_text(catalogue: Catalog) -> bytes:
    """Return the catalogue as a .po file, in an order that does not depend on where a text stands."""
    file = io.BytesIO()
    write_po(file, catalogue, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return file.getvalue()


def mo_bytes(catalogue: Catalog) -> bytes:
    """Return the catalogue compiled."""
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def write(catalogue: House) -> None:
    """Write django.po and django.mo."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_text(catalogue))
    MO.write_bytes(mo_bytes(catalogue))


def problems() -> Iterator[str]:
    """Yield what is wrong with the catalogue in the repository, a line each."""
    catalogue, wanted = current(), updated(current(), {})
    for message in messages_of(wanted):
        if problem := problem_of(message):
            yield f"{problem}: {singular(message)!r} ({message.locations[0][0]})"
    known = {key_of(message) for message in messages_of(wanted)}
    stale = [message for message in messages_of(catalogue) if key_of(message) not in known]
    yield from (f"no longer in the code: {singular(message)!r}" for message in stale)
    if PO.read_bytes() != po_text(wanted) or MO.read_bytes() != mo_bytes(wanted):
        yield "django.po and django.mo are not what the code needs: run `make messages`"


def problem_of(message: Message) -> str:
    """Return what is wrong with one translation, or nothing."""
    said = message.string or ""
    forms = [said] if isinstance(said, str) else list(said)
    if "fuzzy" in message.flags:
        return "fuzzy"
    if not all(forms) or len(forms) != (1 if isinstance(message.id, str) else 3):
        return "not translated"
    texts = [message.id] if isinstance(message.id, str) else list(message.id)
    allowed = [placeholders(text) for text in texts]
    return "" if all(placeholders(form) in allowed for form in forms) else "other placeholders"


def placeholders(text: str) -> set[str]:
    """Return the places in `text` that the code fills in."""
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


def read_translations(files: Sequence[Path]) -> dict[str, str | list[str]]:
    """Return what the JSON files say, later ones over earlier ones."""
    merged: dict[str, str | list[str]] = {}
    for file in files:
        merged |= json.loads(file.read_text(encoding="utf-8"))
    return merged


def main(arguments: Sequence[str]) -> int:
    """Update or check; 1 when something is wrong with the catalogue."""
    parser = argparse.ArgumentParser(prog="python -m tests.catalogue", description=__doc__)
    parser.add_argument("--merge", nargs="+", type=Path, default=[], metavar="FILE.json")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args(arguments)
    if not given.check:
        translations = read_translations(given.merge)
        write(updated(current(), translations))
        report_unused(translations)
    found = list(problems())
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def report_unused(translations: Translations) -> None:
    """Say which translations no text of the code asks for."""
    known = {key_of(message) for message in messages_of(current())}
    for key in sorted(set(translations) - known):
        print(f"not in the code, left out: {key!r}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
