"""The Russian catalogue, kept by Babel, so that nobody needs GNU gettext.

python -m tools.messages            brings django.po and django.mo up to date
python -m tools.messages --check    says what is wrong, and changes nothing
"""

import io
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir, extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale/ru/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")
LIBRARIES = ROOT / "locale/libraries.txt"
"""Texts of libraries that the catalogue translates, a line each."""
FOLDERS = ("accounts", "jobs", "letters", "portal", "reconciliation", "templates")
TEMPLATE = "tools.messages:extract_template"
METHODS = [("**.py", "python"), ("**.html", TEMPLATE), ("**.txt", TEMPLATE)]
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


def extract_template(file: BinaryIO, keywords: Any, comments: Any, options: Any) -> Iterator[Any]:
    """Yield a Django template's texts, for Babel.

    Django writes them as calls of gettext amid a page that is crossed out; only the calls are Python.
    """
    calls = _CALL.findall(templatize(file.read().decode()))
    yield from extract_python(io.BytesIO("\n".join(calls).encode()), keywords, comments, options)


def updated() -> Catalog:
    """Return the catalogue as the code needs it, with the translations that there are."""
    with PO.open("rb") as file:
        catalogue = read_po(file, locale="ru", abort_invalid=True)
    template = Catalog(creation_date=catalogue.creation_date, fuzzy=False)
    for folder in FOLDERS:
        for name, _line, text, _comments, context in extract_from_dir(
            ROOT / folder, METHODS, keywords=KEYWORDS, strip_comment_tags=True
        ):
            template.add(text, locations=[(f"{folder}/{name}", 0)], context=context)
    for text in LIBRARIES.read_text(encoding="utf-8").splitlines()[1:]:
        template.add(text, locations=[("locale/libraries.txt", 0)])
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> Mapping[Path, bytes]:
    """Return the contents of django.po and django.mo; their order does not depend on where a text stands."""
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=100, sort_output=True, include_lineno=False, ignore_obsolete=True)
    write_mo(mo, catalogue)
    return {PO: po.getvalue(), MO: mo.getvalue()}


def problem_of(message: Message) -> str:
    """Return what is wrong with one translation, or nothing."""
    texts = [message.id] if isinstance(message.id, str) else list(message.id)
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        return "fuzzy"
    if not all(forms) or len(forms) != (1 if len(texts) == 1 else 3):
        return "not translated"
    allowed = [_placeholders(text) for text in texts]
    return "" if all(_placeholders(form) in allowed for form in forms) else "other placeholders"


def problems(catalogue: Catalog) -> Iterator[str]:
    """Yield what is wrong, a line each."""
    for message in catalogue:
        if message.id and (problem := problem_of(message)):
            yield f"{problem}: {message.id!r} ({message.locations[0][0]})"


def main(arguments: list[str]) -> int:
    """Update or check; 1 when something is wrong."""
    catalogue = updated()
    found = list(problems(catalogue))
    for path, content in written(catalogue).items():
        if "--check" not in arguments:
            path.write_bytes(content)
        elif path.read_bytes() != content:
            found.append(f"{path.name} is not what the code needs: run `make messages`")
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text.replace("%%", "")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
