"""Every error that the portal raises on purpose: its words, HTTP status and whether a retry can help.

One class per meaning that code tells apart. Causes that only an administrator tells apart are the
`reasons` of one class. `detail` is for logs and administrators: English, and free of secrets.
"""

from jobs.errors import PortalError, ReasonedError
from reconciliation.errors.bitrix24_errors import (
    Bitrix24Busy,
    Bitrix24Error,
    Bitrix24InvalidAnswer,
    Bitrix24NameTaken,
    Bitrix24NotFound,
    Bitrix24Refused,
    Bitrix24SetupError,
    Bitrix24Unclear,
    Bitrix24Unreachable,
)
from reconciliation.errors.onec_errors import (
    InvalidAnswer,
    ListTooShort,
    OneCBusy,
    OneCError,
    OneCFailed,
    OneCSetupError,
    OneCUnknownCounterparty,
    TooManyRows,
)
from reconciliation.errors.portal_errors import (
    CanaryFailed,
    FileLost,
    FileNotDrawn,
    FileNotKept,
    NoWorkingAddress,
    QueueFull,
    RequestCancelled,
    TableLost,
    TableUnreadable,
    TooManyAtOnce,
    Unbalanced,
    ViewersIssueNothing,
)
from reconciliation.errors.transport import (
    BodyTooLarge,
    ConnectionBroken,
    ConnectionFailed,
    TimedOut,
    TransportError,
)
