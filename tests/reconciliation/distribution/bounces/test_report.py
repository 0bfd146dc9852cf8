"""What servers report is read in every shape, and what is no report is left alone."""

import pytest

from reconciliation.distribution.bounces import report
from tests.reconciliation.distribution.bounces.corpus import MARK, NO_REPORTS, SENT, SHAPES, TO

ADDRESS = "buh@client.example"


@pytest.mark.parametrize("name", SHAPES)
def test_a_report_says_what_became_of_each_address(name: str):
    shape = SHAPES[name]

    found = report.read(
        shape.filled(mark="box+7-0123456789ab@portal.example", to=ADDRESS, sent="<m-7@portal>")
    )

    assert found is not None
    said = {each.address: each.kind.value if each.is_final else None for each in found.outcomes}
    assert said == {address.replace(TO, ADDRESS): kind for address, kind in shape.expected.items()}
    assert "box+7-0123456789ab@" in found.marks
    assert all(each.words for each in found.outcomes)
    if SENT in shape.text:
        assert "<m-7@portal>" in found.marks


@pytest.mark.parametrize("name", NO_REPORTS)
def test_what_is_no_report_is_none(name: str):
    text = NO_REPORTS[name].replace(MARK, "box+7-0123456789ab@portal.example").replace(TO, ADDRESS)

    assert report.read(text.encode()) is None
