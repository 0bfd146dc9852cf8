"""Bars that show how many of something are in which state."""

from collections.abc import Iterable
from typing import Any


def parts_of(numbers: Iterable[tuple[str, Any, int]]) -> list[dict[str, Any]]:
    """Return a bar's parts from the left, each with its place and its width in per cent.

    Given are the name of its look, its label, and how many.
    """
    known = [each for each in numbers if each[2]]
    total, start, parts = sum(number for _name, _label, number in known), 0.0, []
    for name, label, number in known:
        width = number / total * 100
        parts.append(
            {
                "state": name, "label": label, "number": number,
                "start": f"{start:.3f}", "width": f"{width:.3f}",
            }
        )  # fmt: skip
        start += width
    return parts
