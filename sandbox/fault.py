"""What a fault is: a name, a sentence about it, and the step of an answer that it changes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.answers import Answer
from sandbox.http_messages import Call, Reply
from sandbox.web_server import Connection

Refuse = Callable[[Call, Any], Reply]
ChangeData = Callable[[Answer, Any], None]
ChangeReply = Callable[[Reply, Any], Reply]
Send = Callable[[Connection, Reply, Any], bool]


def always(_call: Call) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault; it does one of the things below."""

    name: str
    about: str
    value: Any = None
    """What it is done with unless the switch says otherwise; None when there is nothing to say."""
    refuse: Refuse | None = None
    """Answers instead of the service."""
    change_data: ChangeData | None = None
    """Changes the data before it becomes JSON."""
    change_reply: ChangeReply | None = None
    """Changes the bytes and headers of the answer."""
    send: Send | None = None
    """Sends the answer its own way; False when it is still to be sent."""
    when: Callable[[Call], bool] = always
    """Which calls it acts with at all; others do not count as times."""
    in_directory: bool = False
    """Whether `change_data` works on a counterparty of the directory, too."""
    change_list: ChangeData | None = None
    """Changes a whole page of the directory."""
    hides: bool = False
    """Takes a counterparty out of the directory."""
    drops_session: bool = False

    def concerns(self, call: Call) -> bool:
        """Return whether it would do anything to this call."""
        if self.change_list or self.hides:
            return call.route == "counterparties"
        concerned = (
            self.change_data is None
            or call.route == "act"
            or (self.in_directory and call.route == "counterparties")
        )
        return concerned and self.when(call)


def wants_pdf(call: Call) -> bool:
    return call.query.get("format") in ("pdf", "both")
