"""The report that a mail server sends back when an address turns out to be none."""

from email.message import Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

GONE = "gone"
"""Addresses that begin so take letters, and are reported as none afterwards."""


def undelivered(sender: str, address: str, message_id: str) -> bytes:
    """Return a report by RFC 3464 to the envelope's sender."""
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = "Mail Delivery System <mailer-daemon@sandbox.example>"
    report["To"] = sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText(f"Your letter to {address} could not be delivered."))
    about, outcome = Message(), Message()
    about["Reporting-MTA"] = "dns; sandbox.example"
    outcome["Final-Recipient"] = f"rfc822; {address}"
    outcome["Action"] = "failed"
    outcome["Status"] = "5.1.1"
    outcome["Diagnostic-Code"] = f"smtp; 550 5.1.1 <{address}>: User unknown"
    status = Message()
    status["Content-Type"] = "message/delivery-status"
    status.set_payload([about, outcome])
    report.attach(status)
    letter = Message()
    letter["Message-ID"] = message_id
    report.attach(MIMEMessage(letter))
    return report.as_bytes()
