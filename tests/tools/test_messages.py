"""Every text is found and has a Russian translation; `make test` runs the check itself."""

import io

import pytest
from babel.messages.catalog import Message

from tools import messages


@pytest.mark.parametrize(
    ("template", "texts"),
    [
        ('{% translate "Period" %}', ["Period"]),
        ('{% trans "Debit" as debit %}{{ debit }}', ["Debit"]),
        ("{% blocktrans with n=act.number %}Act No. {{ n }}{% endblocktrans %}", ["Act No. %(n)s"]),
        ("{% blocktrans trimmed %}\n  One\n  text\n{% endblocktrans %}", ["One text"]),
        ('{% include "date.html" with label=_("First day") %}', ["First day"]),
        ('{% translate "It\'s 100% right" %}', ["It's 100%% right"]),
        ("<p>_('only prose')</p> gettext('prose too')", []),
        (
            "{% blocktrans count n=rows %}{{ n }} row{% plural %}{{ n }} rows{% endblocktrans %}",
            [("%(n)s row", "%(n)s rows")],
        ),
    ],
)
def test_a_template_gives_its_texts_and_nothing_else(template: str, texts: list[object]) -> None:
    found = messages.extract_template(io.BytesIO(template.encode()), messages.KEYWORDS, [], {})
    given = [text for _line, _name, text, _comments in found]
    assert [text[:2] if isinstance(text, tuple) and len(text) > 1 else text for text in given] == texts


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        (Message("Act %(number)s", "Акт %(number)s"), ""),
        (Message("Act %(number)s", "Акт"), "other placeholders"),
        (Message("Act %(number)s", "Акт %(numer)s"), "other placeholders"),
        (Message("Act", ""), "not translated"),
        (Message("Act", "Акт", flags=["fuzzy"]), "fuzzy"),
        (Message(("%(n)s row", "%(n)s rows"), ("%(n)s строка", "%(n)s строки", "%(n)s строк")), ""),
        (Message(("%(n)s row", "%(n)s rows"), ("%(n)s строка", "%(n)s строки")), "not translated"),
    ],
)
def test_a_translation_is_whole_and_has_the_same_placeholders(message: Message, problem: str) -> None:
    assert messages.problem_of(message) == problem
