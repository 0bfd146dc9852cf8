"""What 1C's stand-in knows and has counted, and how that is changed from outside."""

from datetime import date
from decimal import Decimal
from typing import Any

from sandbox.faults import Switchboard
from sandbox.journal import Entry, Journal
from sandbox.ledger import Ledger, today
from sandbox.sessions import Sessions


class OneCState:
    """A ledger, the faults that are on, the sessions, and the calls so far."""

    url: str = ""
    """The base URL; any path may follow it before `/hs/reconciliation/`."""

    def __init__(self, ledger: Ledger, session_max_age: float) -> None:
        self.ledger = ledger
        self.journal = Journal()
        self.sessions = Sessions(session_max_age)
        self.switchboard = Switchboard()

    @property
    def calls(self) -> list[Entry]:
        """The calls to the service so far, oldest first."""
        return list(self.journal.counts.entries)

    @property
    def max_concurrent(self) -> int:
        return self.journal.counts.max_concurrent

    @property
    def pdfs_drawn(self) -> int:
        return self.journal.counts.pdfs_drawn

    def set_fault(
        self, guid: str, name: str, value: Any = None, times: int | None = None, every: int = 1
    ) -> None:
        """Switch a fault on for a counterparty, or "*" for all, at every so manieth call.

        `times`: it is off after so many calls.

        Raises UnknownFault; the names stand in `sandbox.faults.FAULTS`.
        """
        self.switchboard.set(guid, name, value, times, every)

    def clear(self) -> None:
        """Switch all faults off."""
        self.switchboard.clear()

    def reset(self) -> None:
        """Be as after the start: no fault, no call, no session, no changed figure."""
        self.clear()
        self.ledger.forget_changes()
        self.sessions.drop_all()
        self.forget_calls()

    def forget_calls(self) -> None:
        """Set all counts to zero."""
        self.journal.clear()
        self.sessions.clear_counts()

    def change(self, guid: str, amount: Decimal | int | str, on: date | None = None) -> None:
        """Post a correction, so that the figures from `on` (today by default) differ from now on."""
        self.ledger.change(guid, Decimal(amount), on or today())
