"""How counterparties behave: how often they trade, how they pay, and since when they are quiet."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way to behave."""

    deal: str = "on credit"
    """"on credit", "prepaid" or "offset"."""
    deals: tuple[int, int] = (1, 4)
    """Fewest and most deals a month."""
    every: int = 1
    """Deals begin in every n-th month only."""
    pays: float = 0.93
    """The share of deals that are paid at all."""
    within_month: bool = False
    """Whether a deal has all its rows within its month, so that month-ends are zero."""
    from_first_day: bool = False
    """Whether the first deal of a month is on its first day."""
    contracts: tuple[int, int] = (1, 4)
    until: date | None = None
    """The last day with a row; None goes on for ever."""


STEADY = Pattern()
SHOWN_FIRST = Pattern(deals=(3, 4), contracts=(2, 2), from_first_day=True)
SETTLED = Pattern(pays=1, within_month=True)
PREPAID = Pattern(deal="prepaid", deals=(1, 3))
OFFSET = Pattern(deal="offset", deals=(1, 2), contracts=(2, 4))
RARE = Pattern(deals=(1, 2), every=3)
EMPTY = Pattern(deals=(0, 0))
BUSY = Pattern(deals=(40, 46), contracts=(3, 3))
"""About a thousand rows a year."""

QUIET_SINCE_SUMMER = Pattern(pays=0.7, until=date(2026, 6, 30))
QUIET = Pattern(pays=0.7, until=date(2025, 3, 31))
LONG_QUIET = Pattern(pays=0.5, until=date(2024, 2, 29))

SHOWN = (SHOWN_FIRST, SHOWN_FIRST, SHOWN_FIRST, SHOWN_FIRST, QUIET_SINCE_SUMMER, BUSY)
ROUND = (
    *(STEADY,) * 9,
    *(
        SETTLED,
        PREPAID,
        STEADY,
        RARE,
        STEADY,
        OFFSET,
        STEADY,
        QUIET_SINCE_SUMMER,
        PREPAID,
        SETTLED,
        QUIET,
        LONG_QUIET,
    ),
    *(replace(STEADY, deals=(5, 9)), EMPTY),
)
"""Everybody's patterns after those shown first, over and over; 23, so that they mix with the 25 names."""


def pattern_of(index: int) -> Pattern:
    """Return the pattern of the counterparty at `index`."""
    return SHOWN[index] if index < len(SHOWN) else ROUND[(index - len(SHOWN)) % len(ROUND)]
