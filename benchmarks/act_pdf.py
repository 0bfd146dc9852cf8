"""Measure the act's PDF against the same page as one piece of HTML through xhtml2pdf and through WeasyPrint.

All in one run of one process on one core, warm, medians; memory in a process that prints nothing else.

    python -m benchmarks.act_pdf
"""

import logging
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path

SHORT, LONG, LONGEST = 30, 1_000, 10_000
REPEATS = {SHORT: 9, LONG: 3, LONGEST: 3}

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("SECRET_KEY", "a benchmark keeps no secrets" * 2)

import django

django.setup()

import font_roboto  # type: ignore[import-untyped]
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from xhtml2pdf import pisa

from reconciliation.ledger.act import ZERO, Act, Line, Party, Signatory
from reconciliation.ledger.period import Period
from reconciliation.printing import formats, texts
from reconciliation.printing.act_rows import Kind, Row, row_names, rows_of
from reconciliation.printing.pdf import document
from reconciliation.printing.texts import Issued

Renderer = Callable[[Issued], bytes]


@dataclass(frozen=True)
class Target:
    """What has to hold, and what came out."""

    text: str
    measured: float
    limit: float
    at_most: bool = True

    @property
    def met(self) -> bool:
        return self.measured <= self.limit if self.at_most else self.measured >= self.limit


def issued_act(rows: int) -> Issued:
    """Return an act with that many documents; the same every time."""
    first = Party("ООО «Поставщик»", "7701234567", "770101001", "", Signatory("Директор", "Иванов И. И."))
    second = Party("ООО «Ромашка»", "5001112223", "", "", Signatory("Главный бухгалтер", "Петрова А. С."))
    period = Period(date(2024, 1, 1), date(2024, 12, 31))
    lines = tuple(
        _line(number, period.start + timedelta(days=number * 365 // rows)) for number in range(rows)
    )
    closing = sum((line.debit - line.credit for line in lines), ZERO)
    return Issued(Act(first, second, period, "RUB", ZERO, lines, closing), "000123", period.end, "ru")


def _line(number: int, day: date) -> Line:
    amount = Decimal(number * 7919 % 9_000_000 + 100) / 100
    if number % 3:
        return Line(day, f"Реализация товаров и услуг № {number + 1000} от {day:%d.%m.%Y}", amount, ZERO)
    return Line(day, f"Оплата, платёжное поручение № {number + 1000}", ZERO, amount)


def whole_html(issued: Issued) -> str:
    """Return the act as one piece of HTML: the same head, table and foot, in the same font."""
    with translation.override(issued.language):
        head = render_to_string("act_pdf/head.html", document.head_context(issued))
        foot = render_to_string("act_pdf/foot.html", document.foot_context(issued))
    return f"<html><head><style>{_style()}</style></head><body>{head}{_table(issued)}{foot}</body></html>"


def _style() -> str:
    faces = "".join(
        f"@font-face {{ font-family: Roboto; font-weight: {weight}; "
        f"src: url({Path(font_roboto.font_files[name]).as_uri()}) }}"
        for name, weight in (("Roboto", "normal"), ("RobotoBold", "bold"))
    )
    table = (
        "table.ledger { width: 100%; border-collapse: collapse; font-size: 8pt; line-height: 1.25 }"
        ".ledger td, .ledger th { border: 0.4pt solid #c9ccd1; padding: 2.5pt 4pt; text-align: left }"
        "table { display: table; width: 100% } tr { display: table-row } td { display: table-cell }"
        ".ledger .amount { text-align: right; width: 8.3% } .ledger .date { width: 5.7% }"
    )
    page = "@page { size: A4 landscape; margin: 34pt 36pt 40pt 36pt }"
    return faces + page + render_to_string("act_pdf/style.css") + table


def _table(issued: Issued) -> SafeString:
    act, language = issued.act, issued.language
    names = row_names(act.currency, language)
    sides = format_html_join(
        "",
        '<th colspan="4">{}</th>',
        (
            (texts.according_to(party, act.currency, language),)
            for party in (act.organization, act.counterparty)
        ),
    )
    columns = format_html(
        '<th class="date">{}</th><th>{}</th><th class="amount">{}</th><th class="amount">{}</th>',
        names.date, names.document, names.debit, names.credit,
    )  # fmt: skip
    rows = format_html_join("", "<tr>{}{}</tr>", (_sides(row, issued) for row in rows_of(act, language)))
    return format_html(
        '<table class="ledger" repeat="2"><thead><tr>{}</tr><tr>{}{}</tr></thead><tbody>{}</tbody></table>',
        sides, columns, columns, rows,
    )  # fmt: skip


def _sides(row: Row, issued: Issued) -> tuple[SafeString, SafeString]:
    language = issued.language
    debit, credit = (
        formats.format_amount(amount, language) if amount else "" for amount in (row.debit, row.credit)
    )
    amounts = format_html('<td class="amount">{}</td><td class="amount">{}</td>', debit, credit)
    blank = mark_safe('<td class="amount"></td><td class="amount"></td>')
    if row.kind is Kind.DOCUMENT and row.day:
        day = formats.format_row_date(row.day, language)
        return format_html("<td>{}</td><td>{}</td>{}", day, row.name, amounts), format_html(
            "<td></td><td></td>{}", blank
        )
    name = format_html('<td colspan="2"><b>{}</b></td>', row.name)
    return format_html("{}{}", name, amounts), format_html("{}{}", name, blank)


def by_xhtml2pdf(issued: Issued) -> bytes:
    """Return the whole HTML through xhtml2pdf alone."""
    out = BytesIO()
    policy = document.NOTHING_FROM_OUTSIDE.__class__(base_dir=Path(font_roboto.font_directory))
    pisa.CreatePDF(whole_html(issued), dest=out, resource_policy=policy)
    return out.getvalue()


def by_weasyprint() -> Renderer | None:
    """Return the same through WeasyPrint, or None where it or its system library is missing."""
    try:
        from weasyprint import HTML
        from weasyprint.text.fonts import FontConfiguration
    except (ImportError, OSError) as missing:
        print(f"WeasyPrint is left out: {missing}\n  python -m pip install -r benchmarks/requirements.txt")
        print("  Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0; macOS: brew install pango\n")
        return None
    fonts = FontConfiguration()
    return lambda issued: bytes(HTML(string=whole_html(issued)).write_pdf(font_config=fonts))


def seconds(render: Renderer, issued: Issued, repeats: int) -> float:
    """Return the median of warm runs."""
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        render(issued)
        taken.append(time.perf_counter() - began)
    return statistics.median(taken)


def measure(render: Renderer, sizes: tuple[int, ...]) -> dict[int, float]:
    """Return the seconds for acts of each size."""
    render(issued_act(SHORT))
    return {rows: seconds(render, issued_act(rows), REPEATS[rows]) for rows in sizes}


def peak_megabytes() -> float:
    """Return the peak memory of a process that does nothing but print the longest act."""
    command = [sys.executable, "-m", "benchmarks.act_pdf", "--longest"]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def print_longest() -> None:
    """Print the longest act and then this process's peak memory in megabytes."""
    document.render(issued_act(LONGEST))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(peak / (1024 * 1024 if sys.platform == "darwin" else 1024))


def stay_on_one_core() -> None:
    """Keep this process to one core where the system can."""
    if sys.platform == "linux":
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def report(ours: dict[int, float], others: dict[str, dict[int, float]], peak: float) -> list[Target]:
    """Print the table and return what has to hold."""
    print(f"{'':12}{'this portal':>14}" + "".join(f"{name:>26}" for name in others))
    for rows, taken in ours.items():
        cells = "".join(
            f"{1000 * times[rows]:>14,.0f} ms ({times[rows] / taken:4.0f}×)" if rows in times else f"{'':>26}"
            for times in others.values()
        )
        print(f"{rows:>7,} rows{1000 * taken:>11,.0f} ms{cells}")
    print(f"\nPeak memory of a process that prints {LONGEST:,} rows: {peak:.0f} MB\n")
    wanted = {"xhtml2pdf": 20.0, "WeasyPrint": 12.0}
    return [
        *(
            Target(f"{LONG:,} rows against {name}", times[LONG] / ours[LONG], wanted[name], at_most=False)
            for name, times in others.items()
        ),
        Target(f"{SHORT} rows, ms", 1000 * ours[SHORT], 50),
        Target(f"{LONGEST:,} rows against {LONG:,}", ours[LONGEST] / ours[LONG], 12),
        Target("peak memory, MB", peak, 150),
    ]


def main() -> int:
    """Measure everything; the exit status says whether all targets are met."""
    if "--longest" in sys.argv:
        print_longest()
        return 0
    logging.getLogger("xhtml2pdf").setLevel(logging.ERROR)  # it need not like the style sheet each time
    stay_on_one_core()
    peak = peak_megabytes()  # first, for a child's peak begins with what its parent held
    others = {"xhtml2pdf": measure(by_xhtml2pdf, (SHORT, LONG))}
    if weasyprint := by_weasyprint():
        others["WeasyPrint"] = measure(weasyprint, (SHORT, LONG))
    targets = report(measure(document.render, (SHORT, LONG, LONGEST)), others, peak)
    for target in targets:
        bound = "at most" if target.at_most else "at least"
        verdict = "met" if target.met else "MISSED"
        print(f"{target.text:36}{target.measured:>9.1f}  {bound} {target.limit:g}  {verdict}")
    return 0 if all(target.met for target in targets) else 1


if __name__ == "__main__":
    sys.exit(main())
