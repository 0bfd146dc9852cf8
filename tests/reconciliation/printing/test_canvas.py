"""The same act is the same file, whoever prints it, when, and beside what else."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from reconciliation.printing.pdf import document
from tests.reconciliation.sample_acts import act_by_contracts, act_with, issue

IN_ANOTHER_PROCESS = """
import django; django.setup()
import hashlib
from reconciliation.printing.pdf import document
from tests.reconciliation.sample_acts import act_by_contracts, issue
print(hashlib.sha256(document.render(issue(act_by_contracts(3, 20)))).hexdigest())
"""


@pytest.mark.long
def test_the_same_act_gives_the_same_bytes_in_any_process() -> None:
    here = hashlib.sha256(document.render(issue(act_by_contracts(3, 20)))).hexdigest()
    for seed, zone, epoch in (("1", "UTC", "0"), ("2", "Asia/Almaty", "1700000000")):
        environment = os.environ | {"PYTHONHASHSEED": seed, "TZ": zone, "SOURCE_DATE_EPOCH": epoch}
        there = subprocess.run(
            [sys.executable, "-c", IN_ANOTHER_PROCESS],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert there.stdout.strip() == here


def test_many_threads_draw_at_once_without_mixing_anything_up() -> None:
    acts = [issue(act_with(rows), language) for rows in (1, 40) for language in ("ru", "en")]
    alone = [document.render(act) for act in acts]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(document.render, acts * 6))
    assert together == alone * 6
