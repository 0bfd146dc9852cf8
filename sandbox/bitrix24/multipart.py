"""The file in a multipart form, read by the mail package: both are MIME."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from sandbox.bitrix24.errors import RestError
from sandbox.http_messages import Call


def read_file(call: Call) -> tuple[str, bytes]:
    """Return name and content of the form's field `file`; raises RestError."""
    head = f"Content-Type: {call.header('content-type')}\r\n\r\n".encode()
    message = message_from_bytes(head + call.body, _class=EmailMessage, policy=policy.HTTP)
    for part in message.iter_parts() if message.is_multipart() else ():
        disposition = part["content-disposition"]
        if disposition and disposition.params.get("name") == "file":
            return part.get_filename() or "file", bytes(part.get_payload(decode=True) or b"")
    raise RestError(400, "ERROR_UPLOAD_FILE", "No file was uploaded.")
