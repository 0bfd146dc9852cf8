"""Acts that hypothesis draws: any sums that 1C may send, several contracts, negative rows."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from reconciliation.ledger.act import ZERO, Act, Contract, Line, Party, Signatory
from reconciliation.ledger.clean_text import clean_text
from reconciliation.ledger.period import Period

LARGEST = Decimal(10) ** 13
"""So that the sums of an act stay within what 1C may send."""
amounts = st.decimals(-LARGEST, LARGEST, places=2, allow_nan=False, allow_infinity=False).map(lambda d: d + 0)
days = st.dates(date(1999, 1, 1), date(2030, 12, 31))
letters = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf"))
texts = st.text(letters, max_size=30).map(lambda text: " ".join(clean_text(text).split())).filter(bool)
signatories = st.builds(Signatory, st.just("") | texts, st.just("") | texts)
parties = st.builds(Party, texts, st.just("") | texts, signatory=signatories)


@st.composite
def lines(draw: st.DrawFn, period: Period, contract: str = "") -> Line:
    """Return a row inside the period."""
    day = period.start + timedelta(days=draw(st.integers(0, (period.end - period.start).days)))
    return Line(
        day,
        draw(texts),
        draw(amounts),
        draw(amounts),
        draw(st.sampled_from(["shipment", "payment", "correction", "other"])),
        draw(st.just("") | texts),
        draw(st.none() | days),
        contract,
    )


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """Return an act that balances, whole and by each of its contracts."""
    start = draw(days)
    period = Period(start, start + timedelta(days=draw(st.integers(0, 400))))
    contracts, rows = [], []
    for number in range(draw(st.integers(1, 3))):
        own = draw(st.lists(lines(period, f"guid-{number}"), max_size=6))
        opening = draw(amounts)
        closing = opening + sum((line.debit - line.credit for line in own), ZERO)
        contracts.append(Contract(f"guid-{number}", draw(texts), opening, closing))
        rows += own
    return Act(
        draw(parties),
        draw(parties),
        period,
        draw(st.sampled_from(["RUB", "USD", "KZT"])),
        sum((contract.opening for contract in contracts), ZERO),
        tuple(draw(st.permutations(rows))),
        sum((contract.closing for contract in contracts), ZERO),
        tuple(contracts),
    )
