"""Reports as mail servers write them: their shapes are real, their words are ours.

In each, MARK stands for the address to which it comes back, TO for the one that was written to, SENT for the
letter's Message-ID.
"""

from dataclasses import dataclass

MARK, TO, SENT = "@@mark@@", "@@to@@", "@@sent@@"


@dataclass(frozen=True)
class Shape:
    """A report and what it says: kind by address, `None` for an address that is still tried."""

    text: str
    expected: dict[str, str | None]
    charset: str = "utf-8"

    def filled(self, *, mark: str, to: str, sent: str = "") -> bytes:
        """Return the report of a letter."""
        return self.text.replace(MARK, mark).replace(TO, to).replace(SENT, sent).encode(self.charset)


def _report(status: str, words: str = "This is the mail system at host mx1.provider.example.") -> str:
    """Return a report by RFC 3464 with these fields of its second part."""
    return f"""\
Return-Path: <>
From: MAILER-DAEMON@mx1.provider.example (Mail Delivery System)
To: {MARK}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="part"

--part
Content-Type: text/plain; charset=utf-8

{words}

--part
Content-Type: message/delivery-status

Reporting-MTA: dns; mx1.provider.example

{status}

--part
Content-Type: message/rfc822

Message-ID: {SENT}
Subject: Reconciliation act
To: {TO}

The letter.
--part--
"""


SHAPES = {
    "Postfix: no such user": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nOriginal-Recipient: rfc822;{TO}\nAction: failed\nStatus: 5.1.1\n"
            f"Remote-MTA: dns; mx.client.example\n"
            f"Diagnostic-Code: smtp; 550 5.1.1 <{TO}>: Recipient address rejected:\n User unknown in table"
        ),
        {TO: "no_address"},
    ),
    "a full mailbox": Shape(
        _report(
            f"Final-Recipient: rfc822;{TO}\nAction: failed\nStatus: 5.2.2\n"
            "Diagnostic-Code: smtp; 552-5.2.2 The recipient's inbox is out of storage space"
        ),
        {TO: "full"},
    ),
    "still being tried": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nAction: delayed\nStatus: 4.4.1\n"
            "Diagnostic-Code: X-Postfix; connect to mx.client.example[192.0.2.1]:25: Connection timed out\n"
            "Will-Retry-Until: Fri, 4 Apr 2026 12:00:00 +0300"
        ),
        {TO: None},
    ),
    "given up after days": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 4.4.1\n"
            "Diagnostic-Code: X-Postfix; connect to mx.client.example[192.0.2.1]:25: Connection timed out"
        ),
        {TO: "later"},
    ),
    "the domain is gone": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.4.4\n"
            "Diagnostic-Code: X-Postfix; Host or domain name not found. Name service error"
        ),
        {TO: "no_address"},
    ),
    "taken for spam": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.7.1\n"
            "Diagnostic-Code: smtp; 550 5.7.1 Message rejected under suspicion of SPAM"
        ),
        {TO: "refused"},
    ),
    "no such user under a code of policy": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 550 5.7.1 No such user!"
        ),
        {TO: "no_address"},
    ),
    "one of two": Shape(
        _report(
            f"Final-Recipient: rfc822; {TO}\nAction: failed\nStatus: 5.1.1\n\n"
            "Final-Recipient: rfc822; second@client.example\nAction: relayed\nStatus: 2.1.5"
        ),
        {TO: "no_address"},
    ),
    "forwarded elsewhere": Shape(
        _report(
            "Final-Recipient: rfc822; private@elsewhere.example\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 User unknown"
        ),
        {"private@elsewhere.example": "no_address"},
    ),
    "Exchange": Shape(
        f"""\
From: <postmaster@client.example>
To: <{MARK}>
Subject: =?utf-8?B?0J3QtSDRg9C00LDQu9C+0YHRjCDQtNC+0YHRgtCw0LLQuNGC0Yw=?=
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
 boundary="_outer_"

--_outer_
Content-Type: multipart/alternative; differences=Content-Type; boundary="_inner_"

--_inner_
Content-Type: text/html; charset="utf-8"
Content-Transfer-Encoding: base64

PGh0bWw+PGJvZHk+PHA+WW91ciBtZXNzYWdlIHdhc24ndCBkZWxpdmVyZWQuPC9wPjwvYm9keT48L2h0bWw+
--_inner_--
--_outer_
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01.client.example
Received-From-MTA: dns;mail.portal.example
Arrival-Date: Wed, 1 Apr 2026 06:00:12 +0000

Final-Recipient: rfc822;{TO}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup

--_outer_
Content-Type: text/rfc822-headers

Message-ID: {SENT}
--_outer_--
""",
        {TO: "no_address"},
    ),
    "Gmail, in Russian": Shape(
        f"""\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: {MARK}
Auto-Submitted: auto-replied
X-Failed-Recipients: {TO}
Subject: Delivery Status Notification (Failure)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="0001"; report-type=delivery-status

--0001
Content-Type: multipart/related; boundary="0002"

--0002
Content-Type: text/plain; charset="UTF-8"

** Адрес не найден **
Ваше сообщение не доставлено на адрес {TO}.
--0002--
--0001
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
X-Original-Message-ID: {SENT}

Final-Recipient: rfc822; {TO}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist.
Last-Attempt-Date: Wed, 01 Apr 2026 00:10:02 -0700 (PDT)

--0001
Content-Type: message/rfc822

Message-ID: {SENT}

x
--0001--
""",
        {TO: "no_address"},
    ),
    "the part with the status in base64": Shape(
        f"""\
From: postmaster@appliance.example
To: {MARK}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Not delivered.
--b
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zOyBhcHBsaWFuY2UuZXhhbXBsZQoKRmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGJ1aEBjbGllbnQu
ZXhhbXBsZQpBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMS4xCg==
--b--
""",
        {"buh@client.example": "no_address"},
    ),
    "Exim, plain, of a large provider": Shape(
        f"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@relay.example>
To: {MARK}
X-Failed-Recipients: {TO}
Auto-Submitted: auto-generated
Subject: Mail delivery failed: returning message to sender
Content-Type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    host mxs.provider.example [192.0.2.7]
    SMTP error from remote mail server after RCPT TO:<{TO}>:
    550 Message was not accepted -- invalid mailbox.  Local mailbox {TO} is unavailable: user not found

------ This is a copy of the message, including all the headers. ------

Message-ID: {SENT}
From: acts@portal.example
""",
        {TO: "no_address"},
    ),
    "a Russian provider, plain, in KOI8-R": Shape(
        f"""\
Return-Path: <>
From: MAILER-DAEMON@provider.example
To: {MARK}
Subject: Nedostavlennoe soobshenie
MIME-Version: 1.0
Content-Type: text/plain; charset=koi8-r
Content-Transfer-Encoding: 8bit

Это письмо создано почтовым сервером.

Ваше письмо не удалось передать одному или нескольким адресатам. Причина стоит ниже.
Отвечать на это сообщение не нужно.

*****************************************
<{TO}>: 550 5.7.1 No such user!

------------ копия письма ------------
Message-ID: {SENT}
""",
        {TO: "no_address"},
        "koi8-r",
    ),
    "a Russian provider, plain, in windows-1251": Shape(
        f"""\
Return-Path: <>
From: "Почтовый сервер" <postmaster@provider.example>
To: {MARK}
Subject: Mail failure
MIME-Version: 1.0
Content-Type: text/plain; charset=windows-1251
Content-Transfer-Encoding: 8bit

Письмо не доставлено получателю {TO}
Ответ сервера: 552 почтовый ящик переполнен
""",
        {TO: "full"},
        "windows-1251",
    ),
    "a Russian provider, HTML alone": Shape(
        f"""\
From: mailer-daemon@provider.example
To: {MARK}
Subject: Delivery failure
MIME-Version: 1.0
Content-Type: text/html; charset=utf-8

<html><body><p>Не удалось доставить письмо на адрес<br>{TO}</p>
<p>Пользователь не найден: 550 5.1.1</p></body></html>
""",
        {TO: "no_address"},
    ),
    "over quota, for a while": Shape(
        f"""\
Return-Path: <>
From: MAILER-DAEMON@mx.provider.example
To: {MARK}
Subject: failure notice
Content-Type: text/plain

<{TO}>: 452 4.2.2 Mailbox is over quota. Giving up after 3 days.
""",
        {TO: "full"},
    ),
    "qmail": Shape(
        f"""\
Return-Path: <>
From: MAILER-DAEMON@qmail.example
To: {MARK}
Subject: failure notice

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{TO}>:
192.0.2.9 does not like recipient.
Remote host said: 550 unknown user account
Giving up on 192.0.2.9.

--- Below this line is a copy of the message.

Return-Path: <acts@portal.example>
Message-ID: {SENT}
From: acts@portal.example
""",
        {TO: "no_address"},
    ),
}


def _plain(words: str, sender: str = f"{TO}", fields: str = "", subject: str = "act") -> str:
    """Return a letter without parts, from nobody as far as the envelope says."""
    return (
        f"Return-Path: <>\nFrom: {sender}\nTo: {MARK}\nSubject: {subject}\n{fields}"
        f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{words}\n"
    )


SHAPES |= {
    "Exim, plain, that says it replied by itself": Shape(
        _plain(
            "A message that you sent could not be delivered to all of its recipients. The following\n"
            f"address(es) failed:\n\n  {TO}\n    Unrouteable address",
            "Mail Delivery System <Mailer-Daemon@relay.example>",
            f"Auto-Submitted: auto-replied\nX-Failed-Recipients: {TO}\n",
        ),
        {TO: "no_address"},
    ),
    "in the form for any script (RFC 6533)": Shape(
        _report(f"Final-Recipient: utf-8; {TO}\nAction: failed\nStatus: 5.1.1").replace(
            "message/delivery-status", "message/global-delivery-status"
        ),
        {TO: "no_address"},
    ),
    "its first address coded (RFC 3461)": Shape(
        _report(
            f"Final-Recipient: rfc822; inner@client.example\nOriginal-Recipient: rfc822;{TO}\n"
            "Action: failed\nStatus: 5.1.1"
        ).replace(f"rfc822;{TO}", "rfc822;buh+40client.example"),
        {"buh@client.example": "no_address"},
    ),
    "without an action, by its code": Shape(
        _report(f"Final-Recipient: rfc822; {TO}\nStatus: 5.1.1"), {TO: "no_address"}
    ),
    "waits, in plain words": Shape(
        _plain(
            f"Your message waits in our queue, we go on trying:\n\n<{TO}>: connection timed out",
            "MAILER-DAEMON@mx.provider.example",
        ),
        {TO: None},
    ),
    "is put off for hours, in plain words": Shape(
        _plain(
            f"<{TO}>: 451 4.7.1 Greylisted. We retry for 47 more hours.", "postmaster@mx.provider.example"
        ),
        {TO: None},
    ),
}
"""Public reports: mozilla/fxa-auth-server#1943, sympa#448, MimeKit#514, Mailozaurr#355."""

NO_REPORTS = {
    "an absence notice of Exchange": _plain(
        f"I am away. {TO}, 550 Main street.",
        fields="Auto-Submitted: auto-generated\nX-Auto-Response-Suppress: All\n",
        subject="Automatic reply: act",
    ),
    "an absence notice with a telephone number": _plain(
        f"Я в отпуске до понедельника. Звоните: 550 12 34, {TO}, сервер не отвечает.",
        fields="Precedence: junk\n",
    ),
    "the same without any sign of it": _plain(f"Я в отпуске. Почта {TO}, тел. 550 12 34, наш сервер новый."),
    "an absence notice with an unlucky word": _plain(
        f"Я в отпуске, телефон отключен. Пишите на {TO}.", fields="Auto-Submitted: auto-replied\n"
    ),
    "a read receipt": f"""\
Return-Path: <>
From: {TO}
To: {MARK}
Content-Type: multipart/report; report-type=disposition-notification; boundary="b"

--b
Content-Type: text/plain

The letter to {TO} was displayed. 550 5.1.1
--b
Content-Type: message/disposition-notification

Final-Recipient: rfc822;{TO}
Disposition: manual-action/MDN-sent-manually; displayed
--b--
""",
    "delivered": _report(f"Final-Recipient: rfc822; {TO}\nAction: delivered\nStatus: 2.1.5", f"{TO} has it."),
    "a request to confirm": _plain(
        f"Your letter to {TO} is held. Confirm that you are a person: https://confirm.example/x",
        "MAILER-DAEMON@filter.example",
    ),
    "a holiday notice": f"""\
From: {TO}
To: {MARK}
Subject: Out of office
Auto-Submitted: auto-replied

I am away until Monday. Call 550 12 34 or write to boss@client.example.
""",
    "a person's answer": f"""\
From: {TO}
To: {MARK}
Subject: Re: act

The act is wrong: 550 5.1.1 roubles are missing. {TO}
""",
    "nothing at all": "",
    "no letter": "\x00\x01\x02 550 5.1.1",
}
