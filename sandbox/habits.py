"""How counterparties behave: how often they trade, how they pay, and since when they are quiet."""

from dataclasses import dataclass, replace
from datetime import date


@dataclass(frozen=True, slots=True)
class Habit:
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


STEADY = Habit()
SHOWN_FIRST = Habit(deals=(3, 4), contracts=(2, 2), from_first_day=True)
SETTLED = Habit(pays=1, within_month=True)
PREPAID = Habit(deal="prepaid", deals=(1, 3))
OFFSET = Habit(deal="offset", deals=(1, 2), contracts=(2, 4))
RARE = Habit(deals=(1, 2), every=3)
EMPTY = Habit(deals=(0, 0))
BUSY = Habit(deals=(40, 46), contracts=(3, 3))
"""About a thousand rows a year."""

QUIET_SINCE_SUMMER = Habit(pays=0.7, until=date(2026, 6, 30))
QUIET = Habit(pays=0.7, until=date(2025, 3, 31))
LONG_QUIET = Habit(pays=0.5, until=date(2024, 2, 29))

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
"""Everybody's habits after those shown first, over and over; 23, so that they mix with the 25 names."""


def habit_of(index: int) -> Habit:
    """Return the habit of the counterparty at `index`."""
    return SHOWN[index] if index < len(SHOWN) else ROUND[(index - len(SHOWN)) % len(ROUND)]
