"""Measure what the largest answers of 1C cost: seconds and peak memory of a process that reads and draws one.

    python -m benchmarks.largest_answers

Linux only: the peak is VmHWM, which a new program begins anew.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

LIMIT_MB = 300
NAME = "Реализация товаров и услуг 00УТ-000123 от 01.03.2024"


def answer(rows: int, contracts: int = 0, document: str = NAME, **more: Any) -> bytes:
    """Return a balanced answer with so many rows and contracts."""
    names = [f"guid-{number:08d}" for number in range(contracts)]
    transactions = [
        {
            "date": "2024-03-01T00:00:00",
            "document": f"{document} {number}",
            "debit": 1.5 if number % 2 else 0,
            "credit": 0 if number % 2 else 1.5,
            "document_number": f"N-{number}",
            **({"contract": names[number // 2 % contracts]} if contracts else {}),
        }
        for number in range(rows)
    ]
    listed = [
        {"guid": guid, "name": f"Договор {guid}", "opening_balance": 0, "closing_balance": 0}
        for guid in names
    ]
    period = {"from": "2024-01-01", "to": "2024-12-31"}
    body = {"counterparty": "ООО «Ромашка»", "period": period, "opening_balance": 0, "closing_balance": 0}
    return json.dumps(
        body | {"transactions": transactions, "contracts": listed} | more, ensure_ascii=False
    ).encode()


ANSWERS: dict[str, Callable[[], bytes]] = {
    "30,000 rows": lambda: answer(30_000),
    "15,000 rows of 185 characters": lambda: answer(15_000, document="Слово и слова " * 13),
    "10,000 rows, 5,000 contracts": lambda: answer(10_000, 5_000),
    "refused: 30,000 rows of 1,000 characters": lambda: answer(30_000, document="word " * 150),
    "refused: 100,000 contracts": lambda: answer(10, 100_000),
    "refused: 2,000,000 values": lambda: answer(10, more=[1] * 2_000_000),
    "refused: 24 MB with an emoji": lambda: answer(10, more="a" * 25_000_000 + "🙂"),
    "unknown text of 23 MB": lambda: answer(10, more="a" * 23_000_000),
}

CHILD = """
import os, sys, time
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
os.environ.setdefault("SECRET_KEY", "a benchmark keeps no secrets" * 2)
import django
django.setup()
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo
from reconciliation.errors import OneCError
from reconciliation.ledger import snapshot
from reconciliation.ledger.act import Party
from reconciliation.ledger.period import Period
from reconciliation.onec.answer import Defaults, read_act
from reconciliation.printing import spreadsheet
    from reconciliation.printing.pdf import document
from reconciliation.printing.fonts import unprintable
from reconciliation.printing.texts import Issued

defaults = Defaults(Party("ООО «Поставщик»", "7701234567"), "RUB", ZoneInfo("Europe/Moscow"))
asked, times = Period(date(2024, 1, 1), date(2024, 12, 31)), [time.monotonic()]
try:
    act = read_act(Path(sys.argv[1]).read_bytes(), asked=asked, defaults=defaults, pdf="ignore").act
    text = snapshot.dump(act)
    act.imbalances, snapshot.digest(text), unprintable(text)
    issued = Issued(act, "000123", date(2024, 12, 31), "ru")
    for step in (None, document.render, spreadsheet.render_xlsx):
        step and step(issued)
        times.append(time.monotonic())
except OneCError:
    times.append(time.monotonic())
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(int(peak.split()[1]) // 1024, *(f"{after - before:.1f}" for before, after in zip(times, times[1:])))
"""


def main() -> int:
    """Print a line for each answer; 1 when one takes more memory than it may."""
    print(f"{'':44}{'peak, MB':>10}{'read, s':>10}{'PDF, s':>10}{'XLSX, s':>10}")
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for name, make in ANSWERS.items():
            file = Path(folder) / "answer.json"
            file.write_bytes(make())
            command = [sys.executable, "-c", CHILD, str(file)]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
            peaks.append(int(said[0]))
            print(f"{name:44}" + "".join(f"{each:>10}" for each in said), flush=True)
    return 0 if max(peaks) <= LIMIT_MB else 1


if __name__ == "__main__":
    sys.exit(main())
