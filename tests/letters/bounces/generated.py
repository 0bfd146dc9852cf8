"""Letters as nobody should send them: the corpus with faults of every kind, drawn by a seed."""

import random
from collections.abc import Callable, Iterator

from tests.letters.bounces.corpus import NO_REPORTS, SHAPES

Fault = Callable[[random.Random, bytes], bytes]
MARK, TO, SENT = (
    "box+7-0123456789ab@portal.example",
    "buh@client.example",
    "<act-2026-03-7-0123456789ab@portal>",
)
FIELDS = (
    b"From", b"Sender", b"To", b"Subject", b"Return-Path", b"Content-Type", b"Content-Transfer-Encoding",
    b"Auto-Submitted", b"X-Failed-Recipients", b"Message-ID", b"Date", b"References", b"Final-Recipient",
    b"Original-Recipient", b"Status", b"Diagnostic-Code", b"Action", b"Content-Disposition", b"MIME-Version",
)  # fmt: skip
VALUES = (
    b'"', b"", b"<", b"<<>>@", b"=?utf-8?B?!!!!?=", b"=?x-nobody?Q?=FF=FE?=", b"=?utf-8?Q?=ZZ?=",
    b"\xff\xfe\xed\xa0\x80",
    b"text/plain; charset=x-nobody", b"text/plain; charset=\"utf\x008\"", b"text/plain; charset*0*=utf-8''%",
    b"text/plain; charset*=ascii'x'%FF", b"multipart/mixed", b'multipart/mixed; boundary=""',
    b"multipart/mixed; boundary=\"" + b"x" * 300 + b'"', b"message/rfc822", b"message/delivery-status",
    b"message/partial; number=a", b"base64", b"quoted-printable", b"x-uuencode", b"8bit", b"rfc822;",
    b";;;", b"(((((",
    b"a@" * 500, b"@", b"5.1.1", b"9.9.9", b"x" * 40_000, b"failed", b"\x00", b"group: a@b, ;", b"\r",
)  # fmt: skip
RUNS = (
    b"-",
    b"7",
    b"<p",
    b"a@",
    b"=?a?q?",
    b"5.",
    b"550 ",
    b"<a@b.c>\n",
    b"--b\n",
    b"a\n",
    b"\n",
    b"a.",
    b"[",
    b"7-0123456789ab ",
)


def letters(number: int, seed: int = 34) -> Iterator[bytes]:
    """Yield so many letters, the same each time."""
    chance = random.Random(seed)
    whole = [shape.filled(mark=MARK, to=TO, sent=SENT) for shape in SHAPES.values()]
    whole += [text.replace("@@mark@@", MARK).replace("@@to@@", TO).encode() for text in NO_REPORTS.values()]
    for _ in range(number):
        letter = chance.choice(whole)
        for _fault in range(chance.randint(1, 4)):
            letter = chance.choice(FAULTS)(chance, letter)
        yield letter


def _replaced_field(chance: random.Random, letter: bytes) -> bytes:
    lines = letter.split(b"\n")
    fields = [number for number, line in enumerate(lines) if b":" in line[:30]]
    if fields:
        number = chance.choice(fields)
        lines[number] = lines[number].partition(b":")[0] + b": " + chance.choice(VALUES)
    return b"\n".join(lines)


def _added_field(chance: random.Random, letter: bytes) -> bytes:
    return chance.choice(FIELDS) + b": " + chance.choice(VALUES) + b"\n" + letter


def _cut(chance: random.Random, letter: bytes) -> bytes:
    return letter[: chance.randrange(len(letter) + 1)]


def _spoilt_bytes(chance: random.Random, letter: bytes) -> bytes:
    spoilt = bytearray(letter)
    for _ in range(chance.randint(1, 40)):
        if spoilt:
            spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
    return bytes(spoilt)


def _long_run(chance: random.Random, letter: bytes) -> bytes:
    run = chance.choice(RUNS)
    at = chance.randrange(len(letter) + 1)
    return letter[:at] + run * (chance.choice((1_000, 30_000, 200_000)) // len(run)) + letter[at:]


def _nested(chance: random.Random, letter: bytes) -> bytes:
    for number in range(chance.choice((3, 12, 1_200))):
        heading = chance.choice(
            (b"multipart/mixed; boundary=b%d\n\n--b%d\n" % (number, number), b"message/rfc822\n\n")
        )
        letter = b"Content-Type: " + heading + letter
    return letter


def _doubled(chance: random.Random, letter: bytes) -> bytes:
    lines = letter.split(b"\n")
    first, last = sorted(chance.randrange(len(lines) + 1) for _ in range(2))
    return b"\n".join([*lines[:last], *lines[first:]])


def _line_ends(chance: random.Random, letter: bytes) -> bytes:
    return letter.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b"\x0b\n", b"\xe2\x80\xa8")))


FAULTS: tuple[Fault, ...] = (
    _replaced_field, _added_field, _cut, _spoilt_bytes, _long_run, _nested, _doubled, _line_ends,
)  # fmt: skip
