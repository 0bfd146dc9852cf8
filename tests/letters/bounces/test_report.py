"""What servers report is read in every shape, and what is no report is left alone."""

import pytest

from letters.bounces import mailbox, report
from tests.letters.bounces import generated
from tests.letters.bounces.corpus import MARK, NO_REPORTS, SENT, SHAPES, TO

ADDRESS = "buh@client.example"


@pytest.mark.parametrize("name", SHAPES)
def test_a_report_says_what_became_of_each_address(name: str):
    shape = SHAPES[name]

    found = report.read(
        shape.filled(mark="box+7-0123456789ab@portal.example", to=ADDRESS, sent="<m-7@portal>")
    )

    assert found is not None
    said = {each.address: each.kind if each.is_final else None for each in found.outcomes}
    assert said == {address.replace(TO, ADDRESS): kind for address, kind in shape.expected.items()}
    assert "box+7-0123456789ab@" in found.marks
    assert all(each.words for each in found.outcomes)
    if SENT in shape.text:
        assert "<m-7@portal>" in found.marks


@pytest.mark.parametrize("name", NO_REPORTS)
def test_what_is_no_report_is_none(name: str):
    text = NO_REPORTS[name].replace(MARK, "box+7-0123456789ab@portal.example").replace(TO, ADDRESS)

    assert report.read(text.encode()) is None


@pytest.mark.long
def test_no_letter_whatever_is_in_it_raises_or_gives_what_cannot_be_kept():
    for letter in generated.letters(1_000):
        if found := report.read(letter[: mailbox.MOST_BYTES]):
            assert len(found.outcomes) <= report.MOST_OUTCOMES
            for each in found.outcomes:
                kept = f"{each.address}{each.status}{each.words}{each.kind}"
                assert "\0" not in kept
                assert kept.encode("utf-8")  # no half of a pair of surrogates
                assert len(each.address) <= 320
                assert len(each.status) <= 12


def test_a_report_is_read_though_a_field_beside_it_is_none():
    text = SHAPES["Postfix: no such user"].filled(mark="box+7-0123456789ab@portal.example", to=ADDRESS)

    found = report.read(b'Sender: "\nReply-To: group: <a\nSubject: =?x?B?!?=\n' + text)

    assert found is not None
    assert [(each.address, each.status) for each in found.outcomes] == [(ADDRESS, "5.1.1")]


def test_a_report_in_very_many_parts_is_read_as_one_text():
    text = f"<{ADDRESS}>: 550 5.1.1 User unknown\n\nTo: box+7-0123456789ab@portal.example\n"
    heads = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(300))

    found = report.read(f"From: MAILER-DAEMON@mx.example\n{heads}\n{text}".encode())

    assert found is not None
    assert (found.outcomes[0].address, found.outcomes[0].status) == (ADDRESS, "5.1.1")
    assert "7-0123456789ab" in found.marks


def test_very_many_fields_are_not_looked_at_one_by_one():
    fields = "".join(f"x{number}:\n" for number in range(30_000))  # each costs a look at all: minutes

    found = report.read(
        f"Return-Path: <>\nFrom: a@b.example\n{fields}\nsmtp: <{ADDRESS}>: 550 5.1.1".encode()
    )

    assert found is not None
    assert found.outcomes[0].address == ADDRESS
