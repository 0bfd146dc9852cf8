"""An act's files: made once from its snapshot, kept, and handed out as they are for ever."""

import hashlib
import logging
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable
from contextlib import suppress

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from jobs import database
from reconciliation.errors import FileLost, FileNotDrawn, FileNotKept
from reconciliation.models import ActFile, IssuedAct
from reconciliation.printing import csv_table, spreadsheet
from reconciliation.printing.currencies import Language
from reconciliation.printing.fonts import unprintable
from reconciliation.printing.formats import language_of
from reconciliation.printing.pdf import document
from reconciliation.printing.texts import Issued
from reconciliation.tables.writer import XLSX

log = logging.getLogger(__name__)

MOST_BYTES = 255
"""What a file system takes as a name."""

FORMATS: dict[str, tuple[str, Callable[[Issued], bytes]]] = {
    "pdf": ("application/pdf", document.render),
    "xlsx": (XLSX, spreadsheet.render_xlsx),
    "csv": ("text/csv; charset=utf-8", csv_table.render_csv),
}


def make(act: IssuedAct, file_format: str, language: Language | None = None) -> ActFile:
    """Return the act's file as it is kept; it is drawn and kept if this is the first time.

    `file_format` is "pdf", "xlsx" or "csv"; the language is the counterparty's unless another is asked for.
    Raises FileNotDrawn or FileNotKept.
    """
    language = language or own_language(act)
    kept = ActFile.objects.filter(act=act, format=file_format, language=language).first()
    return kept or _first(act, file_format, language)


def own_language(act: IssuedAct) -> Language:
    """Return the language of the act's files where nobody asks for another: its counterparty's."""
    return language_of(act.counterparty.acts_language)


def keep(
    act: IssuedAct, file_format: str, language: Language, content: bytes, *, source: str = "portal"
) -> ActFile:
    """Keep the act's file. Raises IntegrityError when there is one already, or FileNotKept."""
    digest, size = _sha256(content), len(content)
    entry = ActFile(act=act, format=file_format, language=language, source=source, size=size, sha256=digest)
    # A name of its own each time: what a full disk leaves of it is nobody else's, and can go.
    name = f"{act.public_id}-{secrets.token_hex(4)}.{file_format}"
    try:
        entry.file.save(name, ContentFile(content), save=False)
    except OSError as error:
        with suppress(OSError):
            entry.file.storage.delete(entry.file.field.generate_filename(entry, name))
        raise FileNotKept(f"MEDIA_ROOT: {error.strerror}") from None
    try:
        with transaction.atomic():
            entry.save(force_insert=True)
    except IntegrityError:
        entry.file.delete(save=False)
        raise
    return entry


def render(act: IssuedAct, file_format: str, language: Language) -> bytes:
    """Return the act's file drawn anew from the snapshot."""
    day = timezone.localdate(act.issued_at)
    issued = Issued(act=act.facts, number=act.number, issued_on=day, language=language)
    return FORMATS[file_format][1](issued)


def file_name(act: IssuedAct, file_format: str, language: Language) -> str:
    """Return the name that the file bears on a person's disk, in the file's language."""
    with translation.override(language):
        title = gettext("Reconciliation Act")
    party = re.sub(r'[«»“”„"\'<>:/\\|?*\x00-\x1f]', "", act.counterparty_name)
    before, after = f"{title} {act.number} ", f" {act.date_from}–{act.date_to}.{file_format}"  # a span
    room = MOST_BYTES - len((before + after).encode())
    return before + _shortened(" ".join(party.split())[:80], room).rstrip(". ") + after


def _shortened(text: str, most: int) -> str:
    """Return as much of the text as fits in so many bytes; no letter is parted from its marks."""
    kept = text.encode()[:most].decode(errors="ignore")
    while kept != text and unicodedata.combining(text[len(kept)]):
        kept = kept[:-1]
    return kept


def _first(act: IssuedAct, file_format: str, language: Language) -> ActFile:
    if file_format == "pdf" and unprintable(act.snapshot):
        # Only an act whose PDF in another language is 1C's own can hold such letters.
        raise FileNotDrawn(f"the PDF of act {act.public_id} in {language}")
    database.release_connection()
    content = render(act, file_format, language)
    try:
        return keep(act, file_format, language, content)
    except IntegrityError:
        # Somebody else made it at the same moment: theirs is the one.
        return ActFile.objects.get(act=act, format=file_format, language=language)


def kept_for(acts: Iterable[IssuedAct], file_format: str) -> dict[int, ActFile]:
    """Return those files of these acts that are kept in their own languages, by the act's key."""
    languages = {act.pk: own_language(act) for act in acts}
    found = ActFile.objects.filter(act__in=languages, format=file_format)
    return {each.act_id: each for each in found if each.language == languages[each.act_id]}


def content_of(kept: ActFile) -> bytes:
    """Return the bytes of a kept file. Raises FileLost where the snapshot cannot give the very same ones."""
    try:
        with kept.file.open("rb") as handle:
            content = bytes(handle.read())
    except OSError:
        content = b""
    return content if _sha256(content) == kept.sha256 else _restored(kept)


def _restored(kept: ActFile) -> bytes:
    log.error("the kept file of act %s is gone or damaged", kept.act.public_id)
    drawn = kept.source == "portal"
    content = render(kept.act, kept.format, language_of(kept.language)) if drawn else b""
    if _sha256(content) != kept.sha256:
        raise FileLost(f"the {kept.format} of act {kept.act.public_id}")
    try:
        kept.file.save(f"{kept.act.public_id}.{kept.format}", ContentFile(content), save=True)
    except OSError as error:
        # The bytes are the right ones, whether or not they can be kept again.
        log.error("the file of act %s cannot be kept: %s", kept.act.public_id, error.strerror)
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
