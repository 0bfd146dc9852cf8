"""The pages keep to the design: readable colours, nothing inline, nothing foreign, every word translated."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.template.loader import get_template
from django.utils import translation

from reconciliation.ledger.act import Act, Contract, Line, Party
from reconciliation.ledger.period import Period
from reconciliation.templatetags import acts

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if path.parent.name not in {"act_pdf", "emails", "email"}  # drawn by other rules than pages
]
STYLE = (ROOT / "static" / "portal.css").read_text(encoding="utf-8")
SCRIPT = (ROOT / "static" / "portal.js").read_text(encoding="utf-8")

BODY_TEXT = 4.5
"""WCAG 2.2 AA, 1.4.3: text against what is behind it."""
OUTLINE = 3.0
"""WCAG 2.2 AA, 1.4.11: edges of fields and the focus ring."""

PAIRS = [
    *[(text, back, BODY_TEXT) for text in ("ink", "muted") for back in ("ground", "paper")],
    *[(text, back, BODY_TEXT) for text in ("error", "warning") for back in ("ground", "paper")],
    *[(link, back, BODY_TEXT) for link in ("accent", "accent-strong") for back in ("ground", "paper")],
    *[("ink", back, BODY_TEXT) for back in ("accent-soft", "error-soft", "warning-soft")],
    ("error", "error-soft", BODY_TEXT),
    ("muted", "error-soft", BODY_TEXT),
    ("warning", "warning-soft", BODY_TEXT),
    ("accent", "warning-soft", BODY_TEXT),
    ("on-accent", "accent", BODY_TEXT),
    ("on-accent", "accent-strong", BODY_TEXT),
    *[(edge, back, OUTLINE) for edge in ("control", "focus", "error") for back in ("ground", "paper")],
]  # fmt: skip


def tokens(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css))


LIGHT_CSS, _, REST = STYLE.partition("@media (prefers-color-scheme: dark)")
DARK_CSS = REST.split("/* The page */", maxsplit=1)[0]
SCHEMES = {"light": tokens(LIGHT_CSS), "dark": tokens(LIGHT_CSS) | tokens(DARK_CSS)}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_colours_can_be_told_apart(scheme: str, front: str, back: str, least: float):
    colours = SCHEMES[scheme]
    assert contrast(colours[front], colours[back]) >= least


def by_path(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


def without_template_tags(source: str) -> str:
    source = re.sub(r"{% block main_class %}.*?{% endblock %}", "", source)  # a class, not a text
    source = re.sub(r"{% (blocktrans(?:late)?)\b.*?{% end\1 %}", "", source, flags=re.DOTALL)
    return re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", "", source, flags=re.DOTALL)


@pytest.mark.parametrize("template", TEMPLATES, ids=by_path)
def test_a_template_holds_no_inline_style_or_script(template: Path):
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|hx-vals='js:", source)
    assert not re.search(r"<script(?![^>]*\bsrc=)", source)


@pytest.mark.parametrize("template", TEMPLATES, ids=by_path)
def test_a_template_fetches_nothing_from_elsewhere(template: Path):
    assert not re.search(r"""https?:|["'(]//""", template.read_text(encoding="utf-8"))


def test_style_and_script_fetch_nothing_from_elsewhere():
    assert not re.search(r"url\(|@import|https?:", STYLE)
    assert not re.search(r"https?:|eval|innerHTML|new Function|style\.", SCRIPT)


NAMES_THAT_STAY = {"Русский", "English", "PDF", "XLSX", "CSV"}


def words_of(source: str) -> Iterator[str]:
    bare = without_template_tags(source)
    for attribute in re.findall(r'\b(?:aria-label|title|alt|placeholder)="([^"]*)"', bare):
        yield from re.findall(r"[^\W\d_]{2,}", attribute)
    yield from re.findall(r"[^\W\d_]{2,}", re.sub(r"<[^>]*>|&\w+;", " ", bare, flags=re.DOTALL))


@pytest.mark.parametrize("template", TEMPLATES, ids=by_path)
def test_every_word_of_a_template_is_translated(template: Path):
    assert set(words_of(template.read_text(encoding="utf-8"))) <= NAMES_THAT_STAY


@pytest.mark.parametrize("code", ["400", "500"])
@pytest.mark.parametrize(("language", "word"), [("en", "Reconciliation Acts"), ("ru", "Акты сверки")])
def test_the_pages_of_the_worst_day_need_neither_a_request_nor_a_database(
    code: str, language: str, word: str
):
    with translation.override(language):
        page = get_template(f"{code}.html").render()
    assert f'<html lang="{language}">' in page
    assert word in page


def test_dates_read_as_people_write_them():
    with translation.override("ru"):
        assert acts.day(date(2024, 3, 31)) == acts.short_day(date(2024, 3, 31)) == "31.03.2024"
        assert acts.moment(datetime(2024, 3, 31, 22, 5, tzinfo=UTC)) == "01.04.2024, 01:05"
    with translation.override("en"):
        assert acts.day(date(2024, 3, 31)) == "31\u00a0March\u00a02024"
        assert acts.short_day(date(2024, 3, 31)) == "31\u00a0Mar\u00a02024"


@pytest.mark.parametrize(("balance", "words"), [("1", "you owe"), ("-1", "owed to you"), ("0", "no debt")])
def test_a_balance_says_whose_debt_it_is(balance: str, words: str):
    with translation.override("en"):
        assert acts.side(Decimal(balance)) == words
        assert not acts.owed(Decimal(balance)).startswith("−")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (date(2024, 3, 31), "2024-03-31"),
        ("31.02.2024", "31.02.2024"),
        (None, ""),
        ("2024-03-31", "2024-03-31"),
    ],
)
def test_a_date_field_keeps_what_was_typed(value: object, field: str):
    assert acts.iso(value) == field


def an_act(rows: int, opening: str = "0.00") -> Act:
    lines = tuple(
        Line(date(2024, 1, 1 + i), f"Invoice {i}", Decimal("10.00"), Decimal("0.00"), contract="one")
        for i in range(rows)
    )
    closing = Decimal(opening) + 10 * rows
    return Act(
        organization=Party("Supplier"),
        counterparty=Party("Customer"),
        period=Period(date(2024, 1, 1), date(2024, 1, 31)),
        currency="RUB",
        opening=Decimal(opening),
        lines=lines,
        closing=closing,
        contracts=(Contract("one", "Contract 1", Decimal(opening), closing),),
    )


def test_a_long_act_is_cut_on_the_page_but_its_balances_are_not():
    shown = acts.shown_rows(an_act(5), 3)
    assert (shown.total, shown.hidden) == (5, 2)
    assert [row.look for row in shown.rows] == ["opening", *["document"] * 3, "turnover", "closing"]
    assert shown.rows[-1].debit.startswith("50")


def test_a_balance_stands_on_its_side_and_a_zero_one_is_said():
    with translation.override("en"):
        opening = acts.shown_rows(an_act(1, "-15000.00")).rows[0]
        assert (opening.debit, opening.credit) == ("", "15,000.00")
        assert acts.shown_rows(an_act(0)).rows[0].debit == "0.00"
