"""The Russian catalogue is whole, and the tool that keeps it finds every text."""

import gettext
import io

import pytest
from babel.messages.catalog import Message
from babel.messages.extract import extract
from django.utils import translation

from tests import catalogue


def test_every_text_has_a_russian_translation_and_the_compiled_file_is_up_to_date() -> None:
    assert list(catalogue.problems()) == []


@pytest.mark.parametrize(
    ("count", "form"), [(1, 0), (2, 1), (5, 2), (11, 2), (12, 2), (21, 0), (104, 1), (111, 2)]
)
def test_russian_counts_in_three_forms(count: int, form: int) -> None:
    rows = catalogue.House(locale="ru", fuzzy=False)
    rows.add(("row", "rows"), ("0", "1", "2"))
    compiled = gettext.GNUTranslations(io.BytesIO(catalogue.mo_bytes(rows)))
    assert compiled.ngettext("row", "rows", count) == str(form)


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ('{% translate "Period" %}', ["Period"]),
        ('{% trans "Debit" as debit %}{{ debit }}', ["Debit"]),
        ("{% blocktrans with n=act.number %}Act No. {{ n }}{% endblocktrans %}", ["Act No. %(n)s"]),
        ("{% blocktrans trimmed %}\n  One\n  text\n{% endblocktrans %}", ["One text"]),
        ('{% include "date.html" with label=_("First day") %}', ["First day"]),
        ('{{ value|default:_("nothing") }}', ["nothing"]),
        ('{% translate "It\'s 100% right" %}', ["It's 100%% right"]),
        ("<p>_('only prose')</p> gettext('prose too')", []),
    ],
)
def test_a_template_gives_its_texts_and_nothing_else(template: str, texts: list[str]) -> None:
    source = io.BytesIO(catalogue.code_of_template(template, "page.html").encode())
    assert [found[1] for found in extract("python", source, keywords=catalogue.KEYWORDS)] == texts


def test_a_template_with_a_plural_gives_both_forms() -> None:
    template = "{% blocktrans count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktrans %}"
    source = io.BytesIO(catalogue.code_of_template(template, "page.html").encode())
    found = [text[1] for text in extract("python", source, keywords=catalogue.KEYWORDS)]
    assert found == [("%(n)s row", "%(n)s rows")]


@pytest.mark.parametrize(
    ("text", "said", "problem"),
    [
        ("Act %(number)s", "Акт %(number)s", ""),
        ("Act %(number)s", "Акт", "other placeholders"),
        ("Act %(number)s", "Акт %(numer)s", "other placeholders"),
        ("Act", "", "not translated"),
        (("%(n)s row", "%(n)s rows"), ("%(n)s строка", "%(n)s строки", "%(n)s строк"), ""),
        (("%(n)s row", "%(n)s rows"), ("%(n)s строка", "", ""), "not translated"),
        (("%(n)s row", "%(n)s rows"), ("%(n)s строка", "%(n)s строки"), "not translated"),
    ],
)
def test_a_translation_is_whole_and_has_the_same_placeholders(
    text: str | tuple[str, str], said: str | tuple[str, ...], problem: str
) -> None:
    assert catalogue.problem_of(Message(text, said)) == problem


def test_a_guess_does_not_count_as_a_translation() -> None:
    assert catalogue.problem_of(Message("Act", "Акт", flags=["fuzzy"])) == "fuzzy"


def test_what_is_brought_in_replaces_what_was_there_and_is_no_longer_a_guess() -> None:
    some = catalogue.messages_of(catalogue.collected())[0]
    guessed = catalogue.House(locale="ru", fuzzy=False)
    guessed.add(some.id, "догадка", flags=["fuzzy"], context=some.context)
    fresh = catalogue.updated(guessed, {catalogue.key_of(some): "перевод"}).get(some.id, some.context)
    assert fresh is not None
    assert (fresh.string, "fuzzy" in fresh.flags) == ("перевод", False)


def test_django_reads_the_compiled_file() -> None:
    some = next(
        message
        for message in catalogue.messages_of(catalogue.current())
        if isinstance(message.id, str) and not message.context and "reconciliation" in message.locations[0][0]
    )
    with translation.override("ru"):
        assert translation.gettext(str(some.id)) == some.string
