"""When the next call to Bitrix24 may go out: arithmetic alone, no clock, no network.

Two limits (docs/bitrix24.md): a leaky bucket of requests, and for each method the seconds of server time
in a sliding window; those of a batch's commands are the method batch's (bitrix24/b24jssdk#459, #539). All
instants are seconds on one clock, which the caller reads.

A request counts in full from before it is sent until its answer is here, and drains from then on: so the
bucket holds whatever time the request needs to arrive. Of a method's seconds, what Bitrix24 said last is
the truth; calls on their way are reserved at the longest that the method took of late.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

SLOTS = 100
"""Into so many parts a window is divided; what was used in one is free again when the part is over."""
FIRST_COST_SECONDS = 1.0
"""Seconds that a method is taken to need before its first answer."""
FORGET = 0.98
"""How fast the longest call is forgotten, by call."""
SPARE = 1.2
"""How much longer than the longest of late a call may take."""
LOOK_AGAIN_SECONDS = 0.1
"""Seconds until the next look when only an answer to somebody else's call can make room."""
MARGIN_SECONDS = 0.001
REFUSED_SECONDS = 15.0
"""Seconds to leave a method alone that was refused without a word of when it will be free."""


@dataclass(frozen=True)
class Limits:
    """`rate` requests a second with a burst of `burst`; `operating` seconds a method in `window` seconds."""

    rate: float = 2.0
    burst: int = 50
    operating: float = 480.0
    window: float = 600.0


@dataclass(frozen=True)
class Usage:
    """What an answer says of a request: its seconds, and its method's seconds in the window after it.

    `finished` is an instant on Bitrix24's clock and only compared with others of its kind; `resets_in`
    seconds after it a part of the window is free again, 0 when it did not say.
    """

    method: str
    seconds: float
    operating: float
    finished: float
    resets_in: float = 0.0


@dataclass(frozen=True)
class Wait:
    """Why a call has to wait: `method` is empty when it is for the bucket."""

    seconds: float
    method: str = ""


@dataclass
class Flight:
    """A request on its way; after `until` its sender is taken for dead."""

    until: float
    seconds: dict[str, float]
    """What is reserved of each method's window."""


@dataclass
class MethodUse:
    """One method's seconds in the window, by slot."""

    slots: dict[str, float] = field(default_factory=dict)
    longest: float = 0.0
    finished: float = 0.0
    frees_at: float = 0.0
    """When Bitrix24 frees a part, as it said with its last answer; 0 when unknown."""
    blocked_until: float = 0.0

    @property
    def used(self) -> float:
        return sum(self.slots.values())

    @property
    def cost(self) -> float:
        """Seconds to reserve for one call."""
        return self.longest * SPARE or FIRST_COST_SECONDS


@dataclass
class Totals:
    """How many requests were sent, how long they waited, and how many Bitrix24 refused for a limit."""

    requests: int = 0
    waited: float = 0.0  # seconds, of all callers together
    refused: int = 0


@dataclass
class Pace:
    """The state that all processes share."""

    limits: Limits
    level: float = 0.0
    level_at: float = 0.0
    flights: dict[str, Flight] = field(default_factory=dict)
    methods: dict[str, MethodUse] = field(default_factory=dict)
    totals: Totals = field(default_factory=Totals)

    @classmethod
    def from_json(cls, limits: Limits, kept: Mapping[str, Any]) -> Self:
        return cls(
            limits,
            kept["level"],
            kept["level_at"],
            {ticket: Flight(**flight) for ticket, flight in kept["flights"].items()},
            {name: MethodUse(**use) for name, use in kept["methods"].items()},
            Totals(**kept["totals"]),
        )

    def to_json(self) -> dict[str, Any]:
        kept = asdict(self)
        del kept["limits"]
        return kept

    def admit(
        self, ticket: str, calls: Mapping[str, int], now: float, lease: float, *, method: str = ""
    ) -> Wait | None:
        """Let one request with so many calls of each method go, or say how long to wait and for what.

        `method`: the one that uses the time of all of them, for a batch.
        """
        self._move_to(now)
        seconds = {name: number * self.cost(name) for name, number in calls.items()}
        if method:
            # Another version of Bitrix24 may have refused one of the commands by itself.
            seconds = {**dict.fromkeys(calls, 0.0), method: sum(seconds.values())}
        waits = [Wait(self._bucket_wait()), *(self.window_wait(name, now, n) for name, n in seconds.items())]
        longest = max(waits, key=lambda wait: wait.seconds)
        if longest.seconds > 0:
            return longest
        self.flights[ticket] = Flight(now + lease, seconds)
        return None

    def note_usage(self, ticket: str, usages: Iterable[Usage], now: float, *, known: bool = True) -> None:
        """Take a request's answer down; `known` is false when nobody knows what Bitrix24 did."""
        self._move_to(now)
        flight = self.flights.pop(ticket, None)
        if flight is None:
            return
        self.level += 1
        self.totals.requests += 1
        if not known:
            self._count_unanswered(flight, now)
        for usage in usages:
            self._note(usage, now)

    def give_back(self, ticket: str) -> None:
        """Forget a request that was never sent."""
        self.flights.pop(ticket, None)

    def refuse_request(self, now: float) -> None:
        """Bitrix24 says that the bucket is over: somebody else uses it, too."""
        self._move_to(now)
        self.totals.refused += 1
        self.level = max(self.level, float(self.limits.burst))

    def refuse_method(self, name: str, now: float) -> float:
        """Bitrix24 says that a method's window is full; return when it may be called again."""
        self.totals.refused += 1
        use = self.methods.setdefault(name, MethodUse())
        use.blocked_until = use.frees_at if use.frees_at > now else now + REFUSED_SECONDS
        return use.blocked_until

    def note_costs(self, costs: Iterable[tuple[str, float]]) -> None:
        """Take down how many seconds calls of these methods took that another method's window holds."""
        for name, seconds in costs:
            use = self.methods.setdefault(name, MethodUse())
            use.longest = max(seconds, use.longest * FORGET)

    def cost(self, name: str) -> float:
        """Return the seconds to reserve for one call of a method."""
        return self.methods.get(name, MethodUse()).cost

    def window_wait(self, name: str, now: float, seconds: float) -> Wait:
        """Return how long so many more seconds of a method have to wait; 0 when they may go now."""
        use = self.methods.get(name, MethodUse())
        if now < use.blocked_until:
            return Wait(use.blocked_until - now, name)
        reserved = sum(flight.seconds.get(name, 0.0) for flight in self.flights.values())
        missing = use.used + reserved + seconds - self.limits.operating
        if missing <= 0 or use.used + reserved == 0:
            return Wait(0.0, name)
        if reserved:
            return Wait(LOOK_AGAIN_SECONDS, name)
        frees_at = self._frees_at(use, missing)
        if use.frees_at:
            # By then Bitrix24 has freed something: a request asks it how much, should this account be wrong.
            frees_at = min(frees_at, use.frees_at + 2 * self.limits.window / SLOTS)
        return Wait(frees_at - now, name)

    def _bucket_wait(self) -> float:
        missing = self.level + len(self.flights) + 1 - self.limits.burst
        if missing <= 0:
            return 0.0
        return missing / self.limits.rate + MARGIN_SECONDS if missing <= self.level else LOOK_AGAIN_SECONDS

    def _frees_at(self, use: MethodUse, missing: float) -> float:
        """Return when slots with `missing` seconds, or all, will have left the window."""
        freed = 0
        for slot, seconds in use.slots.items():
            freed, missing = int(slot) + 1, missing - seconds
            if missing <= 0:
                break
        return freed * self.limits.window / SLOTS + self.limits.window

    def _move_to(self, now: float) -> None:
        """Drain the bucket and drop what has left the window; senders that died have sent all the same."""
        late = sorted((flight.until, ticket) for ticket, flight in self.flights.items() if flight.until < now)
        for until, ticket in late:
            self._drain(until)
            self.level += 1
            self._count_unanswered(self.flights.pop(ticket), until)
        self._drain(now)
        oldest = (now - self.limits.window) * SLOTS / self.limits.window
        for use in self.methods.values():
            use.slots = {slot: seconds for slot, seconds in use.slots.items() if int(slot) + 1 > oldest}

    def _drain(self, now: float) -> None:
        self.level = max(0.0, self.level - max(0.0, now - self.level_at) * self.limits.rate)
        self.level_at = max(self.level_at, now)

    def _count_unanswered(self, flight: Flight, now: float) -> None:
        for name, seconds in flight.seconds.items():
            self._add(self.methods.setdefault(name, MethodUse()), seconds, now)

    def _note(self, usage: Usage, now: float) -> None:
        use = self.methods.setdefault(usage.method, MethodUse())
        use.longest = max(usage.seconds, use.longest * FORGET)
        total = use.used
        if usage.finished >= use.finished:
            total, use.finished = usage.operating, usage.finished
            use.frees_at = now + usage.resets_in if usage.resets_in > 0 else 0.0
        # A call that a later answer has counted already moves from the oldest slots to its own.
        self._add(use, usage.seconds, now)
        self._add(use, total - use.used, now)

    def _add(self, use: MethodUse, seconds: float, now: float) -> None:
        """Add to the slot of `now`; a negative amount is what has left the window, the oldest first."""
        if seconds >= 0:
            slot = str(int(now * SLOTS / self.limits.window))
            use.slots[slot] = use.slots.get(slot, 0.0) + seconds
            return
        for slot in list(use.slots):
            taken = min(use.slots[slot], -seconds)
            seconds += taken
            use.slots[slot] -= taken
            if use.slots[slot] <= 0:
                del use.slots[slot]
