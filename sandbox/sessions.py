"""1C sessions that calls ask for with `IBSession: start` and keep by the cookie `ibsession`."""

from threading import Lock
from time import monotonic
from uuid import uuid4

from sandbox.http_messages import COOKIE, Call, Reply

EXPIRED = """<?xml version="1.0" encoding="UTF-8"?>
<exception xmlns="http://v8.1c.ru/8.2/virtual-resource-system" reason="406">
\t<descr>Истекло время ожидания сеанса</descr>
</exception>"""


def expired_reply() -> Reply:
    """Return the platform's answer to a cookie whose session is gone."""
    return Reply(406, EXPIRED.encode(), "application/xml; charset=utf-8")


class Sessions:
    """The sessions alive; one that was idle for `max_age` seconds is gone."""

    def __init__(self, max_age: float) -> None:
        self.started = self.reused = self.stale = 0
        self._max_age = max_age
        self._used: dict[str, float] = {}
        self._lock = Lock()

    def enter(self, call: Call) -> Reply | None:
        """Count the call's session as used again; return a refusal when its cookie is stale."""
        if not call.session:
            return None
        with self._lock:
            used = self._used.get(call.session)
            if used is None or monotonic() - used > self._max_age:
                self._used.pop(call.session, None)
                self.stale += 1
                return expired_reply()
            self._used[call.session] = monotonic()
            self.reused += 1
        return None

    def leave(self, call: Call, reply: Reply) -> Reply:
        """Return the reply, with the cookie of a new session when the call asked for one."""
        asked = call.header("ibsession").lower()
        if asked == "finish":
            self.drop(call.session)
        if asked != "start" or call.session:
            return reply
        session = str(uuid4())
        with self._lock:
            self._used[session] = monotonic()
            self.started += 1
        return reply.with_header("Set-Cookie", f"{COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax")

    def drop(self, session: str) -> None:
        """Forget one session."""
        with self._lock:
            self._used.pop(session, None)

    def clear_counts(self) -> None:
        with self._lock:
            self.started = self.reused = self.stale = 0

    def drop_all(self) -> None:
        """Forget every session, as a restart of 1C does."""
        with self._lock:
            self._used.clear()
