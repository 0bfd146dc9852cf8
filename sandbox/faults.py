"""All faults by name, and the board on which they are switched on for a counterparty or for everybody."""

from dataclasses import dataclass
from threading import Lock
from typing import Any

from sandbox import refusals, spelling, transport, wrong_data, wrong_lists
from sandbox.answers import Answer
from sandbox.fault import Fault
from sandbox.http_messages import Call, Reply
from sandbox.web_server import Connection

FAMILIES = (refusals, spelling, wrong_data, wrong_lists, transport)
FAULTS: dict[str, Fault] = {fault.name: fault for family in FAMILIES for fault in family.FAULTS}
EVERYBODY = "*"


class UnknownFault(KeyError):
    """There is no fault of this name."""


@dataclass(slots=True)
class Switch:
    """A fault that is on at every so manieth call; `left` calls to go, None for any number."""

    guid: str
    fault: Fault
    value: Any
    left: int | None
    every: int = 1
    seen: int = 0

    def concerns(self, call: Call) -> bool:
        return (
            bool(call.route)
            and self.guid in (EVERYBODY, call.guid)
            and self.left != 0
            and self.fault.concerns(call)
        )


class Switchboard:
    """The faults that are on."""

    def __init__(self) -> None:
        self._switches: list[Switch] = []
        self._lock = Lock()

    @property
    def switches(self) -> list[Switch]:
        """Those that still have calls to go."""
        return [switch for switch in self._switches if switch.left != 0]

    def set(self, guid: str, name: str, value: Any = None, times: int | None = None, every: int = 1) -> None:
        """Switch a fault on, in place of the same one for the same counterparty.

        Raises UnknownFault, and ValueError when the fault can do nothing with the value.
        """
        if name not in FAULTS:
            raise UnknownFault(name)
        fault = FAULTS[name]
        checked = fault.value if value is None else _checked(fault, value)
        switch = Switch(guid.lower(), fault, checked, times, every)
        with self._lock:
            others = [s for s in self._switches if (s.guid, s.fault.name) != (switch.guid, name)]
            self._switches = [*others, switch]

    def clear(self) -> None:
        """Switch everything off."""
        with self._lock:
            self._switches = []

    def take(self, call: Call) -> "ActiveFaults":
        """Return what happens to this call, and count it."""
        with self._lock:
            met = [switch for switch in self._switches if switch.concerns(call)]
            for switch in met:
                switch.seen += 1
            taken = [switch for switch in met if switch.seen % switch.every == 0]
            for switch in taken:
                switch.left = switch.left and switch.left - 1
            listed = [
                s
                for s in self._switches
                if s.guid != EVERYBODY and (s.fault.in_directory or s.fault.hides) and s.left != 0
            ]
        return ActiveFaults(call, taken, listed)


@dataclass(frozen=True, slots=True)
class ActiveFaults:
    """The faults that one call meets, applied at each station of its answer."""

    call: Call
    switches: list[Switch]
    listed: list[Switch]
    """Faults of single counterparties, for their entries in the directory; these are not counted."""

    @property
    def names(self) -> list[str]:
        return [switch.fault.name for switch in self.switches]

    @property
    def drops_session(self) -> bool:
        return any(switch.fault.drops_session for switch in self.switches)

    def refuse(self) -> Reply | None:
        """Return the answer that comes instead of the service's, if there is one."""
        for switch in self.switches:
            if switch.fault.refuse:
                return switch.fault.refuse(self.call, switch.value)
        return None

    def change_data(self, answer: Answer) -> Answer:
        """Change the data; in the directory, each entry by its own faults."""
        if self.call.route == "counterparties":
            entries: Any = answer["counterparties"]
            hidden = {switch.guid for switch in self.listed if switch.fault.hides}
            for entry in entries:
                own = [switch for switch in self.listed if switch.guid == entry["guid"]]
                _change_data(entry, [*self.switches, *own])
            shown = [entry for entry in entries if entry.get("guid") not in hidden]
            answer["counterparties"] = shown
            if hidden and answer["next"]:
                answer["next"] = shown[-1]["guid"]
            for switch in self.switches:
                if switch.fault.change_list:
                    switch.fault.change_list(answer, switch.value)
        else:
            _change_data(answer, self.switches)
        return answer

    def change_reply(self, reply: Reply) -> Reply:
        """Change bytes and headers."""
        for switch in self.switches:
            if switch.fault.change_reply:
                reply = switch.fault.change_reply(reply, switch.value)
        return reply

    def send(self, connection: Connection, reply: Reply) -> None:
        """Send the reply, in the way of the first fault that has one."""
        for switch in self.switches:
            if switch.fault.send and switch.fault.send(connection, reply, switch.value):
                return
        connection.send(reply)


def _checked(fault: Fault, value: Any) -> Any:
    """Return the value if it is of the kind of the fault's own; raises ValueError."""
    if isinstance(fault.value, int | float):
        return float(value) if isinstance(fault.value, float) else int(float(value))
    if isinstance(fault.value, dict) and not (isinstance(value, dict) and fault.value.keys() <= value.keys()):
        raise ValueError(f"{fault.name} wants {fault.value}")
    return value


def _change_data(holder: Answer, switches: list[Switch]) -> None:
    for switch in switches:
        if switch.fault.change_data:
            switch.fault.change_data(holder, switch.value)
