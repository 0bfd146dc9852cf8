"""What a process knows for a while: asked about once, and never half forgotten."""

from collections.abc import Mapping

import pytest

from reconciliation.months import known
from reconciliation.months.known import Known


def test_what_was_known_is_not_lost_while_others_are_asked_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known, "MOST_KEYS", 2)
    asked: list[list[int]] = []

    def ask(keys: list[int]) -> Mapping[int, str | None]:
        asked.append(keys)
        return {key: str(key) for key in keys if key != 5}

    held: Known[int, str] = Known()
    held.get([1, 2, 3], ask)

    assert held.get([3, 4, 5], ask) == {3: "3", 4: "4", 5: None}
    assert held.get([4, 5], ask, lambda: [6, 7], at_once=3) == {4: "4", 5: None}
    assert asked == [[1, 2, 3], [4, 5]]
    assert held.get([6], ask, lambda: [7, 8], at_once=2) == {6: "6"}
    assert asked[-1] == [6, 7]
