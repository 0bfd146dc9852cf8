import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciliation.bitrix24.pace import LOOK_AGAIN_SECONDS, REFUSED_SECONDS, Limits, Pace, Usage, Wait
from tests.reconciliation.bitrix24.simulated_server import METHOD, Server, between, simulate

LIMITS = Limits()
BUCKET_ALONE = replace(LIMITS, operating=1e9)


@pytest.mark.long
@settings(max_examples=30)
@given(
    callers=st.integers(1, 40),
    shortest=st.floats(0.0, 1.0),
    spread=st.floats(0.0, 4.0),
    seed=st.integers(0, 1_000_000),
)
def test_the_bucket_never_runs_over_and_is_used(callers, shortest, spread, seed):
    server = Server(BUCKET_ALONE)
    seconds, longest = 400.0, shortest + spread

    simulate(Pace(BUCKET_ALONE), server, callers, seconds, between(shortest, longest, seed))

    assert server.refused == []
    allowed = LIMITS.burst + LIMITS.rate * seconds
    if callers / (3 * max(longest, 0.001)) > 1.1 * LIMITS.rate and 1.5 * longest * LIMITS.rate < LIMITS.burst:
        assert server.started >= 0.95 * allowed


@pytest.mark.long
@settings(max_examples=30)
@given(
    callers=st.integers(2, 16),
    shortest=st.floats(0.3, 1.5),
    spread=st.floats(0.0, 1.5),
    seed=st.integers(0, 1_000_000),
)
def test_the_window_never_fills_and_is_used(callers, shortest, spread, seed):
    limits = Limits(rate=100.0, operating=60.0, window=120.0)
    server = Server(limits)

    simulate(Pace(limits), server, callers, 600.0, between(shortest, shortest + spread, seed))

    assert server.refused == []
    assert server.most <= limits.operating
    # Two callers, each with its way there and back, may be too few to use half a second in each.
    if callers >= 4:
        assert server.most >= 0.95 * limits.operating


@pytest.mark.long
def test_the_real_limits_hold_for_hours():
    server = Server(LIMITS)

    simulate(Pace(LIMITS), server, 4, 2 * 3600.0, between(0.4, 0.56, 1))

    assert server.refused == []
    assert 0.95 * LIMITS.operating <= server.used(7200.0) <= LIMITS.operating


def test_a_burst_of_fifty_goes_at_once_and_then_two_a_second():
    pace = Pace(LIMITS)

    assert all(pace.admit(f"{n}", {}, 0.0, 70.0) is None for n in range(50))
    assert pace.admit("next", {}, 0.0, 70.0) == Wait(LOOK_AGAIN_SECONDS)
    for n in range(50):
        pace.note_usage(f"{n}", [], 1.0)

    wait = pace.admit("next", {}, 1.0, 70.0) or Wait(0.0)
    assert wait.seconds == pytest.approx(0.5, abs=0.01)
    assert pace.admit("next", {}, 1.51, 70.0) is None


def test_requests_that_are_late_on_their_way_cannot_arrive_on_top_of_new_ones():
    pace = Pace(LIMITS)
    for n in range(50):
        pace.admit(f"{n}", {}, 0.0, 70.0)

    assert pace.admit("next", {}, 60.0, 70.0) == Wait(LOOK_AGAIN_SECONDS)
    assert pace.admit("next", {}, 96.0, 70.0) is None  # their senders are taken for dead


def test_a_window_that_others_have_used_is_waited_for():
    pace = Pace(LIMITS)
    pace.admit("a", {METHOD: 1}, 1000.0, 70.0)
    pace.note_usage("a", [Usage(METHOD, 0.5, 479.9, 5.0, resets_in=90.0)], 1000.0)

    wait = pace.admit("b", {METHOD: 1}, 1000.0, 70.0) or Wait(0.0)

    assert wait.method == METHOD
    assert wait.seconds == pytest.approx(102.0)
    assert pace.admit("c", {"tasks.task.add": 1}, 1000.0, 70.0) is None
    assert pace.admit("b", {METHOD: 1}, 1102.1, 70.0) is None
    assert pace.admit("d", {METHOD: 1}, 1102.1, 70.0) == Wait(LOOK_AGAIN_SECONDS, METHOD)
    pace.note_usage("b", [Usage(METHOD, 0.5, 100.0, 120.0, resets_in=60.0)], 1111.0)
    assert pace.admit("d", {METHOD: 1}, 1111.0, 70.0) is None


def test_answers_that_come_out_of_order_are_counted_once():
    pace = Pace(LIMITS)
    for ticket in "ab":
        pace.admit(ticket, {METHOD: 1}, 0.0, 70.0)

    pace.note_usage("b", [Usage(METHOD, 2.0, 5.0, finished=20.0)], 1.0)
    pace.note_usage("a", [Usage(METHOD, 3.0, 3.0, finished=19.0)], 2.0)

    assert pace.methods[METHOD].used == 5.0


def test_calls_of_a_batch_are_reserved_one_by_one_of_its_own_method():
    pace = Pace(replace(LIMITS, operating=10.0))
    pace.admit("a", {METHOD: 1}, 0.0, 70.0)
    pace.note_usage("a", [Usage(METHOD, 1.0, 1.0, 1.0)], 0.0)

    assert pace.admit("first", {METHOD: 8}, 1.0, 70.0, method="batch") is None
    assert pace.admit("b", {METHOD: 1}, 1.0, 70.0) is None
    assert pace.admit("second", {METHOD: 1}, 1.0, 70.0, method="batch") == Wait(LOOK_AGAIN_SECONDS, "batch")


def test_a_batch_waits_for_a_command_that_was_refused_by_itself():
    pace = Pace(LIMITS)
    until = pace.refuse_method(METHOD, 20.0)

    assert pace.admit("a", {METHOD: 2}, 20.0, 70.0, method="batch") == Wait(REFUSED_SECONDS, METHOD)
    assert pace.admit("a", {METHOD: 2}, until, 70.0, method="batch") is None


def test_an_unknown_outcome_counts_as_used():
    pace = Pace(LIMITS)
    pace.admit("a", {METHOD: 1}, 0.0, 70.0)
    pace.note_usage("a", [Usage(METHOD, 2.0, 2.0, 1.0)], 0.0)
    pace.admit("b", {METHOD: 3}, 1.0, 70.0)

    pace.note_usage("b", [], 2.0, known=False)

    assert pace.methods[METHOD].used == pytest.approx(2.0 + 3 * 1.2 * 2.0)


def test_a_refusal_is_believed():
    pace = Pace(LIMITS)

    pace.refuse_request(10.0)
    wait = pace.admit("a", {}, 10.0, 70.0) or Wait(0.0)
    until = pace.refuse_method(METHOD, 20.0)

    assert wait.seconds == pytest.approx(0.5, abs=0.01)
    assert until == 20.0 + REFUSED_SECONDS
    assert pace.admit("a", {METHOD: 1}, 20.0, 70.0) == Wait(REFUSED_SECONDS, METHOD)
    assert pace.admit("a", {METHOD: 1}, until, 70.0) is None


def test_a_request_that_was_never_sent_takes_nothing():
    pace = Pace(LIMITS)
    pace.admit("a", {METHOD: 1}, 0.0, 70.0)

    pace.give_back("a")

    assert (pace.flights, pace.level) == ({}, 0.0)


def test_the_state_survives_as_json():
    pace = Pace(LIMITS)
    pace.admit("a", {METHOD: 2}, 0.0, 70.0)
    pace.note_usage("a", [Usage(METHOD, 2.0, 2.0, 1.0, 30.0)], 0.5)
    pace.admit("b", {METHOD: 1}, 1.0, 70.0)

    assert Pace.from_json(LIMITS, json.loads(json.dumps(pace.to_json()))) == pace
