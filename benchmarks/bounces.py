"""How long generated letters with faults of every kind take to be read, and whether any raises.

python -m benchmarks.bounces [NUMBER]
"""

import sys
import time
import traceback

from tests import environment

environment.enter()

import django

django.setup()

from letters.bounces import report
from letters.bounces.mailbox import MOST_BYTES
from letters.marks import marks_in
from tests.letters.bounces import generated


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    took, faults = [], 0
    for letter in generated.letters(number):
        began = time.perf_counter()
        try:
            found = report.read(letter[:MOST_BYTES])
            marks_in(found.marks if found else "")
        except Exception:  # noqa: BLE001  # counting them is the point
            faults += 1
            traceback.print_exc()
        took.append(time.perf_counter() - began)
    took.sort()
    median = took[number // 2] * 1000
    print(f"{number} letters: {faults} raised; median {median:.1f} ms, longest {took[-1]:.2f} s")


if __name__ == "__main__":
    main()
