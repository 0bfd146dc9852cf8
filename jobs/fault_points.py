"""Places by name at which a test may have the portal fail; nothing happens there in production.

FAULT_POINTS names some of them, with how often of a hundred times each fails: "letters.taken:5".
"""

import os
import random


class PlannedFault(Exception):
    """A fault that was asked for."""


def fault_point(name: str) -> None:
    """Raise PlannedFault now and then, if this place is among those that are to fail."""
    if (per_cent := _planned.get(name)) and random.uniform(0, 100) < per_cent:  # noqa: S311  # a test's chance
        raise PlannedFault(name)


def _read(text: str) -> dict[str, float]:
    pairs = (each.partition(":") for each in text.split())
    return {name: float(share or 100) for name, _, share in pairs}


_planned = _read(os.environ.get("FAULT_POINTS", ""))
