"""Texts as searches compare them: the same on every database, whatever it knows of letters' case."""

from typing import TypeVar

from django.db.models import Model, QuerySet

T = TypeVar("T", bound=Model)


def search_text(*parts: str) -> str:
    """Return the parts, one a line, without a difference of case, of ё and е, or of kinds of quotes."""
    return "\n".join(part for part in map(_folded, parts) if part)


def search_words(text: str) -> list[str]:
    """Return the words of what a person looks for, each of which has to be in the text."""
    return _folded(text).split()


def with_words(rows: QuerySet[T], text: str) -> QuerySet[T]:
    """Return the rows whose `search` holds each word of what a person looks for, in any case."""
    for word in search_words(text):
        rows = rows.filter(search__contains=word)
    return rows


def _folded(text: str) -> str:
    plain = text.casefold().translate(_SAME)
    return " ".join(plain.split())


_SAME = str.maketrans({"ё": "е"} | dict.fromkeys("«»“”„\"'", ""))
